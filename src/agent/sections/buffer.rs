//! `buffer` and `logging`.

use std::path::PathBuf;

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where telemetry waits on disk while the platform cannot take it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Buffer {
    /// Whether telemetry waits on disk. Default true. `false`: it waits in memory, up to 64 MiB.
    pub(in crate::agent) enabled: bool,
    /// Most that it takes on disk, in MiB; the oldest is dropped and counted beyond. Default 100.
    pub(in crate::agent) max_size_mb: u64,
    /// Directory. Default `buffer` in `agent.state_directory`.
    pub(in crate::agent) path: Option<PathBuf>,
    /// Older telemetry is dropped and counted, by the time it was collected. Default 24h.
    pub(in crate::agent) max_age: Duration,
    /// How often what is written is made to outlive a power cut. Default: at once. Without a power cut nothing that was
    /// collected is lost in either case.
    pub(in crate::agent) flush_interval: Option<Duration>,
}

/// The agent's own log, which goes to stderr.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Logging {
    /// Least severe messages: `debug`, `info`, `warn` or `error`. Default `info`.
    pub(in crate::agent) level: Level,
    /// `json` or `text`. Default `json`.
    pub(in crate::agent) format: Format,
}

/// Severities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::agent) enum Level {
    /// Everything.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What somebody should look at.
    Warn,
    /// What went wrong.
    Error,
}

/// How a log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::agent) enum Format {
    /// One JSON object a line.
    #[default]
    Json,
    /// Lines for people.
    Text,
}

// === impl Buffer ===

impl Default for Buffer {
    fn default() -> Self {
        Self {
            enabled: true,
            max_size_mb: 100,
            path: None,
            max_age: Duration::from_secs(24 * 3600),
            flush_interval: None,
        }
    }
}

// === impl Format ===

impl Format {
    /// The same in the words of `service.telemetry.logs`.
    pub(in crate::agent) const fn encoding(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "console",
        }
    }
}
