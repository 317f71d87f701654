//! Dropping telemetry because of its age, or for want of room where that is configured. Everything is counted, and
//! senders that still wait hear it.

use std::time::SystemTime;

use super::super::entry::{Entry, Position};
use super::super::{Amount, Usage};
use super::{Segment, State};
use crate::outcome::{Outcome, Refusal, RefusalKind};

/// Why telemetry is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Size,
    Age,
}

// === impl State ===

impl State {
    /// Drops what is older than it may be.
    pub(in super::super) fn expire(&mut self, wall: SystemTime) {
        if self.limits.options.max_age.is_none() {
            return;
        }
        while let Some(oldest) = self.ready.first_entry().filter(|oldest| self.limits.expired(oldest.get().since, wall))
        {
            let (position, entry) = oldest.remove_entry();
            self.drop_ready(position, &entry, Reason::Age);
        }
        // What is on disk only goes when all of its segment is too old; the rest when it is read.
        while let Some(number) = self.first_on_disk().filter(|segment| self.limits.expired(segment.newest, wall)) {
            let number = number.id.number;
            self.evict_segment(number, Reason::Age);
        }
    }

    /// Whether telemetry of that time is too old.
    pub(super) fn is_expired(&self, since: SystemTime, wall: SystemTime) -> bool {
        self.limits.expired(since, wall)
    }

    /// Drops the oldest entry that nobody works on, if it is in memory.
    pub(super) fn evict_oldest_entry(&mut self) -> bool {
        let Some((position, entry)) = self.ready.pop_first() else { return false };
        self.drop_ready(position, &entry, Reason::Size);
        true
    }

    /// Drops the oldest segment: bytes on disk come back only when a file is deleted.
    pub(super) fn evict_oldest_segment(&mut self) -> bool {
        let oldest = self.segments.values().next().filter(|oldest| self.may_go(oldest)).map(|oldest| oldest.id.number);
        oldest.is_some_and(|number| {
            self.evict_segment(number, Reason::Size);
            true
        })
    }

    /// An entry leaves the queue without having been delivered.
    pub(super) fn drop_entry(&mut self, position: Position, amount: Amount, reason: Reason) {
        *reason.counter(&mut self.counted) += amount;
        self.live -= amount;
        self.answer(position, reason);
        self.finish(position, amount);
    }

    fn drop_ready(&mut self, position: Position, entry: &Entry, reason: Reason) {
        self.ready_bytes -= entry.memory();
        self.drop_entry(position, entry.amount(), reason);
    }

    /// Drops all of a segment but what is in flight, which is not disturbed but cannot come back.
    fn evict_segment(&mut self, number: u64, reason: Reason) {
        let Some(segment) = self.segments.get(&number) else { return };
        let mut lost = segment.live;
        let all = Position::all_of(number);
        self.in_flight.range(all.clone()).for_each(|(_, flight)| lost -= flight.amount);
        let ready: Vec<Position> = self.ready.range(all.clone()).map(|(position, _)| *position).collect();
        for position in ready {
            self.ready_bytes -= self.ready.remove(&position).map_or(0, |entry| entry.memory());
        }
        // What is in flight has its ack with it.
        let held: Vec<Position> = self.held.range(all).map(|(position, _)| *position).collect();
        held.into_iter().for_each(|position| self.answer(position, reason));
        *reason.counter(&mut self.counted) += lost;
        self.live -= lost;
        self.remove(number);
    }

    fn first_on_disk(&self) -> Option<&Segment> {
        let (_, first) = self.segments.range(self.cursor.segment..).next()?;
        (first.live.entries > 0 && self.may_go(first) && !self.has_in_memory(first.id.number)).then_some(first)
    }

    /// Not while something is perhaps being written to it.
    pub(super) fn may_go(&self, segment: &Segment) -> bool {
        segment.sealed || self.pending.entries == 0
    }

    fn has_in_memory(&self, number: u64) -> bool {
        let all = Position::all_of(number);
        self.ready.range(all.clone()).next().is_some() || self.in_flight.range(all).next().is_some()
    }

    fn answer(&mut self, position: Position, reason: Reason) {
        if let Some(ack) = self.held.remove(&position) {
            let text = format!("dropped from the queue {}: {}", self.limits.name, reason.text());
            let outcome: Outcome = Refusal::new(RefusalKind::Exhausted, text).into();
            self.told.push((ack, outcome));
        }
    }
}

// === impl Limits ===

impl super::Limits {
    fn expired(&self, since: SystemTime, wall: SystemTime) -> bool {
        // Telemetry from the future, after the clock was set back, is young.
        self.options.max_age.is_some_and(|max_age| wall.duration_since(since).is_ok_and(|age| age > max_age))
    }
}

// === impl Reason ===

impl Reason {
    fn counter(self, usage: &mut Usage) -> &mut Amount {
        match self {
            Self::Size => &mut usage.evicted_by_size,
            Self::Age => &mut usage.evicted_by_age,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Size => "newer telemetry needed the room",
            Self::Age => "older than max_age",
        }
    }
}
