//! [`Batch`]: telemetry on its way through a pipeline, with who sent it and who waits for it.

mod ack;
mod acknowledge;
mod context;
mod grouping;
mod hold;
mod id;
mod identity;
mod rope;
mod telemetry;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use self::ack::Meter;
pub use self::ack::{Ack, Acked};
pub use self::acknowledge::Acknowledge;
pub use self::context::{Context, RequestContext};
pub use self::grouping::{Grouping, Limits};
pub use self::id::BatchId;
pub use self::identity::Identity;
pub use self::rope::{Parts, Rope};
pub use self::telemetry::Telemetry;
use crate::outcome::Outcome;
use crate::runtime::{Permit, Stats};
use crate::{Signal, otlp};

/// A set of telemetry of one signal travelling along an edge.
///
/// The telemetry is immutable wire bytes. Cloning a batch is cheap and makes another *share* of its ack: the sender
/// hears the outcome when every share is resolved, and hears the worst of them. A share that is dropped unresolved
/// counts as a retryable refusal, so nothing is lost silently.
#[derive(Clone)]
pub struct Batch {
    telemetry: Telemetry,
    context: Context,
    ack: Ack,
}

/// Batches that become one.
struct Group {
    telemetry: Telemetry,
    context: Context,
    acks: Vec<(Ack, u64)>,
}

// === impl Batch ===

impl Batch {
    /// A batch and the future that yields what became of it.
    #[must_use]
    pub fn tracked(telemetry: Telemetry, context: Context) -> (Self, Acked) {
        Self::tracked_until(telemetry, context, Acknowledge::default())
    }

    /// The same, where the sender asks for another promise than the default.
    #[must_use]
    pub fn tracked_until(telemetry: Telemetry, context: Context, acknowledge: Acknowledge) -> (Self, Acked) {
        let (ack, acked) = Ack::pair(acknowledge);
        (Self { telemetry, context, ack }, acked)
    }

    /// The same batch, which keeps the permit for its bytes until it is gone from memory, however early its sender is
    /// answered.
    #[must_use]
    pub fn holding(mut self, permit: Permit) -> Self {
        self.ack = self.ack.holding(permit);
        self
    }

    /// The same batch after its sender was told the outcome.
    #[must_use]
    pub fn answered(mut self, outcome: Outcome) -> Self {
        self.ack = self.ack.answered(outcome);
        self
    }

    /// Whether its sender was told already that all is well, so that what is refused now is lost.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.ack.is_told()
    }

    /// Whether somebody waits for the outcome.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.ack.is_awaited()
    }

    /// Puts a batch together from what [`Batch::into_parts`] gave.
    #[must_use]
    pub fn from_parts(telemetry: Telemetry, context: Context, ack: Ack) -> Self {
        Self { telemetry, context, ack }
    }

    /// The telemetry itself.
    #[must_use]
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Which signal it is.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.telemetry.signal()
    }

    /// How many spans, data points, log records or profiles it holds.
    #[must_use]
    pub fn items(&self) -> usize {
        self.telemetry.items()
    }

    /// Its encoded size in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.telemetry.len()
    }

    /// Who sent it.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// What must have happened before whoever waits is told that the batch is safe; `Received` when nobody waits.
    #[must_use]
    pub fn acknowledge(&self) -> Acknowledge {
        self.ack.acknowledge()
    }

    /// The same batch with other telemetry: what a processor that edits sends on.
    #[must_use]
    pub fn with(mut self, telemetry: Telemetry) -> Self {
        self.telemetry = telemetry;
        self
    }

    /// Takes the batch apart; the ack must be resolved or handed on.
    #[must_use]
    pub fn into_parts(self) -> (Telemetry, Context, Ack) {
        (self.telemetry, self.context, self.ack)
    }

    /// The same batch, counted in `stats` when it ends.
    #[must_use]
    pub(crate) fn metered(mut self, stats: Arc<Stats>) -> Self {
        let meter = Meter { stats, items: self.items(), bytes: self.bytes() };
        self.ack = self.ack.metered(meter);
        self
    }

    /// Ends this share of the batch's journey.
    pub fn resolve(self, outcome: Outcome) {
        self.ack.resolve(outcome);
    }

    /// Several batches as few: ropes are appended and acks joined, in order; of their contexts stays what they share.
    ///
    /// What cannot be one request (other signals, profiles) stays apart.
    #[must_use]
    pub fn join(batches: Vec<Self>) -> Vec<Self> {
        let mut joined: Vec<Group> = Vec::with_capacity(1);
        for Self { telemetry, context, ack } in batches {
            let share = (ack, telemetry.items() as u64);
            let apart = match joined.last_mut() {
                Some(group) => group.telemetry.append(telemetry).err(),
                None => Some(telemetry),
            };
            match (apart, joined.last_mut()) {
                (None, Some(group)) => {
                    group.context = group.context.shared(&context);
                    group.acks.push(share);
                }
                (Some(telemetry), _) => joined.push(Group { telemetry, context, acks: vec![share] }),
                (None, None) => {}
            }
        }
        joined.into_iter().map(Group::into_batch).collect()
    }

    /// The batch in pieces of at most `max_items` and `max_bytes`, each with a share of the ack; an item that alone is
    /// larger than `max_bytes` stands alone. Order is kept.
    #[must_use]
    pub fn split(self, max_items: Option<usize>, max_bytes: Option<usize>) -> Vec<Self> {
        let (telemetry, context, ack) = self.into_parts();
        let pieces = otlp::split::split(telemetry, max_items, max_bytes);
        let share = |telemetry| Self { telemetry, context: context.clone(), ack: ack.clone() };
        let batches = pieces.into_iter().map(share).collect();
        ack.resolve(Outcome::Delivered);
        batches
    }
}

// === impl Group ===

impl Group {
    fn into_batch(mut self) -> Batch {
        let only = if self.acks.len() == 1 { self.acks.pop() } else { None };
        let ack = only.map_or_else(|| Ack::join(self.acks), |(ack, _)| ack);
        Batch { telemetry: self.telemetry, context: self.context, ack }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("signal", &self.signal())
            .field("items", &self.items())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}
