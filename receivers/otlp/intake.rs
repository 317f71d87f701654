//! From collected bytes to the outcome, for both protocols.

use bytes::Bytes;

use super::answer::NO_ROOM_RETRY;
use pipelines::batch::Acked;
use pipelines::component::Outputs;
use pipelines::outcome::{Outcome, Refusal, RefusalKind};
use pipelines::runtime::{Budget, Output, Permit, Tasks};
use pipelines::{Batch, Context, Signal, Telemetry};

/// What an item counts for at least, in bytes. An empty one takes two bytes, and 64 MiB of them compress to 64 kB, but
/// each that a processor edits takes as much as any other.
const LEAST_ITEM: u64 = 128;

/// What every request needs.
pub(super) struct Intake {
    /// Where batches go.
    pub(super) outputs: Outputs,
    /// Bytes in flight.
    pub(super) budget: Budget,
    /// Where what outlives its request runs.
    pub(super) tasks: Tasks,
}

/// A batch on its way. If the client does not wait for the outcome, its bytes stay accounted for all the same.
struct InFlight<'a> {
    acked: Option<Acked>,
    permit: Option<Permit>,
    tasks: &'a Tasks,
}

// === impl Intake ===

impl Intake {
    /// Checks an encoded request, sends it on and waits until it is delivered or refused. A request without items is
    /// delivered by definition.
    pub(super) async fn deliver(
        &self,
        output: &Output,
        signal: Signal,
        (request, permit): (Bytes, Option<Permit>),
        context: Context,
    ) -> Outcome {
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
        let (batch, acked) = Batch::tracked(telemetry, context);
        let mut in_flight = InFlight { acked: Some(acked), permit, tasks: &self.tasks };
        output.send(batch);
        in_flight.outcome().await
    }
}

impl Intake {
    /// Accounts for items that are smaller than they count.
    fn account(&self, permit: &mut Option<Permit>, telemetry: &Telemetry) -> Result<(), Refusal> {
        let least = (telemetry.items() as u64).saturating_mul(LEAST_ITEM);
        let more = least.saturating_sub(telemetry.len() as u64);
        if more == 0 {
            return Ok(());
        }
        if least > self.budget.limit() {
            let text = format!(
                "{} items are more than one request may hold: they count for at least {LEAST_ITEM} bytes each, of which {} may be in flight",
                telemetry.items(),
                self.budget.limit()
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

// === impl InFlight ===

impl InFlight<'_> {
    async fn outcome(&mut self) -> Outcome {
        match &mut self.acked {
            Some(acked) => {
                let outcome = acked.await;
                self.acked = None;
                outcome
            }
            None => Outcome::Delivered,
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        // Nothing can be spawned, and nothing need be, when the runtime itself goes down.
        if let (Some(acked), Some(permit)) = (self.acked.take(), self.permit.take())
            && tokio::runtime::Handle::try_current().is_ok()
        {
            self.tasks.spawn(async move {
                acked.await;
                drop(permit);
            });
        }
    }
}
