//! From collected bytes to the outcome, for both protocols.

use std::sync::Arc;

use bytes::Bytes;

use super::abandoned::{Abandoned, Earlier, Key};
use super::answer::NO_ROOM_RETRY;
use pipelines::batch::Acked;
use pipelines::component::Outputs;
use pipelines::outcome::{Outcome, Refusal, RefusalKind};
use pipelines::runtime::{Budget, Instant, Output, Permit, Requests, Tasks, now};
use pipelines::{Acknowledge, Batch, Context, Signal, Telemetry};

/// What an item counts for at least, in bytes. An empty one takes two bytes, and 64 MiB of them compress to 64 kB, but
/// each that a processor edits takes as much as any other.
const LEAST_ITEM: u64 = 128;

/// What every request needs.
pub(super) struct Intake {
    /// Where batches go.
    pub(super) outputs: Outputs,
    /// Where requests are counted.
    pub(super) requests: Arc<Requests>,
    /// What must have happened before a client is answered.
    pub(super) acknowledge: Acknowledge,
    /// Requests whose clients hung up.
    pub(super) abandoned: Abandoned,
    /// Bytes in flight.
    pub(super) budget: Budget,
    /// Where what outlives its request runs.
    pub(super) tasks: Tasks,
}

/// A client that waits for the outcome. Dropped before that is known, it leaves the outcome for its next attempt.
struct Waiting<'a> {
    acked: Option<Acked>,
    key: Option<Key>,
    since: Instant,
    abandoned: &'a Abandoned,
}

// === impl Intake ===

impl Intake {
    /// Checks an encoded request, sends it on and waits until it is as safe as `acknowledge` says, or refused. A request
    /// without items is delivered by definition.
    pub(super) async fn deliver(
        &self,
        output: &Output,
        signal: Signal,
        (request, permit): (Bytes, Option<Permit>),
        context: Context,
    ) -> Outcome {
        let key = self.abandoned.key(signal, &request, context.identity());
        if let Some(earlier) = key.and_then(|key| self.abandoned.take(key)) {
            match earlier {
                Earlier::Ended(outcome) => return outcome,
                Earlier::OnItsWay(acked) => {
                    drop((request, permit));
                    return Waiting { acked: Some(acked), key, since: now(), abandoned: &self.abandoned }
                        .outcome()
                        .await;
                }
            }
        }
        let telemetry = match Telemetry::from_wire(signal, request) {
            Ok(telemetry) => telemetry,
            Err(invalid) => return Refusal::new(RefusalKind::Invalid, invalid.to_string()).into(),
        };
        if telemetry.items() == 0 {
            return Outcome::Delivered;
        }
        let mut permit = permit;
        if let Err(refusal) = self.account(&mut permit, &telemetry) {
            return refusal.into();
        }
        let (batch, acked) = Batch::tracked_until(telemetry, context, self.acknowledge);
        output.send(match permit {
            Some(permit) => batch.holding(permit),
            None => batch,
        });
        let mut waiting = Waiting { acked: Some(acked), key, since: now(), abandoned: &self.abandoned };
        match self.acknowledge {
            // What is refused at once is not received.
            Acknowledge::Received => waiting.acked.take().and_then(|mut acked| acked.now()).unwrap_or_default(),
            Acknowledge::Stored | Acknowledge::Delivered => waiting.outcome().await,
        }
    }
}

impl Intake {
    /// Largest request in bytes: `limit`, or what the budget can ever give if that is less. To try again what never fits
    /// would be in vain.
    pub(super) fn largest(&self, limit: usize) -> usize {
        limit.min(usize::try_from(self.budget.largest()).unwrap_or(usize::MAX))
    }

    /// Accounts for items that are smaller than they count.
    fn account(&self, permit: &mut Option<Permit>, telemetry: &Telemetry) -> Result<(), Refusal> {
        let least = (telemetry.items() as u64).saturating_mul(LEAST_ITEM);
        let more = least.saturating_sub(telemetry.len() as u64);
        if more == 0 {
            return Ok(());
        }
        if least > self.budget.largest() {
            let text = format!(
                "{} items are more than one request may hold: they count for at least {LEAST_ITEM} bytes each, of which {} may be in flight",
                telemetry.items(),
                self.budget.largest()
            );
            return Err(Refusal::new(RefusalKind::Invalid, text));
        }
        let granted = match permit {
            Some(permit) => permit.grow(more),
            None => {
                *permit = self.budget.try_acquire(more);
                permit.is_some()
            }
        };
        let no_room =
            || Refusal::new(RefusalKind::Exhausted, "too many bytes are in flight; try again").after(NO_ROOM_RETRY);
        granted.then_some(()).ok_or_else(no_room)
    }
}

// === impl Waiting ===

impl Waiting<'_> {
    async fn outcome(&mut self) -> Outcome {
        let outcome = match &mut self.acked {
            Some(acked) => acked.await,
            None => Outcome::Delivered,
        };
        self.acked = None;
        self.abandoned.waited(self.since);
        outcome
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(acked) = self.acked.take() {
            self.abandoned.keep(self.key, acked);
        }
    }
}
