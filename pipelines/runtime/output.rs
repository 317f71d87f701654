//! [`Output`]: the end of a node that others listen to. Edges live here, so no component counts or taps.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::stats::Stats;
use crate::{Batch, Outcome};

/// Rest between two looks at whether the last send to former listeners has ended; one takes microseconds.
const PAUSE: Duration = Duration::from_millis(1);

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
///
/// Who listens can change while batches flow. A send takes the listeners of the moment with one load that neither waits
/// nor counts references, and holds on to them until every one of them has taken the batch.
#[derive(Clone)]
pub struct Output(Arc<Inner>);

struct Inner {
    stats: Arc<Stats>,
    listeners: ArcSwap<Listeners>,
    observer: Option<Arc<dyn Observer>>,
}

/// Who listens to an output.
pub(super) type Listeners = Vec<Arc<dyn Accept>>;

/// The listeners an output had before, which some sends may still be on their way to.
#[allow(dead_code)]
pub(super) struct Former(Arc<Listeners>);

// === impl Output ===

impl Output {
    /// An output that sends to `listeners` and counts in `stats`.
    #[must_use]
    pub fn new(stats: Arc<Stats>, listeners: Vec<Arc<dyn Accept>>, observer: Option<Arc<dyn Observer>>) -> Self {
        Self(Arc::new(Inner { stats, listeners: ArcSwap::from_pointee(listeners), observer }))
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        !self.0.listeners.load().is_empty()
    }

    /// Sends to others from now on.
    #[allow(dead_code)]
    pub(super) fn rewire(&self, listeners: Listeners) -> Former {
        Former(self.0.listeners.swap(Arc::new(listeners)))
    }

    /// Sends a batch to every listener. A batch without items is delivered by definition; one that nobody listens to any
    /// more is refused for now.
    pub fn send(&self, batch: Batch) {
        if batch.items() == 0 {
            return batch.resolve(Outcome::Delivered);
        }
        let listeners = self.0.listeners.load();
        let Some((last, others)) = listeners.split_last() else {
            self.refused(batch.items(), batch.bytes());
            return batch.resolve(Outcome::unavailable("no pipeline takes this signal from here any more"));
        };
        self.0.stats.sent.add(batch.items(), batch.bytes());
        if let Some(observer) = &self.0.observer {
            observer.sent(&batch);
        }
        others.iter().for_each(|listener| listener.accept(batch.clone()));
        last.accept(batch);
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

// === impl Former ===

impl Former {
    /// Waits until no send is on its way to them any more. Sends never wait, so neither does this for long.
    #[allow(dead_code)]
    pub(super) async fn quiet(mut self) {
        // A swap turns what loads have borrowed into counted references, so being alone with them means exactly that.
        while Arc::get_mut(&mut self.0).is_none() {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
