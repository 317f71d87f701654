//! What changed between two forms of a record, structurally over the OTLP tree.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::Telemetry;
use crate::otlp::json;
use crate::otlp::schema::Message;

/// One leaf that differs; paths are written as in OTTL, e.g. `resource.attributes["service.name"]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The leaf is new.
    Added {
        /// Where.
        path: String,
        /// Its value as JSON.
        to: String,
    },
    /// The leaf is gone.
    Removed {
        /// Where.
        path: String,
        /// What it was, as JSON.
        from: String,
    },
    /// The leaf has another value.
    Changed {
        /// Where.
        path: String,
        /// What it was, as JSON.
        from: String,
        /// What it is, as JSON.
        to: String,
    },
}

/// Every leaf of a telemetry of few records, by path.
pub(super) type Leaves = BTreeMap<String, String>;

/// Every leaf of `telemetry`. Bytes that are not OTLP have none.
pub(super) fn leaves(telemetry: &Telemetry) -> Leaves {
    let mut leaves = Leaves::new();
    let parts: Vec<&[u8]> = telemetry.parts().map(|part| &**part).collect();
    let text = json::to_json(Message::request(telemetry.signal()), &parts).unwrap_or_default();
    if let Ok(value) = serde_json::from_slice::<Value>(&text) {
        flatten(&value, "", &mut leaves);
    }
    leaves
}

/// What differs from `before` to `after`, sorted by path.
pub(super) fn diff(before: &Leaves, after: &Leaves) -> Vec<Change> {
    let mut changes = Vec::new();
    for (path, from) in before {
        match after.get(path) {
            None => changes.push(Change::Removed { path: path.clone(), from: from.clone() }),
            Some(to) if to != from => {
                changes.push(Change::Changed { path: path.clone(), from: from.clone(), to: to.clone() });
            }
            Some(_) => {}
        }
    }
    let added = after.iter().filter(|(path, _)| !before.contains_key(*path));
    changes.extend(added.map(|(path, to)| Change::Added { path: path.clone(), to: to.clone() }));
    changes
}

/// Wrappers of the OTLP tree that a path does not name when they hold one element.
const WRAPPERS: [&str; 8] = [
    "resourceLogs",
    "resourceSpans",
    "resourceMetrics",
    "scopeLogs",
    "scopeSpans",
    "scopeMetrics",
    "logRecords",
    "spans",
];

fn flatten(value: &Value, path: &str, leaves: &mut Leaves) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                flatten(field, &step(path, name), leaves);
            }
        }
        Value::Array(elements) if is_attributes(elements) => {
            for element in elements {
                let key = element.get("key").and_then(Value::as_str).unwrap_or_default();
                let value = element.get("value").unwrap_or(&Value::Null);
                flatten(scalar(value), &format!("{path}[{key:?}]"), leaves);
            }
        }
        Value::Array(elements) => {
            let only = elements.len() == 1;
            for (at, element) in elements.iter().enumerate() {
                let path = if only && is_wrapper(path) { path.to_owned() } else { format!("{path}[{at}]") };
                flatten(element, &path, leaves);
            }
        }
        leaf => {
            leaves.insert(short(path), leaf.to_string());
        }
    }
}

fn step(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn is_wrapper(path: &str) -> bool {
    WRAPPERS.iter().any(|wrapper| path.ends_with(wrapper))
}

fn is_attributes(elements: &[Value]) -> bool {
    !elements.is_empty() && elements.iter().all(|element| element.get("key").is_some_and(Value::is_string))
}

/// The value inside an `AnyValue` that holds one scalar; the value itself otherwise.
fn scalar(value: &Value) -> &Value {
    match value {
        Value::Object(fields) if fields.len() == 1 => {
            fields.values().next().filter(|inner| !inner.is_object() && !inner.is_array()).unwrap_or(value)
        }
        other => other,
    }
}

/// `resourceLogs.scopeLogs.logRecords.body.stringValue` is `log.body`, as OTTL writes it.
fn short(path: &str) -> String {
    let path = path.trim_end_matches(".stringValue").trim_end_matches(".intValue").trim_end_matches(".boolValue");
    for (long, short) in [
        ("resourceLogs.scopeLogs.logRecords", "log"),
        ("resourceSpans.scopeSpans.spans", "span"),
        ("resourceMetrics.scopeMetrics.metrics[0]", "metric"),
        ("resourceLogs.scopeLogs", "scope"),
        ("resourceSpans.scopeSpans", "scope"),
        ("resourceMetrics.scopeMetrics", "scope"),
        ("resourceLogs", ""),
        ("resourceSpans", ""),
        ("resourceMetrics", ""),
    ] {
        if let Some(rest) = path.strip_prefix(long) {
            let rest = rest.trim_start_matches(".scope");
            return if short.is_empty() { rest.trim_start_matches('.').to_owned() } else { format!("{short}{rest}") };
        }
    }
    path.to_owned()
}
