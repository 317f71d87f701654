//! Whether the engine does what it is for, component by component: what `/readyz` says.
//!
//! ```json
//! {"status": "not ready", "components": [{"id": "otlp/backend", "kind": "exporter", "signal": "logs",
//!  "status": "failing", "since": "2026-01-31T12:00:00Z", "attempts": 9, "error": "connection refused"}]}
//! ```

mod condition;
mod time;

use std::time::Duration;

use pipelines::runtime::{Health, NodeStatus, Status};
use serde_json::{Map, Value, json};

pub(crate) use self::condition::Condition;
pub(crate) use self::time::rfc3339;

/// What is said of the engine and each of its components.
pub(super) struct Report {
    /// Whether to send it anything.
    pub(super) is_ready: bool,
    /// The report as JSON.
    pub(super) body: Value,
}

/// Looks at everything. An exporter is dead when all its attempts have failed for `bound`.
pub(super) fn report(status: &Status, bound: Duration) -> Report {
    let health = status.health();
    let looked: Vec<(Value, bool)> = status.nodes().iter().map(|node| component(node, &health, bound)).collect();
    let is_ready = health == Health::Running && looked.iter().all(|(_, is_ready)| *is_ready);
    let mut body = Map::new();
    body.insert("status".to_owned(), json!(if is_ready { "ready" } else { "not ready" }));
    if let Some(reason) = reason(&health) {
        body.insert("reason".to_owned(), json!(reason));
    }
    body.insert("components".to_owned(), looked.into_iter().map(|(component, _)| component).collect());
    Report { is_ready, body: Value::Object(body) }
}

/// What the engine is doing when it does not run; what was wrong when it failed.
pub(super) fn reason(health: &Health) -> Option<&str> {
    match health {
        Health::Running => None,
        Health::Starting => Some("starting"),
        Health::Stopping => Some("stopping"),
        Health::Failed(reason) => Some(reason),
    }
}

fn component(node: &NodeStatus, health: &Health, bound: Duration) -> (Value, bool) {
    let condition = Condition::of(node, health, bound);
    let mut said = Map::new();
    said.insert("id".to_owned(), json!(node.id));
    said.insert("kind".to_owned(), json!(node.kind.name()));
    if let Some(place) = &node.place {
        let key = if place.contains('/') || node.queue().is_none() { "pipeline" } else { "signal" };
        said.insert(key.to_owned(), json!(place));
    }
    said.insert("status".to_owned(), json!(condition.name));
    if let Some(since) = condition.since {
        said.insert("since".to_owned(), json!(rfc3339(since)));
    }
    if condition.attempts > 0 {
        said.insert("attempts".to_owned(), json!(condition.attempts));
    }
    if let Some(error) = condition.error {
        said.insert("error".to_owned(), json!(error));
    }
    (Value::Object(said), condition.is_ready)
}
