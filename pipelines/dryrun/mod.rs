//! The dry run: real records through the real graph, up to and including every exporter's encoding, sending nothing.
//!
//! Every record travels alone, and what processors hold back is flushed behind it, so whatever an edge carries is
//! known to come from that record; no component has code for it. Receivers and exporters are built, not started, so
//! no port is opened and no connection made.

mod diff;
mod input;
mod report;
#[cfg(test)]
mod tests;
mod trace;

use std::sync::Arc;
use std::time::Duration;

pub use self::diff::Change;
pub use self::input::{InputError, read_input};
pub use self::report::{ExporterReport, NodeReport, RecordReport, Report, StepReport};
use self::trace::{Collected, Tracer};
use crate::component::Outputs;
use crate::otlp::split::split;
use crate::runtime::StartError;
use crate::runtime::build::{Body, Built, build};
use crate::runtime::present::Present;
use crate::{Batch, Outcome, Plan, Signal, Telemetry};

/// How long a record may take after everything was flushed; nothing on its way waits for anything real.
const PATIENCE: Duration = Duration::from_secs(2);

/// Records to push into a plan, and where they come in.
#[derive(Clone, Debug)]
pub struct Input {
    /// The receiver they come from, as an index into [`Plan::declared`].
    pub receiver: usize,
    /// The records.
    pub telemetry: Telemetry,
}

/// The samples of every receiver, for each signal that some pipeline takes from it.
///
/// # Errors
/// A component that cannot be built.
pub fn samples(plan: &Plan) -> Result<Vec<Input>, StartError> {
    let tracer = Arc::new(Tracer::new(plan));
    let built = build(plan, &*tracer, &Present::default())?;
    let of = |signal: Signal| {
        let built = &built;
        built.receivers.iter().filter_map(move |(at, it)| {
            let Body::Receiver(outputs) = &built.nodes[*at].body else { return None };
            outputs.signal(signal)?;
            Some(Input { receiver: plan.nodes[*at].declared, telemetry: it.sample(signal)? })
        })
    };
    Ok(Signal::ALL.into_iter().flat_map(of).collect())
}

/// Recorded telemetry as it would come in: from every receiver that some pipeline takes this signal from.
#[must_use]
pub fn from_every_receiver(plan: &Plan, telemetry: &Telemetry) -> Vec<Input> {
    let signal = telemetry.signal();
    let carries = |node: &&crate::graph::PlanNode| {
        node.kind == crate::component::Kind::Receiver && node.outputs.iter().any(|(carried, _)| *carried == signal)
    };
    let input = |node: &crate::graph::PlanNode| Input { receiver: node.declared, telemetry: telemetry.clone() };
    plan.nodes.iter().filter(carries).map(input).collect()
}

/// Pushes every record through the plan and reports what every node did to it.
///
/// # Errors
/// A component that cannot be built or started.
pub async fn run(plan: &Plan, inputs: &[Input]) -> Result<Report, StartError> {
    let tracer = Arc::new(Tracer::new(plan));
    let built = build(plan, &*tracer, &Present::default())?;
    let processors = || built.nodes.iter().enumerate().filter_map(|(at, node)| Some((at, node.processor()?)));
    for (at, processor) in processors() {
        let id = plan.declared(&plan.nodes[at]).id.clone();
        processor.start().await.map_err(|failure| StartError::Start { id, failure })?;
    }
    let mut records = Vec::new();
    for input in inputs {
        let Some(outputs) = outputs(plan, &built, input.receiver) else { continue };
        let Some(output) = outputs.signal(input.telemetry.signal()) else { continue };
        for record in split(input.telemetry.clone(), Some(1), None) {
            tracer.begin();
            let (batch, acked) = Batch::tracked(record.clone(), crate::Context::default());
            output.send(batch);
            processors().for_each(|(_, processor)| processor.flush());
            let collected: Collected = tracer.end();
            let outcome = tokio::time::timeout(PATIENCE, acked).await;
            let outcome = outcome.unwrap_or_else(|_| Outcome::unavailable("a processor still holds it after a flush"));
            records.push(report::record(plan, input.receiver, record, collected, outcome));
        }
    }
    Ok(report::report(plan, records, &tracer.exporters(plan, &built)?))
}

/// Where the receiver with this place in [`Plan::declared`] sends.
fn outputs<'a>(plan: &Plan, built: &'a Built, receiver: usize) -> Option<&'a Outputs> {
    built.nodes.iter().zip(&plan.nodes).find_map(|(built, node)| match &built.body {
        Body::Receiver(outputs) if node.declared == receiver => Some(outputs),
        _ => None,
    })
}
