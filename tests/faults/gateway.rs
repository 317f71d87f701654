//! The configuration under test: OTLP in over both protocols, OTLP out, a queue in between.

use std::path::Path;

use crate::sink::Sink;

/// Where batches wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    /// In memory; clients hear of the delivery.
    Memory,
    /// On disk; clients hear that it is stored.
    Disk,
}

/// A gateway with these further settings of its exporters.
pub(crate) struct Gateway<'a> {
    pub(crate) queue: Queue,
    /// Inside `sending_queue`.
    pub(crate) sending_queue: &'a str,
    /// Inside `retry_on_failure`.
    pub(crate) retry: &'a str,
    /// How long one attempt may take.
    pub(crate) timeout: &'a str,
    /// `limit_mib` of the memory limiter, of which four fifths are for telemetry.
    pub(crate) limit_mib: Option<u64>,
}

/// Bytes in flight in MiB where no memory limiter says less.
const BUDGET: u64 = 256;

/// Requests that may be on their way or not yet marked as done when the engine is killed: three queues, four consumers
/// each, and as many again that are delivered and wait for the mark.
pub(crate) const UNMARKED: u64 = 3 * 4 * 2;

// === impl Queue ===

impl Queue {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }
}

// === impl Gateway ===

impl Gateway<'_> {
    /// Tries again soon, so that a test need not wait.
    pub(crate) fn new(queue: Queue) -> Self {
        Self {
            queue,
            sending_queue: "num_consumers: 4",
            retry: "initial_interval: 20ms, max_interval: 200ms, max_elapsed_time: 3s",
            timeout: "10s",
            limit_mib: None,
        }
    }

    /// Logs and metrics leave over gRPC, traces over HTTP.
    pub(crate) fn yaml(&self, sink: &Sink) -> String {
        let Self { queue, sending_queue, retry, timeout, limit_mib } = self;
        let (extensions, enabled, storage) = match queue {
            Queue::Memory => ("", "", ""),
            Queue::Disk => (
                "extensions: { file_storage: { directory: '{folder}/queue', create_directory: true } }",
                "extensions: [file_storage]",
                ", storage: file_storage",
            ),
        };
        let (limiter, processors) = match limit_mib {
            Some(mib) => (
                format!("processors: {{ memory_limiter: {{ check_interval: 1s, limit_mib: {mib} }} }}"),
                ", processors: [memory_limiter]",
            ),
            None => (String::new(), ""),
        };
        let delivery = format!(
            "timeout: {timeout}, compression: none, sending_queue: {{ {sending_queue}{storage} }}, retry_on_failure: {{ {retry} }}"
        );
        let to = sink.address;
        format!(
            r#"
{extensions}
receivers:
  otlp: {{ protocols: {{ grpc: {{ endpoint: "127.0.0.1:0" }}, http: {{ endpoint: "127.0.0.1:0" }} }} }}
{limiter}
exporters:
  otlp: {{ endpoint: "http://{to}", tls: {{ insecure: true }}, {delivery} }}
  otlp_http: {{ endpoint: "http://{to}", {delivery} }}
service:
  {enabled}
  pipelines:
    logs: {{ receivers: [otlp]{processors}, exporters: [otlp] }}
    metrics: {{ receivers: [otlp]{processors}, exporters: [otlp] }}
    traces: {{ receivers: [otlp]{processors}, exporters: [otlp_http] }}
"#
        )
    }

    /// The same with the queue in this folder.
    pub(crate) fn yaml_at(&self, sink: &Sink, folder: &Path) -> String {
        self.yaml(sink).replace("{folder}/queue", folder.join("queue").to_str().unwrap())
    }

    /// What the engine may take, in MiB.
    pub(crate) fn memory(&self) -> u64 {
        self.limit_mib.map_or(BUDGET, |mib| mib - mib / 5) + crate::trial::BESIDES
    }
}
