//! The engine as a whole, with components of the test's own: a source a test sends through, a sink that does as told.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod components;
mod delivery;
mod dry_run;
mod graph;
mod ledger;
mod lifecycle;
mod panics;
mod reload;
mod shelf;
mod step;
mod stored;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use pipelines::batch::Acked;
use pipelines::component::{Component, Registry};
use pipelines::config::{Diagnostics, Sources, parse};
use pipelines::graph::resolve;
use pipelines::{Batch, Context, Plan, Signal, Telemetry};
use prost::Message;

use components::{Forward, Fragile, Sink, Source};
use ledger::Sieve;
use shelf::Shelf;
use step::Step;

static COMPONENTS: &[Component] = &[
    Component::receiver::<Source>(),
    Component::processor::<Fragile>(),
    Component::processor::<Sieve>(),
    Component::processor::<Step>(),
    Component::exporter::<Sink>(),
    Component::connector::<Forward>(),
    Component::extension::<Shelf>(),
];

/// The plan of a file, or its diagnostics as text.
fn plan(yaml: &str) -> Result<Plan, String> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let source = sources.add("test.yaml", yaml);
    let plan = parse(&sources, source, &mut diagnostics)
        .and_then(|root| resolve(&root, &Registry::new().with(COMPONENTS), &mut diagnostics));
    plan.ok_or_else(|| {
        let lines = diagnostics.iter().map(|one| format!("{} {}", one.code.id, one.message));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// A request of so many log records.
fn logs(records: usize) -> Telemetry {
    let record = |at| LogRecord { time_unix_nano: at as u64, ..LogRecord::default() };
    let scope = ScopeLogs { log_records: (1..=records).map(record).collect(), ..ScopeLogs::default() };
    let resource = ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() };
    let request = ExportLogsServiceRequest { resource_logs: vec![resource] };
    Telemetry::from_wire(Signal::Logs, Bytes::from(request.encode_to_vec())).unwrap()
}

/// Sends through the source of this name, once it runs.
fn send(source: &str, telemetry: Telemetry) -> Acked {
    let outputs = components::outputs(source);
    let (batch, acked) = Batch::tracked(telemetry, Context::default());
    outputs.signal(batch.signal()).expect("the source has an output").send(batch);
    acked
}
