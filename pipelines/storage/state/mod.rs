//! [`State`]: what a queue knows without looking at the disk, and its limits. No I/O happens here.
//!
//! Entries before the *cursor* are in memory (`ready`), handed out or over; those at or after it are on disk only and
//! known by the totals of their segments. So memory does not grow with what is queued, and while the queue drains as
//! fast as it fills the cursor stays at the end and nothing is ever read back.

mod evict;
mod flow;
mod line;
mod room;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::SystemTime;

use super::entry::{Entry, Incoming, Position};
use super::format::{SEGMENT_HEADER, SegmentId};
use super::{Amount, Capacity, Options, Usage};
use crate::batch::Ack;
use crate::outcome::{Outcome, Refusal};
use crate::runtime::Instant;

pub(super) use self::flow::{Handed, Loaded, Written};

/// Telemetry held in memory because it was just written or will be needed next, in bytes.
pub(super) const READY_BYTES: u64 = 8 << 20;

/// What a queue knows.
pub(super) struct State {
    limits: Limits,
    segments: BTreeMap<u64, Segment>,
    cursor: Position,
    ready: BTreeMap<Position, Entry>,
    ready_bytes: u64,
    in_flight: BTreeMap<Position, Flight>,
    /// Acks of senders that wait for the delivery.
    held: BTreeMap<Position, Ack>,
    /// What waits or is in flight.
    live: Amount,
    /// Bytes on disk, without what is still to be written.
    bytes: u64,
    /// What was taken and is not on disk yet; `incoming` is the part the writer has not fetched.
    pending: Amount,
    pending_disk: u64,
    incoming: Vec<Incoming>,
    /// Who waits for room.
    line: VecDeque<Incoming>,
    /// Entries to be marked as done, and whether somebody is at it.
    marks: Marks,
    marking: bool,
    /// Segments to be deleted.
    deletions: BTreeSet<SegmentId>,
    failing: Option<(Instant, Refusal)>,
    told: Vec<(Ack, Outcome)>,
    counted: Usage,
    /// No batch is taken any more.
    pub(super) closed: bool,
    /// No entry is handed out any more.
    pub(super) stopped: bool,
    /// The writer is gone and the lock with it.
    pub(super) ended: bool,
    /// Whether the threads sleep and want to be woken.
    pub(super) marker_sleeps: bool,
    pub(super) writer_sleeps: bool,
    pub(super) reader_sleeps: bool,
}

/// Places of entries that are done.
pub(super) type Marks = BTreeMap<SegmentId, Vec<u64>>;

/// What a queue may hold.
#[derive(Clone, Debug)]
struct Limits {
    name: String,
    options: Options,
    capacity: Capacity,
}

/// One file of entries.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) id: SegmentId,
    /// Length of the file, and of that part of it which holds whole entries.
    pub(super) length: u64,
    /// What waits or is in flight.
    pub(super) live: Amount,
    /// When its oldest and its newest telemetry came in.
    pub(super) oldest: SystemTime,
    pub(super) newest: SystemTime,
    /// Nothing is appended any more.
    pub(super) sealed: bool,
    /// Holds what could not be read, and perhaps can be after a restart.
    pub(super) keep: bool,
}

/// An entry that somebody works on.
#[derive(Clone, Copy, Debug)]
struct Flight {
    amount: Amount,
    since: SystemTime,
}

// === impl State ===

impl State {
    /// A queue with what was found on disk; `bytes` is the size of everything in its directory.
    pub(super) fn new(
        name: &str,
        options: &Options,
        capacity: Capacity,
        segments: Vec<Segment>,
        bytes: u64,
        counted: Usage,
    ) -> Self {
        let mut live = Amount::default();
        segments.iter().for_each(|segment| live += segment.live);
        let mut state = Self {
            limits: Limits { name: name.to_owned(), options: options.clone(), capacity },
            segments: segments.into_iter().map(|segment| (segment.id.number, segment)).collect(),
            cursor: Position { segment: 0, offset: SEGMENT_HEADER },
            ready: BTreeMap::new(),
            ready_bytes: 0,
            in_flight: BTreeMap::new(),
            held: BTreeMap::new(),
            live,
            bytes,
            pending: Amount::default(),
            pending_disk: 0,
            incoming: Vec::new(),
            line: VecDeque::new(),
            marks: Marks::new(),
            marking: false,
            deletions: BTreeSet::new(),
            failing: None,
            told: Vec::new(),
            counted,
            closed: false,
            stopped: false,
            ended: false,
            marker_sleeps: false,
            writer_sleeps: false,
            reader_sleeps: false,
        };
        state.settle_cursor();
        state
    }

    /// What the queue holds and has counted.
    pub(super) fn usage(&self) -> Usage {
        let mut in_flight = Amount::default();
        self.in_flight.values().for_each(|flight| in_flight += flight.amount);
        let mut waiting = self.live;
        waiting -= in_flight;
        waiting += self.pending;
        self.line.iter().for_each(|incoming| waiting += incoming.entry.amount());
        let failing = self.failing.as_ref().map(|(_, refusal)| refusal.reason.to_string());
        Usage { bytes: self.bytes, waiting, in_flight, oldest: self.oldest(), failing, ..self.counted.clone() }
    }

    /// Answers to be given once the state is no longer locked.
    pub(super) fn take_told(&mut self) -> Vec<(Ack, Outcome)> {
        std::mem::take(&mut self.told)
    }

    /// Whether something can be handed out at once.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether the writer has something to do.
    pub(super) fn has_work(&self) -> bool {
        !self.incoming.is_empty() || !self.deletions.is_empty() || self.is_over()
    }

    /// Whether nothing will be written any more.
    pub(super) fn is_over(&self) -> bool {
        let written = self.pending.entries == 0 && self.deletions.is_empty() && self.marks.is_empty() && !self.marking;
        self.closed && self.in_flight.is_empty() && written && (self.stopped || self.live.entries == 0)
    }

    /// Whether the rest will never be handed out: the queue is closed and empty, or stopped.
    pub(super) fn is_drained(&self) -> bool {
        self.stopped
            || self.ended
            || (self.closed && !self.has_ready() && !self.is_behind() && self.pending.entries == 0)
    }

    /// Counts a failed write, and refuses batches for a while instead of queueing them up for the next failure.
    pub(super) fn fail(&mut self, until: Instant, refusal: Refusal) {
        self.counted.write_errors += 1;
        self.failing = Some((until, refusal));
    }

    /// Counts a failure that hits no batch.
    pub(super) fn count_error(&mut self) {
        self.counted.write_errors += 1;
    }

    /// Takes room on disk for something that is kept aside: as much as is asked for, or what there is.
    pub(super) fn reserve(&mut self, bytes: u64) -> u64 {
        let room = self.limits.options.max_bytes.saturating_sub(self.bytes + self.pending_disk).min(bytes);
        self.pending_disk += room;
        room
    }

    /// Counts what was kept aside: what lies there had `before` bytes and now has `after`.
    pub(super) fn kept_aside(&mut self, reserved: u64, before: u64, after: u64) {
        self.pending_disk = self.pending_disk.saturating_sub(reserved);
        self.bytes = (self.bytes + after).saturating_sub(before);
    }

    /// Takes what is to be written and what is to be deleted.
    pub(super) fn take_work(&mut self) -> (Vec<Incoming>, BTreeSet<SegmentId>) {
        (std::mem::take(&mut self.incoming), std::mem::take(&mut self.deletions))
    }

    /// Whether something is to be marked.
    pub(super) fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Takes what is to be marked; [`State::marked`] is told afterwards.
    pub(super) fn take_marks(&mut self) -> Marks {
        self.marking = !self.marks.is_empty();
        std::mem::take(&mut self.marks)
    }

    /// What was taken is marked, or cannot be marked now.
    pub(super) fn marked(&mut self) {
        self.marking = false;
    }

    /// A new segment is appended to from now on.
    pub(super) fn begin(&mut self, id: SegmentId) {
        let epoch = SystemTime::UNIX_EPOCH;
        let (length, live) = (SEGMENT_HEADER, Amount::default());
        let segment = Segment { id, length, live, oldest: epoch, newest: epoch, sealed: false, keep: false };
        self.segments.insert(id.number, segment);
        self.bytes += SEGMENT_HEADER;
        self.settle_cursor();
    }

    /// Nothing more is appended to a segment.
    pub(super) fn seal(&mut self, number: u64) {
        if let Some(segment) = self.segments.get_mut(&number) {
            segment.sealed = true;
            self.delete_if_empty(number);
        }
    }

    /// Whether the segment may still be appended to.
    pub(super) fn is_open(&self, number: u64) -> bool {
        self.segments.get(&number).is_some_and(|segment| !segment.sealed)
    }

    /// Seals the segment that is appended to if it holds nothing but what is done, so that its space comes back.
    pub(super) fn tidy(&mut self) {
        let last = self.segments.values().next_back();
        let idle = last.filter(|last| !last.sealed && last.live.entries == 0 && self.may_go(last));
        if let Some(number) = idle.filter(|last| last.length > SEGMENT_HEADER).map(|last| last.id.number) {
            self.seal(number);
        }
    }

    /// Whether entries wait on disk only.
    fn is_behind(&self) -> bool {
        let cursor = self.cursor;
        self.segments.range(cursor.segment..).any(|(number, segment)| {
            let from = if *number == cursor.segment { cursor.offset } else { SEGMENT_HEADER };
            segment.length > from
        })
    }

    /// Moves the cursor past the ends of segments and over those that are gone.
    fn settle_cursor(&mut self) {
        loop {
            match self.segments.get(&self.cursor.segment) {
                Some(here) if !here.sealed || self.cursor.offset < here.length => return,
                _ => {}
            }
            let Some((next, _)) = self.segments.range(self.cursor.segment + 1..).next() else { return };
            self.cursor = Position { segment: *next, offset: SEGMENT_HEADER };
        }
    }

    fn oldest(&self) -> Option<SystemTime> {
        let flying = self.in_flight.values().map(|flight| flight.since).min();
        let ready = self.ready.first_key_value().map(|(_, entry)| entry.since);
        let disk = self.segments.range(self.cursor.segment..).map(|(_, segment)| segment).find(|s| s.live.entries > 0);
        let waiting = ready.or_else(|| disk.map(|segment| segment.oldest));
        let incoming = self.incoming.first().map(|incoming| incoming.entry.since);
        [flying, waiting, incoming].into_iter().flatten().min()
    }

    /// Deletes a sealed segment of which everything is done.
    fn delete_if_empty(&mut self, number: u64) {
        let empty = |segment: &&Segment| segment.sealed && segment.live.entries == 0 && !segment.keep;
        if self.segments.get(&number).filter(empty).is_some() {
            self.remove(number);
        }
    }

    fn remove(&mut self, number: u64) {
        if let Some(segment) = self.segments.remove(&number) {
            self.bytes = self.bytes.saturating_sub(segment.length);
            self.marks.remove(&segment.id);
            self.deletions.insert(segment.id);
            self.settle_cursor();
        }
    }
}
