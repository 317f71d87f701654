//! [`Output`]: the end of a node that others listen to. Edges live here, so no component counts or taps.

use std::sync::Arc;

use super::stats::Stats;
use crate::{Batch, Outcome};

/// Takes batches in. Every batch is taken: it is sent on, held or resolved, and never waits.
pub trait Accept: Send + Sync {
    /// Takes a batch.
    fn accept(&self, batch: Batch);
}

/// Sees every batch that reaches a node and leaves it; only dry runs and taps have one.
pub trait Observer: Send + Sync {
    /// A batch comes in.
    fn received(&self, batch: &Batch);
    /// A batch leaves.
    fn sent(&self, batch: &Batch);
    /// Items were dropped on purpose.
    fn dropped(&self, reason: &'static str, items: u64);
}

/// Where a node sends: to all listeners, each of which gets its own share of the ack. Cheap to clone.
#[derive(Clone)]
pub struct Output(Arc<Inner>);

struct Inner {
    stats: Arc<Stats>,
    listeners: Vec<Arc<dyn Accept>>,
    observer: Option<Arc<dyn Observer>>,
}

// === impl Output ===

impl Output {
    /// An output that sends to `listeners` and counts in `stats`.
    #[must_use]
    pub fn new(stats: Arc<Stats>, listeners: Vec<Arc<dyn Accept>>, observer: Option<Arc<dyn Observer>>) -> Self {
        Self(Arc::new(Inner { stats, listeners, observer }))
    }

    /// Sends a batch to every listener. A batch without items is delivered by definition.
    pub fn send(&self, batch: Batch) {
        if batch.items() == 0 {
            return batch.resolve(Outcome::Delivered);
        }
        self.0.stats.sent.add(batch.items(), batch.bytes());
        if let Some(observer) = &self.0.observer {
            observer.sent(&batch);
        }
        match self.0.listeners.split_last() {
            Some((last, others)) => {
                others.iter().for_each(|listener| listener.accept(batch.clone()));
                last.accept(batch);
            }
            None => batch.resolve(Outcome::Delivered),
        }
    }

    pub(super) fn received(&self, batch: &Batch) {
        self.0.stats.received.add(batch.items(), batch.bytes());
        if let Some(observer) = &self.0.observer {
            observer.received(batch);
        }
    }

    pub(super) fn refused(&self, items: usize, bytes: usize) {
        self.0.stats.refused.add(items, bytes);
    }

    /// Reports items that a processor drops on purpose, with a reason of one or a few words.
    pub fn dropped(&self, reason: &'static str, items: u64) {
        self.0.stats.dropped.add(reason, items);
        if let Some(observer) = &self.0.observer
            && items > 0
        {
            observer.dropped(reason, items);
        }
    }
}
