//! [`Usage`]: what a queue holds and what became of what it does not hold any more.

use std::ops::{AddAssign, SubAssign};
use std::time::SystemTime;

/// So much telemetry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Batches.
    pub entries: u64,
    /// Spans, data points, log records or profiles in them.
    pub items: u64,
    /// Encoded bytes of them.
    pub bytes: u64,
}

/// What a queue holds now and has counted since it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes in the queue's directory, with what is kept aside and what is done but not yet deleted.
    pub bytes: u64,
    /// What nobody has taken yet, with what is being written.
    pub waiting: Amount,
    /// What was handed out and is neither done nor given back.
    pub in_flight: Amount,
    /// When the oldest telemetry held came in.
    pub oldest: Option<SystemTime>,
    /// What an earlier process had left.
    pub recovered: Amount,
    /// What was refused for now: there was no room, or the disk did not take it.
    pub refused: Amount,
    /// What was refused for good: it is larger than the whole queue may be.
    pub rejected: Amount,
    /// What was dropped because there was no room (`overflow: drop_oldest`).
    pub evicted_by_size: Amount,
    /// What was dropped because of its age.
    pub evicted_by_age: Amount,
    /// What could not be read back; a damaged range in which no entry can be told counts as one, with its length.
    pub corrupt: Amount,
    /// Bytes cut off the ends of segments: writes that a crash had interrupted.
    pub torn_bytes: u64,
    /// Failed attempts to write, sync or delete.
    pub write_errors: u64,
    /// Why nothing can be written now, where that is so.
    pub failing: Option<String>,
}

// === impl Amount ===

impl AddAssign for Amount {
    fn add_assign(&mut self, more: Self) {
        self.entries += more.entries;
        self.items += more.items;
        self.bytes += more.bytes;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, less: Self) {
        self.entries = self.entries.saturating_sub(less.entries);
        self.items = self.items.saturating_sub(less.items);
        self.bytes = self.bytes.saturating_sub(less.bytes);
    }
}
