//! The receiver in process: real sockets, real clients, a capture in place of the pipeline.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod abandoned;
mod auth;
mod compression;
mod connections;
mod grpc;
mod http;
mod limits;
mod raw;
mod samples;
mod tls;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use pipelines::component::{BuildContext, ComponentId, Failure, Outputs, Receiver as _, ReceiverHost};
use pipelines::net::Sockets;
use pipelines::runtime::{Accept, Budget, Output, Ready, Stats, Stopper, Tasks};
use pipelines::{Batch, Outcome, Signal};
use tokio::task::JoinHandle;

use super::Config;
use super::receiver::OtlpReceiver;

/// Stands for the pipelines: keeps what comes and answers as told.
#[derive(Default)]
struct Capture {
    taken: Mutex<Vec<Batch>>,
    answer: Mutex<Answer>,
}

#[derive(Clone, Default)]
enum Answer {
    #[default]
    Deliver,
    Say(Outcome),
    /// Keep the batch unresolved.
    Hold,
}

struct Server {
    capture: Arc<Capture>,
    budget: Budget,
    stopper: Stopper,
    running: JoinHandle<Result<(), Failure>>,
    places: Vec<String>,
}

impl Accept for Capture {
    fn accept(&self, batch: Batch) {
        let copy = Batch::from_parts(batch.telemetry().clone(), batch.context().clone(), pipelines::batch::Ack::none());
        match self.answer.lock().unwrap().clone() {
            Answer::Deliver => batch.resolve(Outcome::Delivered),
            Answer::Say(outcome) => batch.resolve(outcome),
            Answer::Hold => return self.taken.lock().unwrap().push(batch),
        }
        self.taken.lock().unwrap().push(copy);
    }
}

impl Capture {
    fn items(&self) -> usize {
        self.taken.lock().unwrap().iter().map(Batch::items).sum()
    }

    fn batches(&self) -> usize {
        self.taken.lock().unwrap().len()
    }

    fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Resolves what is held.
    fn release(&self, outcome: &Outcome) {
        self.taken.lock().unwrap().drain(..).for_each(|batch| batch.resolve(outcome.clone()));
    }

    fn first(&self) -> Batch {
        self.taken.lock().unwrap().first().cloned().unwrap()
    }

    async fn wait_for(&self, batches: usize) {
        while self.batches() < batches {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Server {
    /// A server with traces, metrics and logs, but without a pipeline for profiles.
    async fn start(config: serde_json::Value) -> Self {
        Self::with_budget(config, Budget::default()).await
    }

    async fn with_budget(config: serde_json::Value, budget: Budget) -> Self {
        let config: Config = serde_json::from_value(config).unwrap();
        let capture = Arc::new(Capture::default());
        let mut outputs = Outputs::default();
        for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
            outputs = outputs.with(signal, Output::new(Arc::new(Stats::default()), vec![capture.clone()], None));
        }
        let (stopper, stop) = Stopper::new();
        let (ready, readiness) = Ready::pair();
        let host = ReceiverHost {
            id: ComponentId::of("otlp"),
            outputs,
            stop,
            ready,
            tasks: Tasks::default(),
            budget: budget.clone(),
            sockets: Sockets::default(),
        };
        let cx = BuildContext::new(host.id.clone());
        let running = tokio::spawn(Box::new(OtlpReceiver::new(Arc::new(config), &cx).unwrap()).run(host));
        let places = readiness.places().await.expect("it starts");
        Self { capture, budget, stopper, running, places }
    }

    /// Both protocols on free ports.
    async fn plain() -> Self {
        Self::start(serde_json::json!({ "protocols": {
            "grpc": { "endpoint": "127.0.0.1:0" }, "http": { "endpoint": "127.0.0.1:0" }
        }}))
        .await
    }

    async fn grpc(settings: serde_json::Value) -> Self {
        let mut grpc = serde_json::json!({ "endpoint": "127.0.0.1:0" });
        grpc.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        Self::start(serde_json::json!({ "protocols": { "grpc": grpc } })).await
    }

    async fn http(settings: serde_json::Value) -> Self {
        let mut http = serde_json::json!({ "endpoint": "127.0.0.1:0" });
        http.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        Self::start(serde_json::json!({ "protocols": { "http": http } })).await
    }

    fn address(&self, protocol: &str) -> SocketAddr {
        self.places.iter().find_map(|place| place.strip_prefix(protocol)).unwrap().trim().parse().unwrap()
    }

    /// Stops it and checks that it ends well and holds nothing any more.
    async fn stop(self) {
        self.stopper.stop();
        let ended = tokio::time::timeout(Duration::from_secs(10), self.running).await;
        ended.expect("it stops").unwrap().unwrap();
        assert_eq!(self.budget.used(), 0, "bytes in flight are given back");
    }
}

/// A request of so many log records, each with a body of `size` bytes.
fn logs(records: usize, size: usize) -> ExportLogsServiceRequest {
    let record = LogRecord {
        body: Some(AnyValue { value: Some(Value::StringValue("x".repeat(size))) }),
        ..LogRecord::default()
    };
    let scope = ScopeLogs { log_records: vec![record; records], ..ScopeLogs::default() };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() }],
    }
}
