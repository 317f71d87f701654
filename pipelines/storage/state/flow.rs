//! The way of an entry: written, perhaps read back, handed out, and done or given back.

use std::time::SystemTime;

use super::super::Amount;
use super::super::entry::{Entry, Incoming, Position};
use super::super::format::{Header, SegmentId};
use super::evict::Reason;
use super::room::reserved;
use super::{Flight, READY_BYTES, State};
use crate::batch::{Ack, Acknowledge};
use crate::outcome::Outcome;

/// A batch that is on disk now.
pub(in super::super) struct Written {
    pub(in super::super) incoming: Incoming,
    pub(in super::super) offset: u64,
}

/// An entry as it was handed out.
pub(in super::super) struct Handed {
    pub(in super::super) position: Position,
    /// The salt of its segment.
    pub(in super::super) salt: u64,
    pub(in super::super) entry: Entry,
    pub(in super::super) ack: Ack,
}

/// What the reader found.
pub(in super::super) enum Loaded {
    /// An entry at this offset.
    Entry(u64, Entry),
    /// An entry whose body is damaged.
    Corrupt(u64, Header),
    /// An entry that the disk does not give back.
    Unreadable(u64, Header),
    /// A range without entries, which the next start will look at.
    Gap,
}

// === impl State ===

impl State {
    /// What was appended to a segment is as safe as the options ask for.
    pub(in super::super) fn commit(&mut self, number: u64, written: Vec<Written>) {
        self.failing = None;
        for Written { incoming, offset } in written {
            let (amount, length) = (incoming.entry.amount(), incoming.length());
            self.settle_pending(amount, reserved(&incoming));
            let (behind, position) = (self.is_behind(), Position { segment: number, offset });
            // A segment that is written to is not dropped.
            let Some(segment) = self.segments.get_mut(&number) else {
                self.counted.refused += amount;
                self.told.push((incoming.ack, Outcome::unavailable("the segment of the batch is gone")));
                continue;
            };
            if segment.live.entries == 0 {
                segment.oldest = incoming.entry.since;
            }
            segment.newest = segment.newest.max(incoming.entry.since);
            segment.length = offset + length;
            segment.live += amount;
            self.live += amount;
            self.bytes += length;
            if incoming.ack.acknowledge() == Acknowledge::Delivered {
                self.held.insert(position, incoming.ack);
            } else {
                self.told.push((incoming.ack, Outcome::Delivered));
            }
            if !behind && self.ready_bytes + incoming.entry.memory() <= READY_BYTES {
                self.cursor = Position { segment: number, offset: offset + length };
                self.ready_bytes += incoming.entry.memory();
                self.ready.insert(position, incoming.entry);
            }
        }
    }

    /// Where the reader is to go on, and to which offset; `None` while enough is in memory.
    pub(in super::super) fn wants(&mut self) -> Option<(SegmentId, u64, u64)> {
        self.settle_cursor();
        let enough = !self.ready.is_empty() && self.ready_bytes >= READY_BYTES / 2;
        let segment = self.segments.get(&self.cursor.segment)?;
        (!enough && !self.stopped && self.cursor.offset < segment.length).then_some((
            segment.id,
            self.cursor.offset,
            segment.length,
        ))
    }

    /// Takes what the reader found between two offsets of a segment.
    pub(in super::super) fn load(&mut self, id: SegmentId, from: u64, to: u64, found: Vec<Loaded>, wall: SystemTime) {
        if self.cursor != (Position { segment: id.number, offset: from }) {
            // The segment was dropped meanwhile.
            return;
        }
        self.cursor.offset = to;
        let at = |offset| Position { segment: id.number, offset };
        for loaded in found {
            match loaded {
                Loaded::Entry(offset, entry) => {
                    let position = at(offset);
                    if self.is_expired(entry.since, wall) {
                        self.drop_entry(position, entry.amount(), Reason::Age);
                    } else {
                        self.ready_bytes += entry.memory();
                        self.ready.insert(position, entry);
                    }
                }
                Loaded::Corrupt(offset, header) => {
                    self.lose(at(offset), &header);
                    self.finish(at(offset), header.amount());
                }
                Loaded::Unreadable(offset, header) => {
                    self.lose(at(offset), &header);
                    if let Some(segment) = self.segments.get_mut(&id.number) {
                        segment.live -= header.amount();
                        segment.keep = true;
                    }
                }
                Loaded::Gap => {
                    if let Some(segment) = self.segments.get_mut(&id.number) {
                        segment.keep = true;
                    }
                }
            }
        }
        self.reconcile(id.number);
    }

    /// Hands out the oldest entry.
    pub(in super::super) fn take(&mut self, wall: SystemTime) -> Option<Handed> {
        if self.stopped || self.ended {
            return None;
        }
        self.expire(wall);
        let (position, entry) = self.ready.pop_first()?;
        self.ready_bytes -= entry.memory();
        self.in_flight.insert(position, Flight { amount: entry.amount(), since: entry.since });
        let ack = self.held.remove(&position).unwrap_or_else(Ack::none);
        let salt = self.segments.get(&position.segment).map_or(0, |segment| segment.id.salt);
        Some(Handed { position, salt, entry, ack })
    }

    /// An entry is delivered, or never will be.
    pub(in super::super) fn done(&mut self, position: Position) {
        let Some(flight) = self.in_flight.remove(&position) else { return };
        self.live -= flight.amount;
        self.finish(position, flight.amount);
    }

    /// An entry was not delivered and waits again.
    pub(in super::super) fn give_back(&mut self, handed: Handed) {
        let Handed { position, entry, ack, .. } = handed;
        let Some(flight) = self.in_flight.remove(&position) else { return };
        if ack.acknowledge() == Acknowledge::Delivered {
            if self.stopped {
                self.told.push((ack, Outcome::unavailable(STOPPED)));
            } else {
                self.held.insert(position, ack);
            }
        }
        if self.segments.contains_key(&position.segment) {
            self.ready_bytes += entry.memory();
            self.ready.insert(position, entry);
        } else {
            self.drop_entry(position, flight.amount, Reason::Size);
        }
    }

    /// Hands out nothing more; what waits stays on disk, and whoever waits for its delivery is told so.
    pub(in super::super) fn stop(&mut self) {
        self.stopped = true;
        let held = std::mem::take(&mut self.held).into_values();
        self.told.extend(held.map(|ack| (ack, Outcome::unavailable(STOPPED))));
    }

    /// Nothing is left to do for an entry: it is marked, or its segment deleted.
    pub(super) fn finish(&mut self, position: Position, amount: Amount) {
        if let Some(segment) = self.segments.get_mut(&position.segment) {
            segment.live -= amount;
            let id = segment.id;
            self.marks.entry(id).or_default().push(position.offset);
            self.delete_if_empty(position.segment);
        }
    }

    /// Counts an entry that cannot be handed out.
    fn lose(&mut self, position: Position, header: &Header) {
        self.counted.corrupt += header.amount();
        self.live -= header.amount();
        if let Some(ack) = self.held.remove(&position) {
            self.told.push((ack, Outcome::unavailable(DAMAGED)));
        }
    }

    /// Once a segment was read to its end, what is neither in memory nor in flight has been damaged since it was
    /// counted.
    fn reconcile(&mut self, number: u64) {
        let Some(segment) = self.segments.get(&number).filter(|segment| self.cursor.offset >= segment.length) else {
            return;
        };
        let mut lost = segment.live;
        let all = Position::all_of(number);
        self.ready.range(all.clone()).for_each(|(_, entry)| lost -= entry.amount());
        self.in_flight.range(all.clone()).for_each(|(_, flight)| lost -= flight.amount);
        if lost.entries > 0 {
            self.counted.corrupt += lost;
            self.live -= lost;
            if let Some(segment) = self.segments.get_mut(&number) {
                segment.live -= lost;
            }
            self.delete_if_empty(number);
            let gone: Vec<Position> = self.held.range(all).map(|(position, _)| *position).collect();
            for position in gone.into_iter().filter(|position| !self.ready.contains_key(position)) {
                let ack = self.held.remove(&position);
                self.told.extend(ack.map(|ack| (ack, Outcome::unavailable(DAMAGED))));
            }
        }
    }
}

/// What senders hear that wait for the delivery of what cannot be read any more.
const DAMAGED: &str = "the queue on disk is damaged";
/// What senders hear that wait for a delivery when the engine stops.
const STOPPED: &str = "the engine stopped; the batch is kept on disk and delivered after the restart";
