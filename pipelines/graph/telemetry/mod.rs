//! `service.telemetry`: what the process says about itself.
//!
//! ```yaml
//! service:
//!   telemetry:
//!     logs: { level: info, encoding: console }
//!     metrics: { level: normal, readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: 8888 } } } }] }
//!     resource: { service.name: gateway }
//! ```

mod metrics;
mod proof;
mod reader;
mod resource;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

pub use self::metrics::{Detail, Metrics};
pub(super) use self::proof::check;
pub use self::reader::{Labels, Pull, Push};
pub use self::resource::Resource;
use super::shape::map;
use crate::config::{Diagnostic, Diagnostics, Node, code, did_you_mean, from_node_at};

/// What `service.telemetry` asks for that the engine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Least severe messages that are logged.
    pub level: Level,
    /// How messages are written.
    pub encoding: Encoding,
    /// Where the process shows its metrics.
    pub metrics: Metrics,
    /// Who the process says it is.
    pub resource: Resource,
}

/// Severities of the process's own log, as the Collector names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
pub enum Level {
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

/// How the process's own log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lines for people.
    #[default]
    Console,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Logs {
    level: Level,
    encoding: Encoding,
    development: Option<bool>,
    disable_caller: Option<bool>,
    disable_stacktrace: Option<bool>,
    disable_zap_resource: Option<bool>,
    output_paths: Option<Vec<String>>,
    error_output_paths: Option<Vec<String>>,
    initial_fields: Option<serde_json::Value>,
    sampling: Option<serde_json::Value>,
    processors: Option<serde_json::Value>,
}

/// Reads `service.telemetry`. What the engine does not have is named in a warning, never dropped in silence.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Settings {
    let mut settings = Settings::default();
    for (key, body) in map(node, "service.telemetry", diagnostics) {
        match key.text() {
            "logs" => {
                let Some(logs) = from_node_at::<Logs>(body, "service.telemetry.logs", diagnostics) else { continue };
                (settings.level, settings.encoding) = (logs.level, logs.encoding);
                for (name, given) in logs.unused() {
                    if given {
                        let span = body.nearest(name).unwrap_or(key.span);
                        let message = format!("service.telemetry.logs.{name} has no effect: the log goes to stderr");
                        diagnostics.push(Diagnostic::warning(&code::QUESTIONABLE, message).at(span));
                    }
                }
            }
            "resource" => settings.resource = resource::read(body, diagnostics),
            "metrics" => settings.metrics = metrics::read(key, body, diagnostics),
            "traces" => diagnostics.push(
                Diagnostic::warning(
                    &code::QUESTIONABLE,
                    "service.telemetry.traces has no effect: the engine traces nothing of its own",
                )
                .at(key.span),
            ),
            other => diagnostics.push(
                Diagnostic::error(&code::UNKNOWN_FIELD, format!("unknown key `{other}` in service.telemetry"))
                    .at(key.span)
                    .suggest(did_you_mean(other, ["logs", "metrics", "resource", "traces"]))
                    .help("allowed here: logs, metrics, resource, traces"),
            ),
        }
    }
    settings
}

// === impl Logs ===

impl Logs {
    fn unused(&self) -> [(&'static str, bool); 9] {
        let to_stderr = |paths: &Option<Vec<String>>| paths.as_ref().is_none_or(|paths| paths == &["stderr"]);
        [
            ("development", self.development == Some(true)),
            // The log has no callers, stack traces and resource in it, so only asking for them has no effect.
            ("disable_caller", self.disable_caller == Some(false)),
            ("disable_stacktrace", self.disable_stacktrace == Some(false)),
            ("disable_zap_resource", self.disable_zap_resource == Some(false)),
            ("output_paths", !to_stderr(&self.output_paths)),
            ("error_output_paths", !to_stderr(&self.error_output_paths)),
            ("initial_fields", self.initial_fields.is_some()),
            ("sampling", self.sampling.is_some()),
            ("processors", self.processors.is_some()),
        ]
    }
}

// === impl Level ===

impl Level {
    /// The name the logging library knows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    /// Case does not matter; `dpanic`, `panic` and `fatal` are above every message there is.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.to_ascii_lowercase().as_str() {
            "debug" => Ok(Self::Debug),
            "info" | "" => Ok(Self::Info),
            "warn" | "warning" => Ok(Self::Warn),
            "error" | "dpanic" | "panic" | "fatal" => Ok(Self::Error),
            _ => Err(serde::de::Error::custom(format!(
                "unrecognized level `{text}`: expected debug, info, warn or error"
            ))),
        }
    }
}
