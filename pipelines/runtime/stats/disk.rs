//! What queues on disk counted that an exporter had before, while a reload gave it another one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::Usage;

/// What former queues on disk counted, and what the last of them left there.
#[derive(Debug, Default)]
pub struct FormerDisk(Mutex<Usage>);

// === impl FormerDisk ===

impl FormerDisk {
    /// Adds what a queue counted that has ended.
    pub(crate) fn add(&self, usage: &Usage) {
        let sum = self.with(usage);
        *self.lock() = sum;
    }

    /// What was counted in all, `usage` being that of the queue there is. What it recovered is not what it found, for the
    /// queue before had left that, but what an earlier process had.
    #[must_use]
    pub(crate) fn with(&self, usage: &Usage) -> Usage {
        let former = self.lock();
        let mut sum = usage.clone();
        sum.recovered -= former.waiting;
        sum.recovered += former.recovered;
        sum.refused += former.refused;
        sum.rejected += former.rejected;
        sum.evicted_by_size += former.evicted_by_size;
        sum.evicted_by_age += former.evicted_by_age;
        sum.corrupt += former.corrupt;
        sum.torn_bytes += former.torn_bytes;
        sum.write_errors += former.write_errors;
        sum.waiting += sum.in_flight;
        sum.in_flight = Default::default();
        sum
    }

    fn lock(&self) -> MutexGuard<'_, Usage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
