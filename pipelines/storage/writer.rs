//! The thread that writes: appends what came in meanwhile, syncs once for all of it, deletes what is over. It is the only
//! one that changes the ends of segment files, so nothing has to be locked while the disk works.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, IoSlice};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::entry::Incoming;
use super::error::{RETRY_AFTER, refusal};
use super::format::{ENTRY_HEADER, SEGMENT_HEADER, SegmentId};
use super::lock::Lock;
use super::medium::write_all;
use super::options::Sync;
use super::shared::Shared;
use super::state::{State, Written};
use crate::runtime::{Instant, now};

/// How often an idle writer looks whether something is too old, can be tidied up or has to be tried again.
const TICK: Duration = Duration::from_secs(1);

/// The writing side of a queue.
pub(super) struct Writer {
    shared: Arc<Shared>,
    next: u64,
    active: Option<Active>,
    /// What could not be deleted yet.
    deletions: BTreeSet<SegmentId>,
    /// Goes last: whoever takes it next finds everything written.
    _lock: Lock,
}

/// The segment that is appended to.
struct Active {
    id: SegmentId,
    file: File,
    length: u64,
    /// Since when something in it is not synced.
    dirty: Option<Instant>,
}

/// Tells everybody that the thread is gone, also when it panicked.
struct Ending(Arc<Shared>);

// === impl Writer ===

impl Writer {
    /// Appends to segments from `next` on.
    pub(super) fn new(shared: Arc<Shared>, next: u64, lock: Lock) -> Self {
        Self { shared, next, active: None, deletions: BTreeSet::new(), _lock: lock }
    }

    /// Works until the queue is over.
    pub(super) fn run(mut self) {
        let ending = Ending(self.shared.clone());
        loop {
            self.shared.wait_for_work(self.patience());
            let (incoming, deletions) = self.shared.with(|state| {
                state.expire(SystemTime::now());
                state.take_work()
            });
            let idle = incoming.is_empty() && deletions.is_empty();
            self.delete(deletions);
            self.append(incoming);
            self.sync_if_due(false);
            if idle {
                self.shared.with(State::tidy);
            }
            if self.shared.with(|state| state.is_over()) {
                break;
            }
        }
        let deletions = self.shared.with(|state| {
            state.tidy();
            state.take_work().1
        });
        self.delete(deletions);
        self.sync_if_due(true);
        // The lock goes before anybody is told.
        drop(self);
        drop(ending);
    }

    /// How long to sleep when nothing comes in.
    fn patience(&self) -> Duration {
        match (self.shared.options.sync, self.active.as_ref().and_then(|active| active.dirty)) {
            (Sync::Interval(interval), Some(dirty)) => interval.saturating_sub(dirty.elapsed()).min(TICK),
            _ => TICK,
        }
    }

    fn append(&mut self, incoming: Vec<Incoming>) {
        let mut rest = incoming.into_iter().peekable();
        while let Some(first) = rest.peek() {
            let place = self.place_for(first.length()).map_err(|error| (error, Vec::new()));
            let appended = place.and_then(|mut room| {
                let mut run = Vec::new();
                while let Some(next) = rest.next_if(|next| run.is_empty() || next.length() <= room) {
                    room = room.saturating_sub(next.length());
                    run.push(next);
                }
                self.append_run(run)
            });
            if let Err((error, mut failed)) = appended {
                failed.extend(rest);
                return self.give_up(failed, &error);
            }
        }
    }

    /// Appends to one segment, syncs if that is asked for, and answers.
    fn append_run(&mut self, run: Vec<Incoming>) -> Result<(), (io::Error, Vec<Incoming>)> {
        let Some(active) = &mut self.active else { return Err((io::ErrorKind::NotFound.into(), run)) };
        let mut at = active.length;
        let mut headers = Vec::with_capacity(run.len());
        for incoming in &run {
            headers.push(incoming.header(active.id, at));
            at += incoming.length();
        }
        let mut slices = slices(&run, &headers);
        let group = self.shared.options.sync == Sync::Group;
        let medium = &*self.shared.medium;
        let written = write_all(medium, &active.file, &mut slices, active.length);
        let synced = written.and_then(|()| if group { medium.sync(&active.file) } else { Ok(()) });
        if let Err(error) = synced.and_then(|()| is_there(&active.file)) {
            self.cut_back();
            return Err((error, run));
        }
        let number = active.id.number;
        if !group {
            active.dirty.get_or_insert_with(now);
        }
        let mut offset = std::mem::replace(&mut active.length, at);
        let mut written = Vec::with_capacity(run.len());
        for incoming in run {
            let length = incoming.length();
            written.push(Written { incoming, offset });
            offset += length;
        }
        self.shared.with(|state| state.commit(number, written));
        Ok(())
    }

    /// The room in the segment that is appended to; begins one if an entry of this length does not fit.
    fn place_for(&mut self, length: u64) -> io::Result<u64> {
        let limit = self.shared.options.segment();
        if let Some(active) = &self.active {
            let fits = active.length == SEGMENT_HEADER || active.length + length <= limit;
            if fits && self.shared.with(|state| state.is_open(active.id.number)) {
                return Ok(limit.saturating_sub(active.length));
            }
            self.seal();
        }
        // Keys of a hash map: no number that others can guess, and no dependency.
        let id = SegmentId { number: self.next, salt: RandomState::new().hash_one(self.next) };
        let file = self.shared.directory.create(id, &*self.shared.medium, self.shared.is_durable())?;
        self.next += 1;
        self.active = Some(Active { id, file, length: SEGMENT_HEADER, dirty: None });
        self.shared.with(|state| state.begin(id));
        Ok(limit.saturating_sub(SEGMENT_HEADER))
    }

    /// Takes back what a failed write left, and begins a new segment: after a failed sync nobody knows what of this
    /// one's pages the system has thrown away, and a later sync would not say.
    fn cut_back(&mut self) {
        if let Some(active) = self.active.take() {
            if let Err(error) = active.file.set_len(active.length) {
                tracing::warn!(queue = %self.shared.name, %error, "a failed write cannot be taken back; what of it is whole is delivered after the next start, too");
            }
            self.shared.with(|state| state.seal(active.id.number));
        }
    }

    fn seal(&mut self) {
        self.sync_if_due(true);
        if let Some(active) = self.active.take() {
            self.shared.with(|state| state.seal(active.id.number));
        }
    }

    fn give_up(&self, batches: Vec<Incoming>, error: &io::Error) {
        let refusal = refusal(&self.shared.name, error);
        tracing::error!(queue = %self.shared.name, %error, batches = batches.len(), "cannot write; senders are told to try again");
        self.shared.with(|state| {
            state.fail(now() + RETRY_AFTER, refusal.clone());
            batches.into_iter().for_each(|incoming| state.refuse(incoming, refusal.clone()));
        });
    }

    fn sync_if_due(&mut self, at_once: bool) {
        let Sync::Interval(interval) = self.shared.options.sync else { return };
        let Some(active) = &mut self.active else { return };
        if active.dirty.is_none_or(|dirty| !at_once && dirty.elapsed() < interval) {
            return;
        }
        active.dirty = None;
        if let Err(error) = self.shared.medium.sync(&active.file) {
            tracing::error!(queue = %self.shared.name, %error, "cannot sync; what came in since the last time would not outlive a power cut");
            let number = active.id.number;
            self.active = None;
            self.shared.with(|state| {
                state.count_error();
                state.seal(number);
            });
        }
    }

    fn delete(&mut self, more: BTreeSet<SegmentId>) {
        let said = !self.deletions.is_empty();
        self.deletions.extend(more);
        for id in std::mem::take(&mut self.deletions) {
            self.active.take_if(|active| active.id == id);
            if let Err(error) = self.shared.directory.delete(id) {
                self.shared.with(State::count_error);
                if !said && self.deletions.is_empty() {
                    let queue = &self.shared.name;
                    tracing::error!(%queue, %error, "cannot delete what is done; tried again");
                }
                self.deletions.insert(id);
            }
        }
    }
}

// === impl Ending ===

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A file that somebody deleted takes writes as before, and all of them are lost.
fn is_there(file: &File) -> io::Result<()> {
    match file.metadata()?.nlink() {
        0 => Err(io::Error::new(io::ErrorKind::NotFound, "somebody deleted the segment")),
        _ => Ok(()),
    }
}

fn slices<'a>(run: &'a [Incoming], headers: &'a [[u8; ENTRY_HEADER as usize]]) -> Vec<IoSlice<'a>> {
    let mut slices = Vec::with_capacity(run.len() * 3);
    for (incoming, header) in run.iter().zip(headers) {
        slices.push(IoSlice::new(header));
        slices.push(IoSlice::new(&incoming.origin));
        slices.extend(incoming.entry.telemetry.parts().map(|part| IoSlice::new(part)));
    }
    slices
}
