//! Batches that wait in line for room (`block_on_overflow`). They are in memory and their senders unanswered, so the
//! engine's bytes in flight bound them.

use std::time::SystemTime;

use super::super::entry::Incoming;
use super::State;
use crate::outcome::RefusalKind;
use crate::runtime::Instant;

// === impl State ===

impl State {
    /// Takes a batch to be written, lets it wait in line, or says why not.
    pub(in super::super) fn admit(&mut self, incoming: Incoming, now: Instant, wall: SystemTime) {
        let waits = self.limits.capacity.blocks && !self.closed;
        if waits && !self.line.is_empty() {
            return self.line.push_back(incoming);
        }
        match self.room(&incoming, now, wall) {
            Ok(()) => self.enter(incoming),
            Err(refusal) if waits && refusal.kind == RefusalKind::Exhausted => self.line.push_back(incoming),
            Err(refusal) => self.tell(incoming, refusal),
        }
    }

    /// Lets in whom there is room for now.
    pub(in super::super) fn move_line(&mut self) {
        let (now, wall) = (crate::runtime::now(), SystemTime::now());
        while let Some(first) = self.line.pop_front() {
            match self.room(&first, now, wall) {
                Ok(()) => self.enter(first),
                Err(refusal) if refusal.kind == RefusalKind::Exhausted && !self.closed => {
                    return self.line.push_front(first);
                }
                Err(refusal) => self.tell(first, refusal),
            }
        }
    }

    /// Whether somebody waits in line.
    pub(in super::super) fn has_line(&self) -> bool {
        !self.line.is_empty()
    }
}
