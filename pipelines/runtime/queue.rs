//! [`ExporterNode`]: the bounded queue in front of an exporter and the workers that empty it.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::now;
use super::delivery::{Delivery, Sizer};
use super::output::Accept;
use super::panic::caught_async;
use super::retry::Backoff;
use super::stats::Stats;
use super::stop::Stop;
use crate::Batch;
use crate::batch::Grouping;
use crate::component::{ExportError, Exported, Exporter};
use crate::outcome::{Outcome, Refusal, RefusalKind};

/// How long a sender is asked to wait when the queue is full.
const FULL_RETRY_AFTER: Duration = Duration::from_secs(1);

/// An exporter in its place: takes what fits, refuses the rest at once with a retryable status.
pub struct ExporterNode {
    name: String,
    exporter: Arc<dyn Exporter>,
    delivery: Delivery,
    stats: Arc<Stats>,
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Batch>,
    group: Grouping,
    /// Sizes of `waiting` and of the batches on their way, in units of the sizer.
    waiting_size: u64,
    leaving_size: u64,
    closed: bool,
}

// === impl ExporterNode ===

impl ExporterNode {
    /// Puts an exporter in its place; `name` is for messages.
    #[must_use]
    pub fn new(name: String, exporter: Arc<dyn Exporter>, stats: Arc<Stats>) -> Self {
        let delivery = exporter.delivery();
        Self { name, exporter, delivery, stats, queue: Mutex::default(), filled: Notify::new() }
    }

    /// How many workers are to run [`ExporterNode::work`].
    #[must_use]
    pub fn workers(&self) -> usize {
        self.delivery.queue.consumers.get()
    }

    /// Takes no more batches; workers end when the queue is empty.
    pub fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        if let Some((limits, _)) = &self.delivery.queue.batch {
            let rest = queue.group.take(limits);
            self.enqueue(&mut queue, rest);
        }
        drop(queue);
        self.filled.notify_waiters();
    }

    /// What waits or is on its way, in units of the sizer.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.lock().size(self.delivery.queue.sizer)
    }

    /// Exports batch after batch until the queue is closed and empty. After `stop` nothing is tried twice.
    pub async fn work(self: Arc<Self>, mut stop: Stop) {
        while let Some(batch) = self.next().await {
            let size = self.delivery.queue.sizer.size(&batch);
            let outcome = self.deliver(&batch, &mut stop).await;
            self.count(&batch, &outcome);
            self.lock().leaving_size -= size;
            batch.resolve(outcome);
        }
    }

    async fn next(&self) -> Option<Batch> {
        loop {
            let filled = self.filled.notified();
            tokio::pin!(filled);
            // Registered before the look, so that a batch or a close in between is not missed.
            filled.as_mut().enable();
            let due = {
                let mut queue = self.lock();
                if let Some(batch) = self.pop(&mut queue) {
                    return Some(batch);
                }
                if queue.closed {
                    return None;
                }
                self.delivery.queue.batch.and_then(|(_, timeout)| queue.group.due(timeout))
            };
            match due {
                Some(due) => tokio::select! {
                    () = filled => {}
                    () = tokio::time::sleep_until(due) => {}
                },
                None => filled.await,
            }
        }
    }

    fn pop(&self, queue: &mut Queue) -> Option<Batch> {
        if let Some((limits, timeout)) = &self.delivery.queue.batch
            && queue.group.due(*timeout).is_some_and(|due| due <= now())
        {
            let due = queue.group.take(limits);
            self.enqueue(queue, due);
        }
        let batch = queue.waiting.pop_front();
        let size = batch.as_ref().map_or(0, |batch| self.delivery.queue.sizer.size(batch));
        queue.waiting_size -= size;
        queue.leaving_size += size;
        if !queue.waiting.is_empty() {
            self.filled.notify_one();
        }
        batch
    }

    async fn deliver(&self, batch: &Batch, stop: &mut Stop) -> Outcome {
        let started = now();
        let seed = std::ptr::from_ref(batch).addr() as u64 ^ batch.bytes() as u64;
        let mut backoff = Backoff::new(&self.delivery.retry, seed);
        loop {
            let attempted = match caught_async(self.attempt(batch)).await {
                Ok(attempted) => attempted,
                Err(reason) => {
                    // Trying the same data on the same code again at once would panic again.
                    tracing::error!(node = %self.name, items = batch.items(), %reason, "given back to the sender");
                    return Outcome::unavailable(format!("{} failed: {reason}", self.name));
                }
            };
            let (after, reason) = match attempted {
                Ok(exported) => return delivered(&self.name, exported),
                Err(ExportError::Reject { reason }) => {
                    tracing::error!(node = %self.name, items = batch.items(), %reason, "rejected for good");
                    return Outcome::permanent(reason);
                }
                Err(ExportError::Retry { after, reason }) => (after, reason),
            };
            let wait = if stop.is_requested() { None } else { backoff.next(started.elapsed(), after) };
            let Some(wait) = wait else {
                tracing::warn!(node = %self.name, items = batch.items(), %reason, "given back to the sender");
                return Refusal { kind: RefusalKind::Unavailable, reason: reason.into(), after }.into();
            };
            self.stats.retries.fetch_add(1, Ordering::Relaxed);
            tracing::info!(node = %self.name, items = batch.items(), %reason, ?wait, "will be tried again");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.requested() => {}
            }
        }
    }

    async fn attempt(&self, batch: &Batch) -> Result<Exported, ExportError> {
        let export = self.exporter.export(batch.telemetry(), batch.context());
        match self.delivery.timeout {
            Some(timeout) => tokio::time::timeout(timeout, export)
                .await
                .unwrap_or_else(|_| Err(ExportError::retry(format!("no answer within {timeout:?}")))),
            None => export.await,
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

    fn enqueue(&self, queue: &mut Queue, batches: Vec<Batch>) {
        queue.waiting_size += batches.iter().map(|batch| self.delivery.queue.sizer.size(batch)).sum::<u64>();
        queue.waiting.extend(batches);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Queue ===

impl Queue {
    fn size(&self, sizer: Sizer) -> u64 {
        self.waiting_size + self.leaving_size + self.group.size(sizer)
    }
}

impl Accept for ExporterNode {
    fn accept(&self, batch: Batch) {
        let settings = &self.delivery.queue;
        self.stats.received.add(batch.items(), batch.bytes());
        let mut queue = self.lock();
        let held = queue.size(settings.sizer);
        let full = held > 0 && held.saturating_add(settings.sizer.size(&batch)) > settings.capacity;
        if queue.closed || full {
            let closed = queue.closed;
            drop(queue);
            self.stats.refused.add(batch.items(), batch.bytes());
            return batch.resolve(refusal(&self.name, closed, settings.capacity, settings.sizer.name()).into());
        }
        let batch = if settings.wait_for_result { batch } else { answered(batch) };
        let ready = match &settings.batch {
            None => vec![batch],
            Some((limits, _)) => queue.group.push(batch, limits, now()),
        };
        self.enqueue(&mut queue, ready);
        drop(queue);
        self.filled.notify_one();
    }
}

/// The batch without anyone waiting for it: its sender has been told that it is queued.
fn answered(batch: Batch) -> Batch {
    let (telemetry, context, ack) = batch.into_parts();
    ack.resolve(Outcome::Delivered);
    Batch::from_parts(telemetry, context, crate::batch::Ack::none())
}

fn delivered(name: &str, exported: Exported) -> Outcome {
    let Exported { rejected, message } = exported;
    if let Some(message) = &message {
        tracing::warn!(node = name, rejected, %message, "partial success response");
    }
    match rejected {
        0 => Outcome::Delivered,
        rejected => Outcome::Partial { rejected, reason: message.unwrap_or_default().into() },
    }
}

fn refusal(name: &str, closed: bool, capacity: u64, unit: &str) -> Refusal {
    if closed {
        return Refusal::new(RefusalKind::Unavailable, "the engine is stopping");
    }
    let reason = format!("the queue of {name} is full: {capacity} {unit} wait or are on their way");
    Refusal::new(RefusalKind::Exhausted, reason).after(FULL_RETRY_AFTER)
}
