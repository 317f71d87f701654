//! Bytes in flight: accounted, not sampled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A bound on the bytes that receivers hold for unanswered requests. Cheap to clone; clones share the bound.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Inner>);

/// A share of the budget, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Budget,
    bytes: u64,
}

#[derive(Debug)]
struct Inner {
    limit: AtomicU64,
    used: AtomicU64,
    /// Whether the bound is somebody's choice and not the default.
    is_set: AtomicBool,
}

// === impl Budget ===

impl Budget {
    /// Bytes in flight when the configuration says nothing: enough for four requests of the largest size.
    pub const DEFAULT: u64 = 256 << 20;

    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self(Arc::new(Inner { limit: AtomicU64::new(limit), used: AtomicU64::new(0), is_set: AtomicBool::new(false) }))
    }

    /// The bound in bytes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.0.limit.load(Ordering::Relaxed)
    }

    /// Sets the bound; of several settings the lowest counts.
    pub fn set(&self, limit: u64) {
        if self.0.is_set.swap(true, Ordering::Relaxed) {
            self.0.limit.fetch_min(limit, Ordering::Relaxed);
        } else {
            self.0.limit.store(limit, Ordering::Relaxed);
        }
    }

    /// Bytes in use.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Takes `bytes`, or nothing if that would exceed the bound.
    #[must_use]
    pub fn try_acquire(&self, bytes: u64) -> Option<Permit> {
        self.take(bytes).then(|| Permit { budget: self.clone(), bytes })
    }

    fn take(&self, bytes: u64) -> bool {
        let (used, limit) = (&self.0.used, self.limit());
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|sum| *sum <= limit)
        })
        .is_ok()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT)
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
        self.budget.0.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
