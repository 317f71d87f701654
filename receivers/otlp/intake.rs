//! From collected bytes to the outcome, for both protocols.

use bytes::Bytes;

use pipelines::component::Outputs;
use pipelines::outcome::{Outcome, Refusal, RefusalKind};
use pipelines::runtime::{Budget, Output};
use pipelines::{Batch, Context, Signal, Telemetry};

/// What every request needs.
pub(super) struct Intake {
    /// Where batches go.
    pub(super) outputs: Outputs,
    /// Bytes in flight.
    pub(super) budget: Budget,
}

/// Checks an encoded request, sends it on and waits until it is delivered or refused. A request without items is
/// delivered by definition.
pub(super) async fn deliver(output: &Output, signal: Signal, request: Bytes, context: Context) -> Outcome {
    let telemetry = match Telemetry::from_wire(signal, request) {
        Ok(telemetry) => telemetry,
        Err(invalid) => return Refusal::new(RefusalKind::Invalid, invalid.to_string()).into(),
    };
    if telemetry.items() == 0 {
        return Outcome::Delivered;
    }
    let (batch, acked) = Batch::tracked(telemetry, context);
    output.send(batch);
    acked.await
}
