//! A queue on disk in front of an exporter: entries are handed out oldest first and grouped when they leave.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;

use super::super::clock::now;
use super::super::delivery::{Queue as Settings, Sizer};
use super::super::stats::Stats;
use super::{Load, Refused};
use crate::Batch;
use crate::batch::{Acked, Limits};
use crate::component::Failure;
use crate::outcome::Outcome;
use crate::storage::{Capacity, DiskQueue, Options, Stored, Usage};

/// A queue on disk.
pub(super) struct DiskLine {
    /// The queue's name, which is that of its directory.
    name: String,
    options: Arc<Options>,
    settings: Settings,
    queue: OnceLock<Arc<DiskQueue>>,
    /// Held by the worker that gathers entries, so that what leaves is as full as it can be.
    gathering: Mutex<()>,
}

/// An entry that is on its way, and what becomes of it.
pub(super) struct Entry {
    stored: Stored,
    acked: Acked,
}

// === impl DiskLine ===

impl DiskLine {
    pub(super) fn new(name: String, options: Arc<Options>, settings: Settings) -> Self {
        Self { name, options, settings, queue: OnceLock::new(), gathering: Mutex::new(()) }
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.options.directory.join(&self.name)
    }

    pub(super) async fn open(&self) -> Result<(), Failure> {
        let (name, options) = (self.name.clone(), self.options.clone());
        let Settings { capacity: units, sizer, block_on_overflow: blocks, .. } = self.settings;
        let capacity = Capacity { units, sizer, blocks };
        let opening = tokio::task::spawn_blocking(move || DiskQueue::open(&name, &options, capacity)).await;
        let opened = opening.map_err(|_| Failure::from("opening the queue on disk panicked"))?;
        let queue = opened.map_err(|error| Failure(error.to_string()))?;
        // It is opened once: whoever starts a node owns it.
        let _ = self.queue.set(queue);
        Ok(())
    }

    pub(super) fn offer(&self, batch: Batch) -> Result<(), Refused> {
        match self.queue.get() {
            Some(queue) => queue.offer(batch),
            None => return Err(Refused::Closed(batch)),
        }
        Ok(())
    }

    /// Takes nothing more and hands out nothing more; what is left stays on disk.
    pub(super) fn stop(&self) {
        if let Some(queue) = self.queue.get() {
            queue.stop();
        }
    }

    /// Waits until the directory is free for others.
    pub(super) async fn ended(&self) {
        if let Some(queue) = self.queue.get() {
            queue.ended().await;
        }
    }

    pub(super) fn usage(&self) -> Option<Usage> {
        self.queue.get().map(|queue| queue.usage())
    }

    /// What waits or is on its way, in units of the sizer.
    pub(super) fn size(&self) -> u64 {
        let Some(usage) = self.usage() else { return 0 };
        match self.settings.sizer {
            Sizer::Requests => usage.waiting.entries + usage.in_flight.entries,
            Sizer::Items => usage.waiting.items + usage.in_flight.items,
            Sizer::Bytes => usage.waiting.bytes + usage.in_flight.bytes,
        }
    }

    pub(super) async fn next(&self) -> Option<Load> {
        let queue = self.queue.get()?;
        match &self.settings.batch {
            None => queue.next().await.map(|stored| load(vec![stored], &Limits::default())),
            Some((limits, timeout)) => {
                let _turn = self.gathering.lock().await;
                let mut gathered = vec![queue.next().await?];
                let until = now() + *timeout;
                while !is_enough(&gathered, limits) {
                    tokio::select! {
                        stored = queue.next() => match stored {
                            Some(stored) => gathered.push(stored),
                            None => break,
                        },
                        () = tokio::time::sleep_until(until) => break,
                    }
                }
                Some(load(gathered, limits))
            }
        }
    }
}

fn is_enough(gathered: &[Stored], limits: &Limits) -> bool {
    let sum = |size: fn(&Batch) -> usize| gathered.iter().map(|stored| size(&stored.batch) as u64).sum();
    limits.reached(sum(Batch::items), sum(Batch::bytes))
}

/// What is delivered are shares of the entries, so that each entry hears its own part of the outcome.
fn load(gathered: Vec<Stored>, limits: &Limits) -> Load {
    let is_ours = gathered.iter().any(|stored| !stored.batch.is_awaited());
    let (mut batches, mut entries) = (Vec::with_capacity(gathered.len()), Vec::with_capacity(gathered.len()));
    for stored in gathered {
        let (batch, acked) = Batch::tracked(stored.batch.telemetry().clone(), stored.batch.context().clone());
        batches.push(batch);
        entries.push(Entry { stored, acked });
    }
    let batches = Batch::join(batches).into_iter().flat_map(|batch| limits.split(batch)).collect();
    Load { batches, entries, is_ours }
}

// === impl Entry ===

impl Entry {
    /// Ends the entry if something became of it, or if its sender will send it again; else it is handed out again.
    pub(super) fn settle(mut self, stats: &Stats) {
        let outcome = self.acked.now();
        let outcome = outcome.unwrap_or_else(|| Outcome::unavailable("the batch was dropped before it was delivered"));
        let Stored { batch, .. } = &self.stored;
        if outcome.is_final() || batch.is_awaited() {
            stats.ended((batch.items(), batch.bytes()), &outcome, true);
            self.stored.done(outcome);
        }
    }
}
