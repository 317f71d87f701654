//! [`Stats`]: what went into one node and what became of it.
//!
//! `received = sent + dropped + rejected + refused + held`, exact whenever the node is at rest, and the ledger is made of
//! it. Outputs of receivers count what they send and, through its ack, what became of it; nodes count what reaches them,
//! and exporters say with [`Stats::ended`] how each batch ended.

mod amount;
mod attempts;
mod disk;
mod dropped;
mod parts;
mod requests;

use std::sync::atomic::{AtomicU64, Ordering};

pub use self::amount::{Amount, Count};
pub use self::attempts::{Attempts, Failing};
pub use self::disk::FormerDisk;
pub use self::dropped::Dropped;
pub use self::parts::{Part, Parts};
pub use self::requests::{Answer, Asked, Requests};
use crate::outcome::Outcome;

/// The reason for what is dropped by an exporter whose sender was told that all is well.
pub const UNDELIVERED: &str = "undelivered";

/// What went into and came out of one node.
#[derive(Debug, Default)]
pub struct Stats {
    /// Taken in.
    pub received: Count,
    /// Sent on, once for each output however many nodes listen. For exporters: delivered; for receivers: acknowledged.
    pub sent: Count,
    /// Refused for good: it must not be sent again.
    pub rejected: Count,
    /// Refused for now: the sender was told to try again.
    pub refused: Count,
    /// Of what was refused, that which found no room in the queue of an exporter.
    pub turned_away: Count,
    /// Attempts that failed and were tried again.
    pub retries: AtomicU64,
    /// Dropped, by reason.
    pub dropped: Dropped,
    /// How the attempts of an exporter go.
    pub attempts: Attempts,
    /// What came over each transport, for receivers, whose own counters above stay at zero.
    pub parts: Parts,
    /// What queues on disk counted that are no more.
    pub disk: FormerDisk,
    held: AtomicU64,
}

// === impl Stats ===

impl Stats {
    /// A batch comes in and is held until it [leaves](Self::leave).
    pub(crate) fn enter(&self, items: usize, bytes: usize) {
        self.received.add(items, bytes);
        self.held.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// A batch that [came in](Self::enter) ends.
    pub(crate) fn leave(&self, items: usize, bytes: usize, outcome: &Outcome) {
        self.ended((items, bytes), outcome, false);
        self.held.fetch_sub(items as u64, Ordering::Relaxed);
    }

    /// A batch of so many items and bytes ended. What is refused after its sender was told that all is well is lost, not
    /// given back.
    pub fn ended(&self, (items, bytes): (usize, usize), outcome: &Outcome, is_told: bool) {
        match outcome {
            Outcome::Delivered => self.sent.add(items, bytes),
            Outcome::Partial { rejected, .. } => {
                // Several destinations may each have rejected some of the same items.
                let rejected = usize::try_from(*rejected).unwrap_or(usize::MAX).min(items);
                self.sent.add(items - rejected, bytes);
                self.rejected.add(rejected, 0);
            }
            Outcome::Refused(refusal) if !refusal.is_retryable() => self.rejected.add(items, bytes),
            Outcome::Refused(_) if is_told => self.dropped.add(UNDELIVERED, items as u64),
            Outcome::Refused(_) => self.refused.add(items, bytes),
        }
    }

    /// Items that came in over an output and have not left.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Items that are unaccounted for, with `held` items in the node; zero at rest.
    #[must_use]
    pub fn missing(&self, held: u64) -> i64 {
        let came = self.received.items();
        let went = self.sent.items() + self.dropped.total() + self.rejected.items() + self.refused.items() + held;
        came.wrapping_sub(went).cast_signed()
    }
}
