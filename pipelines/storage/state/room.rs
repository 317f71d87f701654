//! Whether a batch may come in.

use std::time::SystemTime;

use super::super::entry::{Incoming, OVERHEAD};
use super::super::error::RETRY_AFTER;
use super::super::format::SEGMENT_HEADER;
use super::super::{Amount, Overflow};
use super::State;
use crate::outcome::{Refusal, RefusalKind};
use crate::runtime::Instant;

/// What batches that wait to be written may cost in memory, in bytes: what a disk may lag behind. The bytes in flight
/// of the engine bound it earlier where receivers count them.
const PENDING_BYTES: u64 = 256 << 20;

// === impl State ===

impl State {
    /// Takes a batch for which there is room.
    pub(super) fn enter(&mut self, incoming: Incoming) {
        self.pending += incoming.entry.amount();
        self.pending_disk += reserved(&incoming);
        self.incoming.push(incoming);
    }

    /// A batch that was admitted could not be written.
    pub(in super::super) fn refuse(&mut self, incoming: Incoming, refusal: Refusal) {
        self.settle_pending(incoming.entry.amount(), reserved(&incoming));
        self.tell(incoming, refusal);
    }

    /// Answers a batch that is not taken, and counts it.
    pub(super) fn tell(&mut self, incoming: Incoming, refusal: Refusal) {
        let count = if refusal.is_retryable() { &mut self.counted.refused } else { &mut self.counted.rejected };
        *count += incoming.entry.amount();
        self.told.push((incoming.ack, refusal.into()));
    }

    /// What was pending is on disk, or is not going to be.
    pub(super) fn settle_pending(&mut self, amount: Amount, disk: u64) {
        self.pending -= amount;
        self.pending_disk = self.pending_disk.saturating_sub(disk);
    }

    /// Makes sure that there is room, or says why there is none.
    pub(super) fn room(&mut self, incoming: &Incoming, now: Instant, wall: SystemTime) -> Result<(), Refusal> {
        let (name, capacity, max_bytes) = (&self.limits.name, self.limits.capacity, self.limits.options.max_bytes);
        if self.closed {
            return Err(Refusal::new(RefusalKind::Unavailable, "the engine is stopping"));
        }
        if reserved(incoming) > max_bytes {
            let reason = format!("a batch of {} bytes never fits the {max_bytes} bytes of {name}", incoming.length());
            return Err(Refusal::new(RefusalKind::Permanent, reason));
        }
        match &self.failing {
            Some((until, refusal)) if *until > now => return Err(refusal.clone()),
            _ => {}
        }
        let pending = self.pending.bytes + self.pending.entries * OVERHEAD;
        if self.pending.entries > 0 && pending + incoming.entry.memory() > PENDING_BYTES {
            return Err(full(format!("the disk of the queue {name} is slower than what comes in")));
        }
        self.expire(wall);
        let amount = incoming.entry.amount();
        loop {
            let units = capacity.fits(self.held(), amount);
            let bytes = self.bytes + self.pending_disk + reserved(incoming) <= max_bytes;
            if units && bytes {
                return Ok(());
            }
            if !bytes && self.gives_room() {
                continue;
            }
            let dropped =
                self.drops_for(incoming) && if bytes { self.evict_oldest_entry() } else { self.evict_oldest_segment() };
            if !dropped {
                let name = &self.limits.name;
                return Err(full(match units {
                    true => format!("the queue {name} is full: it takes {max_bytes} bytes on disk"),
                    false => {
                        let (units, sizer) = (capacity.units, capacity.sizer.name());
                        format!("the queue {name} is full: its queue_size is {units} {sizer}")
                    }
                }));
            }
        }
    }

    /// Whether the oldest may be dropped, and a batch fits once enough of it is: what is in flight, being written or
    /// not a segment cannot be dropped, and nothing is for a batch that finds no room all the same.
    fn drops_for(&self, incoming: &Incoming) -> bool {
        let mut stays = self.pending;
        self.in_flight.values().for_each(|flight| stays += flight.amount);
        let droppable: u64 = self.segments.values().filter(|segment| self.may_go(segment)).map(|s| s.length).sum();
        let bytes = self.bytes.saturating_sub(droppable) + self.pending_disk + reserved(incoming);
        self.limits.options.overflow == Overflow::DropOldest
            && self.limits.capacity.fits(stays, incoming.entry.amount())
            && bytes <= self.limits.options.max_bytes
    }

    /// What counts against the capacity.
    fn held(&self) -> Amount {
        let mut held = self.live;
        held += self.pending;
        held
    }

    /// Gives back the space of the segment that is appended to, if everything in it is done.
    fn gives_room(&mut self) -> bool {
        let before = self.bytes;
        self.tidy();
        self.bytes < before
    }
}

/// What an entry may take: itself and the header of a segment that begins with it.
pub(super) fn reserved(incoming: &Incoming) -> u64 {
    incoming.length() + SEGMENT_HEADER
}

fn full(reason: String) -> Refusal {
    Refusal::new(RefusalKind::Exhausted, reason).after(RETRY_AFTER)
}
