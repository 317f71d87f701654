//! [`ExporterNode`]: the bounded queue in front of an exporter and the workers that empty it.

mod attempt;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use self::memory::{MemoryLine, Refused};
use super::delivery::Delivery;
use super::output::Accept;
use super::stats::Stats;
use super::stop::Stop;
use crate::Batch;
use crate::component::Exporter;
use crate::outcome::{Outcome, Refusal, RefusalKind};

/// How long a sender is asked to wait when the queue is full.
const FULL_RETRY_AFTER: Duration = Duration::from_secs(1);

/// An exporter in its place: takes what fits, refuses the rest at once with a retryable status.
pub struct ExporterNode {
    name: String,
    exporter: Arc<dyn Exporter>,
    delivery: Delivery,
    stats: Arc<Stats>,
    line: MemoryLine,
}

// === impl ExporterNode ===

impl ExporterNode {
    /// Puts an exporter in its place; `name` is for messages.
    #[must_use]
    pub fn new(name: String, exporter: Arc<dyn Exporter>, stats: Arc<Stats>) -> Self {
        let delivery = exporter.delivery();
        let line = MemoryLine::new(delivery.queue.clone());
        Self { name, exporter, delivery, stats, line }
    }

    /// How many workers are to run [`ExporterNode::work`].
    #[must_use]
    pub fn workers(&self) -> usize {
        self.delivery.queue.consumers.get()
    }

    /// Takes no more batches; workers end when the queue is empty.
    pub fn close(&self) {
        self.line.close();
    }

    /// What waits or is on its way, in units of the sizer.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.line.size()
    }

    /// Items that wait or are on their way.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.line.items()
    }

    /// What the queue's bound counts, and the bound.
    #[must_use]
    pub fn capacity(&self) -> (super::Sizer, u64) {
        (self.delivery.queue.sizer, self.delivery.queue.capacity)
    }

    /// Exports batch after batch until the queue is closed and empty. After `stop` nothing is tried twice.
    pub async fn work(self: Arc<Self>, mut stop: Stop) {
        while let Some(batch) = self.line.next().await {
            let outcome = self.deliver(&batch, false, &mut stop).await;
            self.line.left(&batch);
            self.count(&batch, &outcome);
            batch.resolve(outcome);
        }
    }

    fn count(&self, batch: &Batch, outcome: &Outcome) {
        let (items, bytes) = (batch.items(), batch.bytes());
        match outcome {
            Outcome::Delivered => self.stats.sent.add(items, bytes),
            Outcome::Partial { rejected, .. } => {
                let rejected = usize::try_from(*rejected).unwrap_or(usize::MAX).min(items);
                self.stats.sent.add(items - rejected, bytes);
                self.stats.rejected.add(rejected, 0);
            }
            Outcome::Refused(refusal) if refusal.is_retryable() => self.stats.refused.add(items, bytes),
            Outcome::Refused(_) => self.stats.rejected.add(items, bytes),
        }
    }
}

impl Accept for ExporterNode {
    fn accept(&self, batch: Batch) {
        self.stats.received.add(batch.items(), batch.bytes());
        let (batch, refusal) = match self.line.offer(batch) {
            Ok(()) => return,
            Err(Refused::Full(batch)) => {
                let (sizer, capacity) = self.capacity();
                let reason =
                    format!("the queue of {} is full: {capacity} {} wait or are on their way", self.name, sizer.name());
                (batch, Refusal::new(RefusalKind::Exhausted, reason).after(FULL_RETRY_AFTER))
            }
            Err(Refused::Closed(batch)) => (batch, Refusal::new(RefusalKind::Unavailable, "the engine is stopping")),
        };
        self.stats.refused.add(batch.items(), batch.bytes());
        batch.resolve(refusal.into());
    }
}
