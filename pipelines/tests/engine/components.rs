//! A source, a sink and a connector that do as a test says.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use pipelines::component::*;
use pipelines::delivery::{QueueConfig, RetryConfig, settings};
use pipelines::runtime::{Delivery, Instant, Output, Wake, now};
use pipelines::{Batch, BatchId, Context, Signal, Telemetry};
use schemars::JsonSchema;
use serde::Deserialize;

const SIGNALS: &[Signal] = &[Signal::Traces, Signal::Logs];
/// Ids and items of attempts.
type Attempts = Vec<(BatchId, usize)>;

static OUTPUTS: LazyLock<Mutex<HashMap<String, Outputs>>> = LazyLock::new(Mutex::default);
static DELIVERED: LazyLock<Mutex<HashMap<String, Vec<usize>>>> = LazyLock::new(Mutex::default);
static OFFERED: LazyLock<Mutex<HashMap<String, Attempts>>> = LazyLock::new(Mutex::default);
static ATTEMPTS: LazyLock<Mutex<HashMap<String, u32>>> = LazyLock::new(Mutex::default);

/// The outputs of a running source, by id.
pub(crate) fn outputs(source: &str) -> Outputs {
    OUTPUTS.lock().unwrap()[source].clone()
}

/// The item counts of the batches a sink took, by id.
pub(crate) fn delivered(sink: &str) -> Vec<usize> {
    DELIVERED.lock().unwrap().get(sink).cloned().unwrap_or_default()
}

/// The ids and items of every attempt at a sink, by id.
pub(crate) fn offered(sink: &str) -> Attempts {
    OFFERED.lock().unwrap().get(sink).cloned().unwrap_or_default()
}

/// How often a sink was tried, by id.
pub(crate) fn attempts(sink: &str) -> u32 {
    ATTEMPTS.lock().unwrap().get(sink).copied().unwrap_or_default()
}

const fn about(name: &'static str) -> About {
    About { name, aliases: &[], signals: SIGNALS, stability: Stability::Alpha, summary: "for tests", example: "" }
}

/// Sends what the test sends.
pub(crate) struct Source(SourceConfig, ComponentId);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SourceConfig {
    /// Why it cannot start.
    fails: Option<String>,
    /// Panics as soon as it runs.
    panics: bool,
    /// Ends some time after it was asked to, as one with open connections does.
    lingers: bool,
}

impl Config for SourceConfig {}

impl ReceiverFactory for Source {
    const ABOUT: About = about("source");
    type Config = SourceConfig;

    fn build(config: &Arc<SourceConfig>, cx: &BuildContext) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(Self((**config).clone(), cx.id.clone())))
    }
}

impl Receiver for Source {
    fn run(self: Box<Self>, mut host: ReceiverHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            if let Some(reason) = self.0.fails {
                return Err(Failure(reason));
            }
            OUTPUTS.lock().unwrap().insert(self.1.to_string(), host.outputs.clone());
            host.ready.tell(vec!["here".to_owned()]);
            assert!(!self.0.panics, "the source is broken");
            host.stop.requested().await;
            if self.0.lingers {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            Ok(())
        })
    }

    fn sample(&self, _: Signal) -> Option<Telemetry> {
        None
    }
}

/// Does what its configuration says.
pub(crate) struct Sink(Arc<SinkConfig>, String);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SinkConfig {
    /// Never answers.
    hangs: bool,
    /// How many attempts fail for now before one succeeds.
    fails: u32,
    /// Fails for good.
    rejects: bool,
    /// How many attempts panic before one succeeds.
    panics: u32,
    /// How many items it does not take.
    partly: u64,
    /// Recognises what it was sent before.
    recognises: bool,
    timeout: Option<pipelines::config::Duration>,
    sending_queue: QueueConfig,
    retry_on_failure: RetryConfig,
}

impl Config for SinkConfig {
    fn references(&self) -> Vec<Reference> {
        self.sending_queue.references("sending_queue")
    }
}

impl ExporterFactory for Sink {
    const ABOUT: About = about("sink");
    type Config = SinkConfig;

    fn build(config: &Arc<SinkConfig>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Ok(Arc::new(Self(config.clone(), cx.id.to_string())))
    }
}

impl Exporter for Sink {
    fn export<'a>(
        &'a self,
        id: BatchId,
        telemetry: &'a Telemetry,
        _: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(async move {
            OFFERED.lock().unwrap().entry(self.1.clone()).or_default().push((id, telemetry.items()));
            let attempt = {
                let mut attempts = ATTEMPTS.lock().unwrap();
                let attempt = attempts.entry(self.1.clone()).or_default();
                *attempt += 1;
                *attempt
            };
            if self.0.hangs {
                std::future::pending::<()>().await;
            }
            assert!(attempt > self.0.panics, "attempt {attempt}");
            if self.0.rejects {
                return Err(ExportError::reject("it does not want it"));
            }
            if attempt <= self.0.fails {
                return Err(ExportError::retry("not now"));
            }
            DELIVERED.lock().unwrap().entry(self.1.clone()).or_default().push(telemetry.items());
            Ok(Exported { rejected: self.0.partly, message: (self.0.partly > 0).then(|| "some".to_owned()) })
        })
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let body = telemetry.to_bytes();
        Ok(Encoded { format: "wire".to_owned(), destination: "nowhere".to_owned(), body })
    }

    fn delivery(&self) -> Delivery {
        let delivery = settings(&self.0.sending_queue, &self.0.retry_on_failure, self.0.timeout);
        Delivery { is_idempotent: self.0.recognises, ..delivery }
    }
}

/// Passes batches on.
pub(crate) struct Forward;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Config for Nothing {}

impl ConnectorFactory for Forward {
    const ABOUT: About = about("forward");
    type Config = Nothing;

    fn build(_: &Arc<Nothing>, _: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Self))
    }
}

impl Processor for Forward {
    fn process(&self, batch: Batch, out: &Output) {
        out.send(batch);
    }
}

/// Holds batches back until it is ticked, and panics over those with too many items.
pub(crate) struct Fragile(FragileConfig, Wake, Mutex<Vec<Batch>>);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FragileConfig {
    /// The most items it takes in one batch.
    bears: usize,
    /// Panics when it is ticked, not when a batch comes in.
    later: bool,
}

impl Config for FragileConfig {}

impl ProcessorFactory for Fragile {
    const ABOUT: About = about("fragile");
    type Config = FragileConfig;

    fn build(config: &Arc<FragileConfig>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Self((**config).clone(), cx.wake.clone(), Mutex::default())))
    }
}

impl Processor for Fragile {
    fn process(&self, batch: Batch, _: &Output) {
        assert!(self.0.later || batch.items() <= self.0.bears, "too many items to take in");
        self.2.lock().unwrap().push(batch);
        self.1.at(now());
    }

    fn tick(&self, _: Instant, out: &Output) {
        self.flush(out);
    }

    fn flush(&self, out: &Output) {
        let held = std::mem::take(&mut *self.2.lock().unwrap());
        assert!(held.iter().all(|batch| batch.items() <= self.0.bears), "too many items to send on");
        held.into_iter().for_each(|batch| out.send(batch));
    }

    fn held(&self) -> u64 {
        self.2.lock().unwrap().iter().map(|batch| batch.items() as u64).sum()
    }
}
