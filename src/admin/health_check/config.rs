//! What users write under `health_check`.

use pipelines::component::{Kind, Problems};
use pipelines::config::Duration;
use pipelines::net::tls::ServerTls;
use pipelines::runtime::Status;
use schemars::JsonSchema;
use serde::Deserialize;

use super::server;

/// Answers probes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address to listen on. Default 127.0.0.1:13133; `0.0.0.0:13133` for probes from outside.
    pub(crate) endpoint: String,
    /// TLS, with client certificates if `client_ca_file` is set. Default: none.
    pub(crate) tls: Option<ServerTls>,
    /// Path that answers as the Collector does: 200 while the engine runs. Default `/`.
    pub(crate) path: String,
    /// Bodies of these answers; JSON with the status and the time since the start when left out.
    pub(crate) response_body: Option<ResponseBody>,
    /// Whether `path` looks at exporters, too.
    pub(crate) check_collector_pipeline: CheckPipeline,
    /// How long every attempt of an exporter must have failed until `/readyz` answers 503. Default 1m.
    pub(crate) unready_after: Duration,
    /// Old name of `endpoint`'s port.
    pub(crate) port: Option<u16>,
}

/// Bodies of the answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResponseBody {
    /// Body while everything works.
    pub(crate) healthy: String,
    /// Body otherwise.
    pub(crate) unhealthy: String,
}

/// Whether exporters count.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckPipeline {
    /// Whether `path` answers 500 when an exporter fails. Default `false`.
    pub(crate) enabled: bool,
    /// Failures longer ago than this do not count. Default 5m.
    pub(crate) interval: Duration,
    /// Attempts in a row that must have failed. Default 5.
    pub(crate) exporter_failure_threshold: u64,
}

// === impl Config ===

impl Config {
    pub(super) fn endpoint(&self) -> String {
        self.port.map_or_else(|| self.endpoint.clone(), |port| format!("0.0.0.0:{port}"))
    }

    /// Whether an exporter fails that `path` looks at.
    pub(super) fn pipelines_fail(&self, status: &Status) -> bool {
        let CheckPipeline { enabled, interval, exporter_failure_threshold } = &self.check_collector_pipeline;
        let nodes = status.nodes();
        let mut exporters = nodes.iter().filter(|node| node.kind == Kind::Exporter);
        *enabled
            && exporters.any(|node| {
                node.stats.attempts.failing().is_some_and(|failing| {
                    failing.attempts >= *exporter_failure_threshold && failing.last.elapsed() <= interval.get()
                })
            })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: "127.0.0.1:13133".to_owned(),
            tls: None,
            path: "/".to_owned(),
            response_body: None,
            check_collector_pipeline: CheckPipeline::default(),
            unready_after: Duration::from_secs(60),
            port: None,
        }
    }
}

impl Default for CheckPipeline {
    fn default() -> Self {
        Self { enabled: false, interval: Duration::from_secs(300), exporter_failure_threshold: 5 }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        server::validate(&self.endpoint(), problems);
        if let Some(tls) = &self.tls {
            problems.nest("tls", |problems| tls.validate(problems));
        }
        if self.path.contains(['{', '}', '*', ':']) {
            problems.error("path", format!("`{}` holds a pattern", self.path)).help("write `/health`");
        }
        if !self.path.starts_with('/') {
            problems.error("path", format!("`{}` does not start with a slash", self.path)).help("write `/health`");
        }
        if self.check_collector_pipeline.enabled && self.check_collector_pipeline.exporter_failure_threshold == 0 {
            problems.error("check_collector_pipeline.exporter_failure_threshold", "is 0, expected at least 1");
        }
        if self.port.is_some() {
            problems.warning("port", "is an old form").help("write `endpoint: 0.0.0.0:PORT`");
        }
    }
}
