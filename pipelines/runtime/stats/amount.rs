//! Batches, items and bytes, counted together.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count that grows.
#[derive(Debug, Default)]
pub struct Count {
    batches: AtomicU64,
    items: AtomicU64,
    bytes: AtomicU64,
}

/// What was counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Number of batches.
    pub batches: u64,
    /// Number of spans, data points, log records or profiles.
    pub items: u64,
    /// Encoded size.
    pub bytes: u64,
}

// === impl Amount ===

impl AddAssign for Amount {
    fn add_assign(&mut self, more: Self) {
        self.batches += more.batches;
        self.items += more.items;
        self.bytes += more.bytes;
    }
}

// === impl Count ===

impl Count {
    /// Counts one batch.
    #[inline]
    pub fn add(&self, items: usize, bytes: usize) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.items.fetch_add(items as u64, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Items so far.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items.load(Ordering::Relaxed)
    }

    /// Batches so far.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    /// All three so far.
    #[must_use]
    pub fn amount(&self) -> Amount {
        Amount { batches: self.batches(), items: self.items(), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}
