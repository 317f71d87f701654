//! What leaves a queue on disk together, and under which id.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::super::clock::{Instant, now};
use super::Load;
use super::disk::{DiskLine, Entry, Room};
use crate::Batch;
use crate::batch::Limits;
use crate::outcome::Outcome;
use crate::storage::{DiskQueue, EntryId, Groups, Stored};

/// How often a worker looks whether there is room for the entry it has read.
const LOOK: Duration = Duration::from_millis(5);
/// How long a worker waits for the rest of what left together before a crash, while it is read from disk.
const AGAIN: Duration = Duration::from_secs(2);

type Gathered = Vec<(Stored, Room)>;

// === impl DiskLine ===

impl DiskLine {
    /// What leaves next; `None` when the queue is closed and empty.
    pub(super) async fn next(&self) -> Option<Load> {
        let queue = self.queue.get()?;
        // One worker at a time, or each would hold an entry for which there is no room yet.
        let _turn = self.gathering.lock().await;
        let first = self.next_waiting(queue).await?;
        let room = self.room(&first).await;
        let left = first.id();
        let gathered = vec![(first, room)];
        let Some((limits, timeout)) = &self.settings.batch else {
            return Some(load(gathered, &Limits::default(), None));
        };
        let left = self.with_groups(|groups| groups.starting_with(left).map(<[_]>::to_vec)).flatten();
        let gathered = match left {
            Some(group) => self.gather_again(queue, gathered, &group).await,
            None => self.gather(queue, gathered, limits, now() + *timeout).await,
        };
        let group = self.note(&gathered).await;
        Some(load(gathered, limits, group))
    }

    /// What left together, beginning with this entry, is over: that is written down before the entries are marked.
    pub(super) async fn end(&self, first: EntryId) {
        self.write_down(move |groups| groups.end(first)).await;
    }

    /// The next entry that was not delivered.
    async fn next_waiting(&self, queue: &DiskQueue) -> Option<Stored> {
        loop {
            let stored = queue.next().await?;
            if self.with_groups(|groups| groups.is_over(stored.id())) != Some(true) {
                return Some(stored);
            }
            // An earlier process delivered and counted it.
            stored.done(Outcome::Delivered);
        }
    }

    /// Takes what comes until it is enough or time is up.
    async fn gather(&self, queue: &DiskQueue, mut gathered: Gathered, limits: &Limits, until: Instant) -> Gathered {
        while !is_enough(&gathered, limits) {
            // Without room it is given back by being dropped, and what is gathered leaves.
            let Some(stored) = self.next_until(queue, until).await else { break };
            let Some(room) = self.try_room(&stored) else { break };
            gathered.push((stored, room));
        }
        gathered
    }

    /// Takes what left together before, so that the destination can recognise it.
    async fn gather_again(&self, queue: &DiskQueue, mut gathered: Gathered, group: &[EntryId]) -> Gathered {
        let until = now() + AGAIN;
        for id in group.iter().skip(1) {
            let Some(stored) = self.next_until(queue, until).await else { break };
            if stored.id() != *id {
                break;
            }
            let room = tokio::time::timeout_at(until, self.room(&stored)).await;
            let Ok(room) = room else { break };
            gathered.push((stored, room));
        }
        gathered
    }

    /// Writes down what leaves together, where that matters, before it leaves. The first entry.
    async fn note(&self, gathered: &[(Stored, Room)]) -> Option<EntryId> {
        self.groups.get()?;
        let ids: Vec<_> = gathered.iter().map(|(stored, _)| stored.id()).collect();
        let first = *ids.first()?;
        self.write_down(move |groups| groups.note(ids)).await;
        Some(first)
    }

    /// Writes to the file of groups, off the runtime's threads.
    async fn write_down(&self, write: impl FnOnce(&mut Groups) -> io::Result<()> + Send + 'static) {
        let Some(groups) = self.groups.get().cloned() else { return };
        let writing = move || write(&mut groups.lock().unwrap_or_else(PoisonError::into_inner));
        if let Ok(Err(error)) = tokio::task::spawn_blocking(writing).await {
            let queue = self.directory();
            tracing::warn!(queue = %queue.display(), %error, "cannot note what leaves together; after a crash it may be delivered twice");
        }
    }

    async fn next_until(&self, queue: &DiskQueue, until: Instant) -> Option<Stored> {
        tokio::select! {
            stored = self.next_waiting(queue) => stored,
            () = tokio::time::sleep_until(until) => None,
        }
    }

    fn with_groups<T>(&self, act: impl FnOnce(&mut Groups) -> T) -> Option<T> {
        self.groups.get().map(|groups| act(&mut groups.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Waits until there is room for an entry.
    async fn room(&self, stored: &Stored) -> Room {
        loop {
            match self.try_room(stored) {
                Some(room) => return room,
                None => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Room for an entry if there is some, or if nothing else is in hand.
    fn try_room(&self, stored: &Stored) -> Option<Room> {
        let permit = self.place.budget.try_acquire(stored.batch.bytes() as u64);
        let others = self.in_hand.fetch_add(1, Ordering::Relaxed);
        let room = Room { in_hand: Arc::clone(&self.in_hand), permit };
        (others == 0 || room.permit.is_some()).then_some(room)
    }
}

fn is_enough(gathered: &[(Stored, Room)], limits: &Limits) -> bool {
    let sum = |size: fn(&Batch) -> usize| gathered.iter().map(|(stored, _)| size(&stored.batch) as u64).sum();
    limits.reached(sum(Batch::items), sum(Batch::bytes))
}

/// What is delivered are shares of the entries, so that each entry hears its own part of the outcome. The id follows from
/// the entries.
fn load(gathered: Gathered, limits: &Limits, group: Option<EntryId>) -> Load {
    let ids: Vec<_> = gathered.iter().map(|(stored, _)| stored.id()).collect();
    let id = EntryId::batch(&ids);
    let is_ours = gathered.iter().any(|(stored, _)| !stored.batch.is_awaited());
    let (mut batches, mut entries) = (Vec::with_capacity(gathered.len()), Vec::with_capacity(gathered.len()));
    for (stored, room) in gathered {
        let (batch, acked) = Batch::tracked(stored.batch.telemetry().clone(), stored.batch.context().clone());
        batches.push(batch);
        entries.push(Entry { stored, acked, _room: room });
    }
    let batches = Batch::join(batches).into_iter().flat_map(|batch| limits.split(batch));
    let mut end = 0;
    let batches = batches.map(|batch| {
        let start = end;
        end += batch.items() as u64;
        (id.share(start..end), batch)
    });
    let batches = batches.collect();
    Load { batches, entries, group, is_ours }
}
