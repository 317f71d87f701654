//! What the tests of all processors share.
#![allow(clippy::unwrap_used)]

pub(crate) mod samples;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use pipelines::batch::Acked;
use pipelines::component::{BuildContext, ComponentId, Config, Problem, Problems, Processor, ProcessorFactory};
use pipelines::config::{Diagnostics, Sources, from_node, parse};
use pipelines::runtime::{Accept, Output, Stats, Wake};
use pipelines::{Batch, Context, Outcome, RequestContext, Signal, Telemetry};
use prost::Message;
use serde::de::DeserializeOwned;

/// Keeps what reaches the end of a pipeline.
#[derive(Default)]
pub(crate) struct Sink(Mutex<Vec<Batch>>);

/// A processor that sends to a [`Sink`].
pub(crate) struct Bench {
    pub(crate) processor: Box<dyn Processor>,
    pub(crate) out: Output,
    pub(crate) wake: Wake,
    sink: Arc<Sink>,
    stats: Arc<Stats>,
}

/// Reads a configuration as the engine does.
pub(crate) fn config<C: DeserializeOwned>(yaml: &str) -> C {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let source = sources.add("test.yaml", yaml);
    let node = parse(&sources, source, &mut diagnostics).unwrap();
    from_node(&node, &mut diagnostics).unwrap_or_else(|| panic!("{diagnostics:?}"))
}

/// What is wrong with a configuration, beyond its types.
pub(crate) fn problems<C: Config>(yaml: &str) -> Vec<Problem> {
    let mut problems = Problems::default();
    config::<C>(yaml).validate(&mut problems);
    problems.into_vec()
}

/// What a processor gets when it is built.
pub(crate) fn build_context(signal: Signal) -> BuildContext {
    BuildContext { signal: Some(signal), ..BuildContext::new(ComponentId::of("tested")) }
}

/// A request with log records whose bodies are absent and whose times are these.
pub(crate) fn logs(times: impl IntoIterator<Item = u64>) -> Telemetry {
    let record = |time_unix_nano| LogRecord { time_unix_nano, ..LogRecord::default() };
    let scope = ScopeLogs { log_records: times.into_iter().map(record).collect(), ..ScopeLogs::default() };
    let resource = ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() };
    telemetry(Signal::Logs, &ExportLogsServiceRequest { resource_logs: vec![resource] })
}

/// A request with one log record that has these attributes.
pub(crate) fn logs_with(attributes: Vec<KeyValue>) -> Telemetry {
    let record = LogRecord { attributes, ..LogRecord::default() };
    let scope = ScopeLogs { log_records: vec![record], ..ScopeLogs::default() };
    let resource = ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() };
    telemetry(Signal::Logs, &ExportLogsServiceRequest { resource_logs: vec![resource] })
}

/// The attributes of the only log record.
pub(crate) fn sent_attributes(request: &ExportLogsServiceRequest) -> Vec<KeyValue> {
    request.resource_logs[0].scope_logs[0].log_records[0].attributes.clone()
}

/// A request of any signal whose resource, scope and items of every kind have these attributes.
pub(crate) fn signals_with(signal: Signal, attributes: Vec<KeyValue>) -> Telemetry {
    match signal {
        Signal::Logs => telemetry(signal, &samples::logs(&attributes)),
        Signal::Traces => telemetry(signal, &samples::traces(&attributes)),
        _ => telemetry(signal, &samples::metrics(&attributes)),
    }
}

/// A request as telemetry.
pub(crate) fn telemetry(signal: Signal, request: &impl Message) -> Telemetry {
    Telemetry::from_wire(signal, Bytes::from(request.encode_to_vec())).unwrap()
}

/// Telemetry as a request.
pub(crate) fn decode<M: Message + Default>(telemetry: &Telemetry) -> M {
    M::decode(telemetry.to_bytes()).unwrap()
}

/// A request context with this metadata.
pub(crate) fn context(metadata: &[(&str, &str)]) -> Context {
    let metadata = metadata.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    Context::new(RequestContext { client: Some("10.1.2.3:4567".parse().unwrap()), metadata, identity: None })
}

// === impl Bench ===

impl Bench {
    /// Builds a processor from what a user would write.
    pub(crate) fn new<P: ProcessorFactory>(signal: Signal, yaml: &str) -> Self {
        let config: P::Config = config(yaml);
        let mut problems = Problems::default();
        config.validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        let cx = build_context(signal);
        let sink = Arc::new(Sink::default());
        let processor = P::build(&Arc::new(config), &cx).unwrap();
        let stats = Arc::new(Stats::default());
        let out = Output::new(stats.clone(), vec![sink.clone()], None);
        stats.dropped.announce(processor.drops());
        Self { processor, out, wake: cx.wake, sink, stats }
    }

    /// Sends telemetry from nobody and returns the future outcome.
    pub(crate) fn send(&self, telemetry: Telemetry) -> Acked {
        self.send_from(telemetry, Context::default())
    }

    /// Sends telemetry and returns the future outcome.
    pub(crate) fn send_from(&self, telemetry: Telemetry, context: Context) -> Acked {
        let (batch, acked) = Batch::tracked(telemetry, context);
        self.stats.received.add(batch.items(), batch.bytes());
        self.processor.process(batch, &self.out);
        acked
    }

    /// What has reached the end since the last call.
    pub(crate) fn received(&self) -> Vec<Batch> {
        std::mem::take(&mut *self.sink.0.lock().unwrap())
    }

    /// Sends one request through and returns the one that reaches the end.
    pub(crate) fn through(&self, telemetry: Telemetry, context: Context) -> Telemetry {
        drop(self.send_from(telemetry, context));
        let mut received = self.received();
        assert_eq!(received.len(), 1);
        let (telemetry, _, ack) = received.remove(0).into_parts();
        ack.resolve(Outcome::Delivered);
        telemetry
    }
}

impl Drop for Bench {
    /// Whatever a test does, every item is accounted for, and for a reason that was announced.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.stats.missing(self.processor.held()), 0, "the ledger does not add up: {:?}", self.stats);
            let announced = self.processor.drops();
            assert!(self.stats.dropped.by_reason().iter().all(|(reason, _)| announced.contains(reason)));
        }
    }
}

// === impl Sink ===

impl Accept for Sink {
    fn accept(&self, batch: Batch) {
        self.0.lock().unwrap().push(batch);
    }
}
