//! `service.telemetry.metrics`: where the process shows its own metrics, and how many of them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reader::{Pull, Push, Reader, ReaderBody};
use crate::config::{Diagnostic, Diagnostics, Key, Node, code, from_node_at};

/// What the process says of itself in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// How much.
    pub level: Detail,
    /// Where Prometheus finds it.
    pub pull: Vec<Pull>,
    /// Where it is sent.
    pub push: Vec<Push>,
    /// Whether nothing was written about where, so that a port somebody else has is no error.
    pub is_default: bool,
}

/// How many metrics there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// None, and no listener either.
    None,
    /// Those of the Collector, and what was dropped.
    Basic,
    /// The whole ledger, too.
    #[default]
    Normal,
    /// Batches beside items and bytes, too.
    Detailed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Body {
    level: Option<String>,
    address: Option<String>,
    readers: Option<Vec<ReaderBody>>,
    views: Option<serde_json::Value>,
}

const PLACE: &str = "service.telemetry.metrics";

/// Reads the settings; `key` is where they stand.
pub(super) fn read(key: &Key, node: &Node, diagnostics: &mut Diagnostics) -> Metrics {
    let Some(body) = from_node_at::<Body>(node, PLACE, diagnostics) else { return Metrics::default() };
    let mut metrics = Metrics::default();
    let at = |path: &str| node.nearest(path).unwrap_or(key.span);
    if let Some(level) = &body.level {
        match Detail::named(level) {
            Some(level) => metrics.level = level,
            None => {
                let message = format!("{PLACE}.level is `{level}`, expected one of none, basic, normal, detailed");
                diagnostics.push(Diagnostic::error(&code::INVALID_VALUE, message).at(at("level")));
            }
        }
    }
    if let Some(address) = &body.address {
        let message = match Pull::of_address(address) {
            Ok(pull) => {
                let (host, port) = pull.endpoint.rsplit_once(':').unwrap_or_default();
                let listen = format!("{{host: \"{host}\", port: {port}}}");
                metrics.only(pull);
                Diagnostic::warning(&code::OLD_NAME, format!("{PLACE}.address is the old form of a reader"))
                    .help(format!("write `readers: [{{pull: {{exporter: {{prometheus: {listen}}}}}}}]`"))
            }
            Err(reason) => Diagnostic::error(&code::INVALID_VALUE, format!("{PLACE}.address {reason}")),
        };
        diagnostics.push(message.at(at("address")));
    }
    if let Some(views) = &body.views {
        diagnostics.push(views_message(metrics.level, views).at(at("views")));
    }
    if let Some(readers) = body.readers {
        if readers.is_empty() && metrics.level > Detail::None {
            let message = format!("{PLACE}.readers is empty, but the level is not none");
            let error = Diagnostic::error(&code::INVALID_VALUE, message).at(at("readers"));
            diagnostics.push(error.help("write `level: none`, or leave `readers` out"));
        }
        (metrics.pull, metrics.push, metrics.is_default) = (Vec::new(), Vec::new(), false);
        for (index, reader) in readers.into_iter().enumerate() {
            let place = format!("readers[{index}]");
            match reader.checked() {
                Ok(Reader::Pull(pull)) => metrics.pull.push(pull),
                Ok(Reader::Push(push)) => metrics.push.push(*push),
                Err((path, reason)) => diagnostics.push(
                    Diagnostic::error(&code::INVALID_VALUE, format!("{PLACE}.{place}{path} {reason}"))
                        .at(at(&format!("{place}{path}"))),
                ),
            }
        }
    }
    metrics
}

fn views_message(level: Detail, views: &serde_json::Value) -> Diagnostic {
    if level < Detail::Detailed {
        let message = format!("{PLACE}.views can only be set when {PLACE}.level is detailed");
        return Diagnostic::error(&code::INVALID_VALUE, message);
    }
    let number = views.as_array().map_or(1, Vec::len);
    let message = format!("{PLACE}.views has no effect ({number} views): every series is shown as it is");
    Diagnostic::warning(&code::QUESTIONABLE, message)
}

// === impl Metrics ===

impl Metrics {
    fn only(&mut self, pull: Pull) {
        (self.pull, self.is_default) = (vec![pull], false);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self { level: Detail::default(), pull: vec![Pull::default()], push: Vec::new(), is_default: true }
    }
}

// === impl Detail ===

impl Detail {
    /// Case does not matter, as in the Collector, where nothing means the default.
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "none" => Self::None,
            "basic" => Self::Basic,
            "normal" | "" => Self::Normal,
            "detailed" => Self::Detailed,
            _ => return None,
        })
    }
}
