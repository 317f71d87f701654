//! Items dropped, by reason.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Items dropped, by reason. A reason that is announced is there from the start, with zero.
#[derive(Debug, Default)]
pub struct Dropped(Mutex<BTreeMap<&'static str, u64>>);

// === impl Dropped ===

impl Dropped {
    /// Announces reasons.
    pub fn announce(&self, reasons: &[&'static str]) {
        let mut dropped = self.lock();
        for reason in reasons {
            dropped.entry(reason).or_default();
        }
    }

    /// Counts items dropped for a reason.
    pub fn add(&self, reason: &'static str, items: u64) {
        if items > 0 {
            *self.lock().entry(reason).or_default() += items;
        }
    }

    /// All reasons with their items.
    #[must_use]
    pub fn by_reason(&self) -> Vec<(&'static str, u64)> {
        self.lock().iter().map(|(reason, items)| (*reason, *items)).collect()
    }

    /// Items dropped for any reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
