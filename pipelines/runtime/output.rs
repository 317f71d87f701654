//! [`Output`]: the end of a node that others listen to. Edges live here, so no component counts or taps.

use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::stats::Stats;
use crate::{Batch, Outcome, Refusal, RefusalKind, Signal};

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
/// nor counts references (about 25 ns for each batch), and holds on to them until every one of them has taken the batch.
#[derive(Clone)]
pub struct Output {
    edge: Arc<Edge>,
    stats: Arc<Stats>,
    /// For outputs of receivers: the node and the signal.
    source: Option<(Arc<Stats>, Signal)>,
}

/// Who is at the other end.
struct Edge {
    listeners: ArcSwap<Listeners>,
    observer: Option<Arc<dyn Observer>>,
}

/// Who listens to an output.
pub(super) type Listeners = Vec<Arc<dyn Accept>>;

/// The listeners an output had before, which some sends may still be on their way to.
#[derive(Clone)]
pub(super) struct Former(Weak<Listeners>);

// === impl Output ===

impl Output {
    /// An output that sends to `listeners` and counts in `stats`.
    #[must_use]
    pub fn new(stats: Arc<Stats>, listeners: Vec<Arc<dyn Accept>>, observer: Option<Arc<dyn Observer>>) -> Self {
        let edge = Edge { listeners: ArcSwap::from_pointee(listeners), observer };
        Self { edge: Arc::new(edge), stats, source: None }
    }

    /// The output of a receiver for a signal. It counts what comes in when it is sent, and what became of it when its ack
    /// resolves, so that a receiver counts no batch itself.
    #[must_use]
    pub fn source(mut self, signal: Signal) -> Self {
        let node = std::mem::take(&mut self.stats);
        self.stats = node.parts.of(signal, "");
        self.source = Some((node, signal));
        self
    }

    /// The same output for what comes over a transport, counted apart.
    #[must_use]
    pub fn over(&self, transport: &'static str) -> Self {
        let mut output = self.clone();
        if let Some((node, signal)) = &self.source {
            output.stats = node.parts.of(*signal, transport);
        }
        output
    }

    /// The node whose output it is, for outputs of receivers.
    pub(crate) fn node(&self) -> Option<&Arc<Stats>> {
        self.source.as_ref().map(|(node, _)| node)
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        !self.edge.listeners.load().is_empty()
    }

    /// Sends to others from now on.
    pub(super) fn rewire(&self, listeners: Listeners) -> Former {
        Former(Arc::downgrade(&self.edge.listeners.swap(Arc::new(listeners))))
    }

    /// Sends from now on to the heirs of those listeners that have one; `None` if none of them has.
    pub(super) fn inherit(&self, heir: impl Fn(&Arc<dyn Accept>) -> Option<Arc<dyn Accept>>) -> Option<Former> {
        let listeners = self.edge.listeners.load_full();
        let heirs: Vec<_> = listeners.iter().map(&heir).collect();
        let heard_by = |(old, heir): (&Arc<dyn Accept>, Option<_>)| heir.unwrap_or_else(|| old.clone());
        heirs.iter().any(Option::is_some).then(|| self.rewire(listeners.iter().zip(heirs).map(heard_by).collect()))
    }

    /// Sends a batch to every listener. A batch without items is delivered by definition; one that nobody listens to any
    /// more is refused for now.
    pub fn send(&self, batch: Batch) {
        if batch.items() == 0 {
            return batch.resolve(Outcome::Delivered);
        }
        let listeners = self.edge.listeners.load();
        let Some((last, others)) = listeners.split_last() else {
            return self.unheard(batch);
        };
        let batch = match &self.source {
            Some(_) => {
                self.stats.enter(batch.items(), batch.bytes());
                batch.metered(self.stats.clone())
            }
            None => {
                self.stats.sent.add(batch.items(), batch.bytes());
                batch
            }
        };
        if let Some(observer) = &self.edge.observer {
            observer.sent(&batch);
        }
        others.iter().for_each(|listener| listener.accept(batch.clone()));
        last.accept(batch);
    }

    fn unheard(&self, batch: Batch) {
        if self.source.is_some() {
            self.stats.received.add(batch.items(), batch.bytes());
        }
        let reason = "no pipeline takes this signal from here any more";
        self.refuse(batch, Refusal::new(RefusalKind::Unavailable, reason));
    }

    pub(super) fn announce(&self, reasons: &[&'static str]) {
        self.stats.dropped.announce(reasons);
    }

    pub(super) fn missing(&self, held: u64) -> i64 {
        self.stats.missing(held)
    }

    pub(super) fn received(&self, batch: &Batch) {
        self.stats.received.add(batch.items(), batch.bytes());
        if let Some(observer) = &self.edge.observer {
            observer.received(batch);
        }
    }

    pub(super) fn refused(&self, items: usize, bytes: usize) {
        self.stats.refused.add(items, bytes);
    }

    /// Ends a batch that a processor cannot take.
    pub fn refuse(&self, batch: Batch, refusal: Refusal) {
        let count = if refusal.is_retryable() { &self.stats.refused } else { &self.stats.rejected };
        count.add(batch.items(), batch.bytes());
        batch.resolve(refusal.into());
    }

    /// Reports items that a processor drops on purpose, with a reason of one or a few words, one of its
    /// [`drops`](crate::component::Processor::drops).
    pub fn dropped(&self, reason: &'static str, items: u64) {
        self.stats.dropped.add(reason, items);
        if let Some(observer) = &self.edge.observer
            && items > 0
        {
            observer.dropped(reason, items);
        }
    }
}

// === impl Former ===

impl Former {
    /// Waits until no send is on its way to them any more. Sends never wait, so neither does this for long.
    pub(super) async fn quiet(self) {
        while !self.is_quiet() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether no send is on its way to them any more: a swap turns what sends have borrowed into counted references.
    pub(super) fn is_quiet(&self) -> bool {
        let is_quiet = self.0.strong_count() == 0;
        // What the last of them did to a listener is seen by whoever does something to it next.
        fence(Ordering::Acquire);
        is_quiet
    }
}
