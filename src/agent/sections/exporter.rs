//! `exporter`: how telemetry leaves.

use std::num::NonZeroU64;

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Protocol;

/// How telemetry leaves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Exporter {
    /// As OTLP, to `telemetryflow.endpoint`.
    pub(in crate::agent) otlp: Otlp,
}

/// As OTLP.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Otlp {
    /// Whether telemetry leaves this way, the only one there is. Default true.
    pub(in crate::agent) enabled: bool,
    /// `grpc` or `http`. Default: `telemetryflow.protocol`.
    pub(in crate::agent) protocol: Option<Protocol>,
    /// A request is sent as soon as so many points, spans or records wait. Default 100.
    pub(in crate::agent) batch_size: NonZeroU64,
    /// Longest time they wait for each other. Default 10s.
    pub(in crate::agent) flush_interval: Duration,
    /// `gzip`, `zstd`, `snappy` or `none`. Default `gzip`.
    pub(in crate::agent) compression: Option<String>,
    /// The platform's paths (`v2`, `/v2/metrics`) or the community's (`v1`). Default `v2`. With `grpc` there are no paths.
    pub(in crate::agent) endpoint_version: Option<EndpointVersion>,
    /// Path of metrics, or a whole URL. Default `/v2/metrics`. With `http` only, as the next two.
    pub(in crate::agent) metrics_endpoint: Option<String>,
    /// Path of traces, or a whole URL. Default `/v2/traces`.
    pub(in crate::agent) traces_endpoint: Option<String>,
    /// Path of logs, or a whole URL. Default `/v2/logs`.
    pub(in crate::agent) logs_endpoint: Option<String>,
    /// Metrics.
    pub(in crate::agent) metrics: Signal,
    /// Traces.
    pub(in crate::agent) traces: Signal,
    /// Logs.
    pub(in crate::agent) logs: Signal,
}

/// One kind of telemetry.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Signal {
    /// Whether it leaves. Default true.
    pub(in crate::agent) enabled: bool,
    /// Its path or whole URL; the same as `metrics_endpoint` and so on, beside which it wins. With `http` only.
    pub(in crate::agent) endpoint: Option<String>,
}

/// Whose paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::agent) enum EndpointVersion {
    /// The community's.
    V1,
    /// The platform's.
    #[default]
    V2,
}

// === impl Otlp ===

impl Default for Otlp {
    fn default() -> Self {
        Self {
            enabled: true,
            protocol: None,
            batch_size: HUNDRED,
            flush_interval: Duration::from_secs(10),
            compression: None,
            endpoint_version: None,
            metrics_endpoint: None,
            traces_endpoint: None,
            logs_endpoint: None,
            metrics: Signal::default(),
            traces: Signal::default(),
            logs: Signal::default(),
        }
    }
}

const HUNDRED: NonZeroU64 = NonZeroU64::new(100).unwrap();

// === impl Signal ===

impl Default for Signal {
    fn default() -> Self {
        Self { enabled: true, endpoint: None }
    }
}
