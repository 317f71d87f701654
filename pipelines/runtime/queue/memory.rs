//! A queue in memory: bounded, first in first out, grouped on request.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::super::clock::now;
use super::super::delivery::{Queue as Settings, Sizer};
use super::Load;
use crate::Batch;
use crate::batch::Grouping;
use crate::outcome::Outcome;

/// Batches that wait in memory.
pub(super) struct MemoryLine {
    settings: Settings,
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
    /// Number and items of the batches on their way.
    leaving: u64,
    leaving_items: u64,
    closed: bool,
}

/// Why a batch was not taken.
pub(super) enum Refused {
    Full(Batch),
    Closed(Batch),
}

// === impl MemoryLine ===

impl MemoryLine {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, queue: Mutex::default(), filled: Notify::new() }
    }

    pub(super) fn offer(&self, batch: Batch) -> Result<(), Refused> {
        let Settings { sizer, capacity, block_on_overflow, .. } = self.settings;
        let mut queue = self.lock();
        let held = queue.size(sizer);
        if queue.closed {
            return Err(Refused::Closed(batch));
        }
        // One batch is always taken when nothing else waits, however large it is.
        if !block_on_overflow && held > 0 && held.saturating_add(sizer.size(&batch)) > capacity {
            return Err(Refused::Full(batch));
        }
        let batch = if self.settings.wait_for_result { batch } else { batch.answered(Outcome::Delivered) };
        let ready = match &self.settings.batch {
            None => vec![batch],
            Some((limits, _)) => queue.group.push(batch, limits, now()),
        };
        self.enqueue(&mut queue, ready);
        drop(queue);
        self.filled.notify_one();
        Ok(())
    }

    pub(super) async fn next(&self) -> Option<Load> {
        loop {
            let filled = self.filled.notified();
            tokio::pin!(filled);
            // Registered before the look, so that a batch or a close in between is not missed.
            filled.as_mut().enable();
            let due = {
                let mut queue = self.lock();
                if let Some(batch) = self.pop(&mut queue) {
                    return Some(Load::of(batch));
                }
                if queue.closed {
                    return None;
                }
                self.settings.batch.and_then(|(_, timeout)| queue.group.due(timeout))
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

    /// Makes room for what has left.
    pub(super) fn left(&self, batch: &Batch) {
        let mut queue = self.lock();
        queue.leaving_size -= self.settings.sizer.size(batch);
        queue.leaving_items -= batch.items() as u64;
        queue.leaving -= 1;
    }

    pub(super) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        if let Some((limits, _)) = &self.settings.batch {
            let rest = queue.group.take(limits);
            self.enqueue(&mut queue, rest);
        }
        drop(queue);
        self.filled.notify_waiters();
    }

    /// What waits or is on its way, in units of the sizer.
    pub(super) fn size(&self) -> u64 {
        self.lock().size(self.settings.sizer)
    }

    /// Items that wait or are on their way.
    pub(super) fn items(&self) -> u64 {
        let queue = self.lock();
        let waiting: usize = queue.waiting.iter().map(Batch::items).sum();
        waiting as u64 + queue.leaving_items + queue.group.size(Sizer::Items)
    }

    /// Batches on their way.
    pub(super) fn in_flight(&self) -> u64 {
        self.lock().leaving
    }

    fn pop(&self, queue: &mut Queue) -> Option<Batch> {
        if let Some((limits, timeout)) = &self.settings.batch
            && queue.group.due(*timeout).is_some_and(|due| due <= now())
        {
            let due = queue.group.take(limits);
            self.enqueue(queue, due);
        }
        let batch = queue.waiting.pop_front()?;
        let size = self.settings.sizer.size(&batch);
        queue.waiting_size -= size;
        queue.leaving_size += size;
        queue.leaving_items += batch.items() as u64;
        queue.leaving += 1;
        // Somebody else has to look after what is left, or after the time at which the rest of a group is due.
        if !queue.waiting.is_empty() || queue.group.size(Sizer::Requests) > 0 {
            self.filled.notify_one();
        }
        Some(batch)
    }

    fn enqueue(&self, queue: &mut Queue, batches: Vec<Batch>) {
        queue.waiting_size += batches.iter().map(|batch| self.settings.sizer.size(batch)).sum::<u64>();
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
