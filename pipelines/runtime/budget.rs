//! Bytes in flight: accounted, not sampled, and shared fairly among receivers.
//!
//! A receiver alone may take the whole bound. Of several, each is kept free half of its even share, so that one that is
//! flooded cannot shut out the others.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwap;

use super::Memory;

/// A bound on the bytes that receivers hold in memory. Cheap to clone; clones share the bound and the share.
#[derive(Clone, Debug)]
pub struct Budget {
    bound: Arc<Bound>,
    share: Arc<Share>,
}

/// Bytes taken from a budget, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Budget,
    bytes: u64,
}

/// A bound that somebody chose; it counts until this is dropped.
#[derive(Debug)]
pub struct Choice {
    bound: Arc<Bound>,
    limit: u64,
}

#[derive(Debug)]
struct Bound {
    limit: AtomicU64,
    used: AtomicU64,
    /// The bound when nobody chooses one.
    default: AtomicU64,
    /// The bounds that are chosen.
    chosen: Mutex<Vec<u64>>,
    /// Those among whom the bound is shared.
    shares: ArcSwap<Vec<Weak<Share>>>,
    /// Held while `shares` is replaced.
    sharing: Mutex<()>,
}

/// What one of several holds.
#[derive(Debug, Default)]
struct Share {
    used: AtomicU64,
}

// === impl Budget ===

impl Budget {
    /// Bytes in flight when the configuration says nothing and memory is not scarce: enough for four requests of the
    /// largest size.
    pub const DEFAULT: u64 = 256 << 20;

    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        let bound = Bound {
            limit: AtomicU64::new(limit),
            used: AtomicU64::new(0),
            default: AtomicU64::new(limit),
            chosen: Mutex::default(),
            shares: ArcSwap::default(),
            sharing: Mutex::new(()),
        };
        Self { bound: Arc::new(bound), share: Arc::default() }
    }

    /// The same bound for one more of those who share it.
    #[must_use]
    pub fn shared(&self) -> Self {
        let _sharing = self.bound.sharing.lock().unwrap_or_else(PoisonError::into_inner);
        let share = Arc::<Share>::default();
        let mut shares = Vec::clone(&self.bound.shares.load());
        shares.retain(|share| share.strong_count() > 0);
        shares.push(Arc::downgrade(&share));
        self.bound.shares.store(Arc::new(shares));
        Self { bound: self.bound.clone(), share }
    }

    /// The bound in bytes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.bound.limit.load(Ordering::Relaxed)
    }

    /// Most bytes that one of those who share it can hold at one time: what is more never fits.
    #[must_use]
    pub fn largest(&self) -> u64 {
        let shares = self.bound.shares.load();
        let others = shares.iter().filter(|share| share.strong_count() > 0).count().saturating_sub(1);
        self.limit().saturating_sub(self.kept(shares.len()) * others as u64)
    }

    /// Sets the bound for as long as the choice is held; of several choices the lowest counts.
    #[must_use]
    pub fn set(&self, limit: u64) -> Choice {
        self.bound.chosen().push(limit);
        self.bound.settle();
        Choice { bound: self.bound.clone(), limit }
    }

    /// Lowers the default bound to half of the memory the process may use; a bound that somebody chose stands.
    pub fn fit(&self, memory: &Memory) {
        self.bound.default.fetch_min(memory.bytes / 2, Ordering::Relaxed);
        self.bound.settle();
    }

    /// Bytes in use by all who share it.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.bound.used.load(Ordering::Relaxed)
    }

    /// Takes `bytes`, or nothing if that would exceed the bound or what is kept free for others.
    #[must_use]
    pub fn try_acquire(&self, bytes: u64) -> Option<Permit> {
        self.take(bytes).then(|| Permit { budget: self.clone(), bytes })
    }

    fn take(&self, bytes: u64) -> bool {
        let room = self.limit().saturating_sub(self.kept_for_others());
        let taken = self.bound.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|sum| *sum <= room)
        });
        if taken.is_ok() {
            self.share.used.fetch_add(bytes, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.share.used.fetch_sub(bytes, Ordering::Relaxed);
        self.bound.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// What is kept free for each of so many.
    fn kept(&self, shares: usize) -> u64 {
        self.limit() / (2 * shares.max(1) as u64)
    }

    /// Of what is kept free for each of the others, that which it does not use yet.
    fn kept_for_others(&self) -> u64 {
        let shares = self.bound.shares.load();
        if shares.len() < 2 {
            return 0;
        }
        let kept = self.kept(shares.len());
        let others = shares.iter().filter_map(Weak::upgrade).filter(|share| !Arc::ptr_eq(share, &self.share));
        others.map(|other| kept.saturating_sub(other.used.load(Ordering::Relaxed))).sum()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT)
    }
}

// === impl Bound ===

impl Bound {
    fn settle(&self) {
        let chosen = self.chosen();
        let default = || self.default.load(Ordering::Relaxed);
        self.limit.store(chosen.iter().copied().min().unwrap_or_else(default), Ordering::Relaxed);
    }

    fn chosen(&self) -> MutexGuard<'_, Vec<u64>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Choice ===

impl Drop for Choice {
    fn drop(&mut self) {
        let mut chosen = self.bound.chosen();
        if let Some(at) = chosen.iter().position(|limit| *limit == self.limit) {
            chosen.swap_remove(at);
        }
        drop(chosen);
        self.bound.settle();
    }
}

// === impl Permit ===

impl Permit {
    /// Takes more bytes into the permit; false, and nothing taken, if that would exceed the bound.
    pub fn grow(&mut self, bytes: u64) -> bool {
        let grown = self.budget.take(bytes);
        if grown {
            self.bytes += bytes;
        }
        grown
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}
