//! [`ExporterNode`]: the bounded queue in front of an exporter, in memory or on disk, and the workers that empty it.

mod attempt;
mod disk;
mod gather;
mod memory;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::disk::DiskLine;
pub use self::disk::Place;
use self::memory::{MemoryLine, Refused};
use super::delivery::{Delivery, Queue};
use super::gauges::{Fill, Gauges};
use super::output::Accept;
use super::stats::{Stats, UNDELIVERED};
use super::stop::Stop;
use crate::component::{Exporter, Failure};
use crate::outcome::{Outcome, Refusal, RefusalKind};
use crate::storage::{EntryId, Usage};
use crate::{Batch, BatchId};

/// How long a sender is asked to wait when the queue is full.
const FULL_RETRY_AFTER: Duration = Duration::from_secs(1);

/// An exporter in its place: takes what fits, refuses the rest at once with a retryable status.
pub struct ExporterNode {
    name: String,
    exporter: Arc<dyn Exporter>,
    delivery: Delivery,
    stats: Arc<Stats>,
    line: Line,
}

enum Line {
    Memory(MemoryLine),
    Disk(DiskLine),
}

/// What a worker has in hand: batches to be delivered one after the other, and the entries of a queue on disk that they
/// were made of.
struct Load {
    batches: Vec<(BatchId, Batch)>,
    entries: Vec<disk::Entry>,
    /// The first of these entries, where they leave together again after a crash.
    group: Option<EntryId>,
    /// Whether nobody else has some of it, so that it must not be given up.
    is_ours: bool,
}

// === impl ExporterNode ===

impl ExporterNode {
    /// Puts an exporter in its place; `name` is for messages. With a `place` its queue is on disk.
    #[must_use]
    pub fn new(name: String, exporter: Arc<dyn Exporter>, stats: Arc<Stats>, place: Option<Place>) -> Self {
        let delivery = exporter.delivery();
        stats.dropped.announce(&[UNDELIVERED]);
        let line = match place {
            None => Line::Memory(MemoryLine::new(delivery.queue.clone())),
            Some(place) => Line::Disk(DiskLine::new(place, &delivery)),
        };
        Self { name, exporter, delivery, stats, line }
    }

    /// Opens the queue if it is on disk; what it holds from before is exported first.
    ///
    /// # Errors
    /// If the directory cannot be used.
    pub async fn start(&self) -> Result<(), Failure> {
        match &self.line {
            Line::Memory(_) => Ok(()),
            Line::Disk(line) => line.open().await,
        }
    }

    /// Its name in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where a queue on disk lies.
    #[must_use]
    pub(super) fn directory(&self) -> Option<PathBuf> {
        match &self.line {
            Line::Memory(_) => None,
            Line::Disk(line) => Some(line.directory()),
        }
    }

    /// How many workers are to run [`ExporterNode::work`].
    #[must_use]
    pub fn workers(&self) -> usize {
        self.delivery.queue.consumers.get()
    }

    /// Takes no more batches. Workers end when a queue in memory is empty; what is on disk stays there.
    pub fn close(&self) {
        match &self.line {
            Line::Memory(line) => line.close(),
            Line::Disk(line) => line.stop(),
        }
    }

    /// Takes no more batches. Workers end when the queue is empty, on disk, too, until [`ExporterNode::keep`].
    pub fn drain(&self) {
        match &self.line {
            Line::Memory(line) => line.close(),
            Line::Disk(line) => line.drain(),
        }
    }

    /// What is on disk stays there from now on.
    pub fn keep(&self) {
        if let Line::Disk(line) = &self.line {
            line.stop();
        }
    }

    /// Waits until the directory of a queue on disk is free for others, after [`ExporterNode::close`].
    pub async fn ended(&self) {
        if let Line::Disk(line) = &self.line {
            line.ended().await;
            line.hand_over(&self.stats);
        }
    }

    /// Items that wait or are on their way.
    #[must_use]
    pub fn items(&self) -> u64 {
        match &self.line {
            Line::Memory(line) => line.items(),
            Line::Disk(line) => line.usage().map_or(0, |usage| usage.waiting.items + usage.in_flight.items),
        }
    }

    /// Exports batch after batch until the queue is closed and empty. After `stop` nothing is tried twice.
    pub async fn work(self: Arc<Self>, mut stop: Stop) {
        while let Some(Load { batches, entries, group, is_ours }) = self.next().await {
            let mut is_kept = false;
            for (id, batch) in batches {
                let outcome = self.deliver(id, &batch, is_ours, &mut stop).await;
                is_kept |= is_ours && !outcome.is_final();
                self.settle(batch, outcome);
            }
            if let (Line::Disk(line), Some(group), false) = (&self.line, group, is_kept) {
                line.end(group).await;
            }
            entries.into_iter().for_each(|entry| entry.settle(&self.stats));
            if is_kept {
                // What stays on disk would be handed out again at once, as long as others hold up the end.
                return;
            }
        }
    }

    async fn next(&self) -> Option<Load> {
        match &self.line {
            Line::Memory(line) => line.next().await,
            Line::Disk(line) => line.next().await,
        }
    }

    /// What became of entries on disk is counted entry by entry.
    fn settle(&self, batch: Batch, outcome: Outcome) {
        if let Line::Memory(line) = &self.line {
            line.left(&batch);
            self.stats.ended((batch.items(), batch.bytes()), &outcome, batch.is_told());
        }
        batch.resolve(outcome);
    }
}

impl Gauges for ExporterNode {
    fn held(&self) -> u64 {
        self.items()
    }

    fn queue(&self) -> Option<Fill> {
        let Queue { capacity, sizer, .. } = self.delivery.queue;
        Some(match &self.line {
            Line::Memory(line) => Fill { size: line.size(), capacity, unit: sizer.name(), in_flight: line.in_flight() },
            Line::Disk(line) => line.fill(),
        })
    }

    fn disk(&self) -> Option<Usage> {
        match &self.line {
            Line::Memory(_) => None,
            Line::Disk(line) => line.usage(),
        }
    }
}

impl Accept for ExporterNode {
    fn accept(&self, batch: Batch) {
        self.stats.received.add(batch.items(), batch.bytes());
        let refused = match &self.line {
            Line::Memory(line) => line.offer(batch),
            Line::Disk(line) => line.offer(batch),
        };
        let (batch, refusal) = match refused {
            Ok(()) => return,
            Err(Refused::Full(batch)) => {
                self.stats.turned_away.add(batch.items(), batch.bytes());
                let Queue { capacity, sizer, .. } = self.delivery.queue;
                let reason =
                    format!("the queue of {} is full: {capacity} {} wait or are on their way", self.name, sizer.name());
                (batch, Refusal::new(RefusalKind::Exhausted, reason).after(FULL_RETRY_AFTER))
            }
            Err(Refused::Closed(batch)) => {
                let reason = format!("the queue of {} is being closed or opened", self.name);
                (batch, Refusal::new(RefusalKind::Unavailable, reason))
            }
        };
        let outcome = refusal.into();
        self.stats.ended((batch.items(), batch.bytes()), &outcome, false);
        batch.resolve(outcome);
    }
}

// === impl Load ===

impl Load {
    fn of(batch: Batch) -> Self {
        Self { batches: vec![(BatchId::fresh(), batch)], entries: Vec::new(), group: None, is_ours: false }
    }
}
