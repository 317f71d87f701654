//! Counters of a node: `received = sent + dropped + held + refused`, from which the ledger is made.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What went into and came out of one node.
#[derive(Debug, Default)]
pub struct Stats {
    /// Taken in.
    pub received: Count,
    /// Sent on, once for each output however many nodes listen; for exporters: delivered.
    pub sent: Count,
    /// Refused for good by a destination.
    pub rejected: Count,
    /// Refused for now: the sender was told to try again.
    pub refused: Count,
    /// Attempts that failed and were tried again.
    pub retries: AtomicU64,
    /// Dropped on purpose, by reason.
    pub dropped: Dropped,
}

/// Batches, items and bytes.
#[derive(Debug, Default)]
pub struct Count {
    /// Number of batches.
    pub batches: AtomicU64,
    /// Number of spans, data points, log records or profiles.
    pub items: AtomicU64,
    /// Encoded size.
    pub bytes: AtomicU64,
}

/// Items dropped on purpose, by reason.
#[derive(Debug, Default)]
pub struct Dropped(Mutex<BTreeMap<&'static str, u64>>);

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
}

// === impl Dropped ===

impl Dropped {
    /// Counts items dropped for a reason.
    pub fn add(&self, reason: &'static str, items: u64) {
        if items > 0 {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += items;
        }
    }

    /// All reasons so far with their items.
    #[must_use]
    pub fn by_reason(&self) -> Vec<(&'static str, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(reason, items)| (*reason, *items)).collect()
    }

    /// Items dropped for any reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}
