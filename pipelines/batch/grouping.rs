//! [`Grouping`]: batches held back until they are worth sending, used by the `batch` processor and by queues.

use std::time::Duration;

use super::Batch;
use crate::runtime::{Instant, Sizer};

/// When a group is sent and how large a sent batch may be. Zero means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Send when so many items are held.
    pub min_items: u64,
    /// Send when so many bytes are held.
    pub min_bytes: u64,
    /// Never send more items than this in one batch.
    pub max_items: u64,
    /// Never send more bytes than this in one batch, unless one item alone is larger.
    pub max_bytes: u64,
}

/// Batches of one signal held back until a limit or the time is reached.
#[derive(Debug, Default)]
pub struct Grouping {
    held: Vec<Batch>,
    items: u64,
    bytes: u64,
    since: Option<Instant>,
}

// === impl Limits ===

impl Limits {
    pub(crate) fn reached(&self, items: u64, bytes: u64) -> bool {
        let no_minimum = self.min_items == 0 && self.min_bytes == 0;
        no_minimum || (self.min_items > 0 && items >= self.min_items) || (self.min_bytes > 0 && bytes >= self.min_bytes)
    }

    pub(crate) fn split(&self, batch: Batch) -> Vec<Batch> {
        let over_items = self.max_items > 0 && batch.items() as u64 > self.max_items;
        let over_bytes = self.max_bytes > 0 && batch.bytes() as u64 > self.max_bytes;
        if !over_items && !over_bytes {
            return vec![batch];
        }
        let limit = |max: u64| (max > 0).then(|| usize::try_from(max).unwrap_or(usize::MAX));
        batch.split(limit(self.max_items), limit(self.max_bytes))
    }
}

// === impl Grouping ===

impl Grouping {
    /// Takes a batch in and returns what is to be sent now: nothing, or whole batches within the limits. A rest below
    /// the minimum stays held.
    pub fn push(&mut self, batch: Batch, limits: &Limits, now: Instant) -> Vec<Batch> {
        self.hold(batch, now);
        if !limits.reached(self.items, self.bytes) {
            return Vec::new();
        }
        let mut ready = self.take(limits);
        let is_rest = |batch: &mut Batch| !limits.reached(batch.items() as u64, batch.bytes() as u64);
        if ready.len() > 1
            && let Some(rest) = ready.pop_if(is_rest)
        {
            self.hold(rest, now);
        }
        ready
    }

    /// Everything held, within the maximum sizes.
    pub fn take(&mut self, limits: &Limits) -> Vec<Batch> {
        (self.items, self.bytes, self.since) = (0, 0, None);
        let joined = Batch::join(std::mem::take(&mut self.held));
        joined.into_iter().flat_map(|batch| limits.split(batch)).collect()
    }

    /// When the oldest batch held will have waited for `timeout`; `None` when nothing is held.
    #[must_use]
    pub fn due(&self, timeout: Duration) -> Option<Instant> {
        self.since.map(|since| since + timeout)
    }

    /// How much is held, in units of `sizer`.
    #[must_use]
    pub fn size(&self, sizer: Sizer) -> u64 {
        match sizer {
            Sizer::Requests => self.held.len() as u64,
            Sizer::Items => self.items,
            Sizer::Bytes => self.bytes,
        }
    }

    fn hold(&mut self, batch: Batch, now: Instant) {
        self.items += batch.items() as u64;
        self.bytes += batch.bytes() as u64;
        self.since.get_or_insert(now);
        self.held.push(batch);
    }
}
