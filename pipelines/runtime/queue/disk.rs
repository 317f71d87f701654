//! A queue on disk in front of an exporter: entries are handed out oldest first and grouped when they leave.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as Lock, OnceLock};

use tokio::sync::Mutex;

use super::super::budget::{Budget, Permit};
use super::super::delivery::{Delivery, Queue as Settings, Sizer};
use super::super::gauges::Fill;
use super::super::stats::Stats;
use super::Refused;
use crate::Batch;
use crate::batch::Acked;
use crate::component::Failure;
use crate::outcome::Outcome;
use crate::storage::{Amount, Capacity, DiskQueue, Groups, OpenError, Options, Stored, Usage};

/// Where a queue on disk lies, and whose memory its entries take on their way out.
#[derive(Clone, Debug)]
pub struct Place {
    /// The name of the queue's directory.
    pub name: String,
    /// The directory it is in, and what the queue promises.
    pub options: Arc<Options>,
    /// Bytes in flight. One entry at a time leaves in any case, so that a queue drains whatever comes in.
    pub budget: Budget,
}

/// A queue on disk.
pub(super) struct DiskLine {
    pub(super) place: Place,
    pub(super) settings: Settings,
    pub(super) queue: OnceLock<Arc<DiskQueue>>,
    /// A queue that is opened later ends at once.
    is_stopped: AtomicBool,
    is_handed_over: AtomicBool,
    /// Entries that workers have in hand.
    pub(super) in_hand: Arc<AtomicUsize>,
    /// Held by the worker that takes entries, so that what leaves is as full as it can be and one entry at most waits for
    /// room in memory.
    pub(super) gathering: Mutex<()>,
    /// Which entries leave together, where the destination is to recognise them after a crash.
    pub(super) groups: OnceLock<Arc<Lock<Groups>>>,
    is_idempotent: bool,
}

/// An entry that is on its way, and what becomes of it.
pub(super) struct Entry {
    pub(super) stored: Stored,
    pub(super) acked: Acked,
    pub(super) _room: Room,
}

/// Room in memory for an entry in hand, given back when dropped.
pub(super) struct Room {
    pub(super) in_hand: Arc<AtomicUsize>,
    pub(super) permit: Option<Permit>,
}

// === impl DiskLine ===

impl DiskLine {
    pub(super) fn new(place: Place, delivery: &Delivery) -> Self {
        Self {
            place,
            settings: delivery.queue.clone(),
            queue: OnceLock::new(),
            is_stopped: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
            in_hand: Arc::default(),
            gathering: Mutex::new(()),
            groups: OnceLock::new(),
            is_idempotent: delivery.is_idempotent,
        }
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.place.options.directory.join(&self.place.name)
    }

    pub(super) async fn open(&self) -> Result<(), Failure> {
        let Place { name, options, .. } = self.place.clone();
        let Settings { capacity: units, sizer, block_on_overflow: blocks, .. } = self.settings;
        let capacity = Capacity { units, sizer, blocks };
        let regroups = self.is_idempotent && self.settings.batch.is_some();
        let open = move || {
            let queue = DiskQueue::open(&name, &options, capacity)?;
            let groups = regroups.then(|| queue.groups());
            Ok((queue, groups))
        };
        let opening = tokio::task::spawn_blocking(open).await;
        let opened = opening.map_err(|_| Failure::from("opening the queue on disk panicked"))?;
        let (queue, groups) = opened.map_err(|error: OpenError| Failure(error.to_string()))?;
        if let Some(groups) = groups {
            let _ = self.groups.set(Arc::new(Lock::new(groups)));
        }
        let Amount { entries, items, .. } = queue.usage().recovered;
        if entries > 0 {
            tracing::info!(queue = %self.directory().display(), entries, items, "found on disk from before, to be delivered first");
        }
        // It is opened once: whoever starts a node owns it.
        let _ = self.queue.set(queue);
        if self.is_stopped.load(Ordering::SeqCst) {
            self.stop();
        }
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
        self.is_stopped.store(true, Ordering::SeqCst);
        if let Some(queue) = self.queue.get() {
            queue.stop();
        }
    }

    /// Takes nothing more and hands out what is left.
    pub(super) fn drain(&self) {
        if let Some(queue) = self.queue.get() {
            queue.close();
        }
    }

    /// Waits until the directory is free for others.
    pub(super) async fn ended(&self) {
        if let Some(queue) = self.queue.get() {
            queue.ended().await;
        }
    }

    /// What the queue has counted goes on in `stats`, for whoever opens the directory next in this process.
    pub(super) fn hand_over(&self, stats: &Stats) {
        if let Some(usage) = self.usage()
            && !self.is_handed_over.swap(true, Ordering::Relaxed)
        {
            stats.disk.add(&usage);
        }
    }

    /// What the queue holds and has counted; once that is handed over, what is left, as its next owner will find it.
    pub(super) fn usage(&self) -> Option<Usage> {
        let usage = self.queue.get()?.usage();
        if !self.is_handed_over.load(Ordering::Relaxed) {
            return Some(usage);
        }
        let mut left = usage.waiting;
        left += usage.in_flight;
        Some(Usage { bytes: usage.bytes, waiting: left, oldest: usage.oldest, recovered: left, ..Usage::default() })
    }

    /// How full it is: in units of the sizer where those have a bound, else in bytes on disk, which always have one.
    pub(super) fn fill(&self) -> Fill {
        let usage = self.usage().unwrap_or_default();
        let (mut held, in_flight) = (usage.waiting, usage.in_flight.entries);
        held += usage.in_flight;
        let Settings { capacity, sizer, .. } = self.settings;
        if capacity == u64::MAX {
            let size = if held.entries > 0 { usage.bytes } else { 0 };
            let capacity = self.place.options.max_bytes;
            return Fill { size, capacity, unit: Sizer::Bytes.name(), in_flight };
        }
        let size = match sizer {
            Sizer::Requests => held.entries,
            Sizer::Items => held.items,
            Sizer::Bytes => held.bytes,
        };
        Fill { size, capacity, unit: sizer.name(), in_flight }
    }
}

// === impl Entry ===

impl Entry {
    /// Ends the entry if something became of it, or if its sender will send it again; else it is handed out again.
    pub(super) fn settle(mut self, stats: &Stats) {
        let outcome = self.acked.now();
        let outcome = outcome.unwrap_or_else(|| Outcome::unavailable("the batch was dropped before it was delivered"));
        let Stored { batch, .. } = &self.stored;
        if outcome.is_final() || batch.is_awaited() {
            stats.ended((batch.items(), batch.bytes()), &outcome, false);
            self.stored.done(outcome);
        }
    }
}

// === impl Room ===

impl Drop for Room {
    fn drop(&mut self) {
        self.in_hand.fetch_sub(1, Ordering::Relaxed);
    }
}
