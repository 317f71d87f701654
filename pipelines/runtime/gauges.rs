//! What a node tells of its state beside what it counts.

use std::sync::{Arc, Weak};

use super::stats::Stats;
use crate::storage::Usage;

/// What a node tells of its state.
pub trait Gauges: Send + Sync {
    /// How many items it holds now.
    fn held(&self) -> u64;

    /// The queue in front of it, if there is one.
    fn queue(&self) -> Option<Fill> {
        None
    }

    /// What its queue holds and counts, if it is on disk and open.
    fn disk(&self) -> Option<Usage> {
        None
    }
}

/// A node and the one it takes over from, which may still hold something.
pub(super) struct Joined {
    pub(super) own: Arc<dyn Gauges>,
    pub(super) before: Weak<dyn Gauges>,
}

/// How full a queue is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// What waits or is on its way, in `unit`s.
    pub size: u64,
    /// The bound, in `unit`s.
    pub capacity: u64,
    /// `requests`, `items` or `bytes`.
    pub unit: &'static str,
    /// Batches on their way.
    pub in_flight: u64,
}

// === impl Fill ===

impl Fill {
    /// Whether there is no room to speak of: the bound is never met exactly, since batches have sizes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.capacity > 0 && self.size >= self.capacity - self.capacity / 10
    }
}

impl Gauges for Joined {
    fn held(&self) -> u64 {
        self.own.held() + self.before.upgrade().map_or(0, |before| before.held())
    }

    fn queue(&self) -> Option<Fill> {
        self.own.queue()
    }

    fn disk(&self) -> Option<Usage> {
        self.own.disk()
    }
}

impl Gauges for Stats {
    fn held(&self) -> u64 {
        Self::held(self)
    }
}
