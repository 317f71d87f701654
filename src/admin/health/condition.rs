//! [`Condition`]: how one component is doing.

use std::time::{Duration, SystemTime};

use pipelines::component::Kind;
use pipelines::runtime::{Health, NodeStatus};

/// How a component is doing.
#[derive(Debug)]
pub(crate) struct Condition {
    /// In one word.
    pub(crate) name: &'static str,
    /// Whether it does what it is for.
    pub(crate) is_ready: bool,
    /// Since when, where that is known.
    pub(crate) since: Option<SystemTime>,
    /// Attempts that have failed since the last one that did not.
    pub(crate) attempts: u64,
    /// What went wrong last.
    pub(crate) error: Option<String>,
}

// === impl Condition ===

impl Condition {
    /// Looks at a component. Receivers listen while the engine runs, which it does not otherwise.
    pub(crate) fn of(node: &NodeStatus, health: &Health, bound: Duration) -> Self {
        let running = *health == Health::Running;
        match node.kind {
            // A reload has taken it out of the plan: what becomes of it says nothing about the engine.
            _ if node.is_leaving() => Self::ready("leaving"),
            Kind::Receiver if running => Self::ready("listening"),
            Kind::Receiver => Self { is_ready: false, ..Self::ready("not listening") },
            Kind::Exporter => Self::of_exporter(node, bound),
            _ => Self::ready("running"),
        }
    }

    fn of_exporter(node: &NodeStatus, bound: Duration) -> Self {
        let failing = node.stats.attempts.failing();
        let since = failing.as_ref().map(|failing| SystemTime::now() - failing.since.elapsed());
        let attempts = failing.as_ref().map_or(0, |failing| failing.attempts);
        let error = failing.as_ref().map(|failing| failing.reason.to_string());
        let state = |name, is_ready| Self { name, is_ready, since, attempts, error: error.clone() };
        if let Some(broken) = node.disk().and_then(|disk| disk.failing) {
            return Self { error: Some(broken), ..state("cannot write", false) };
        }
        if let Some(fill) = node.queue().filter(|fill| fill.is_full()) {
            let full = format!("the queue is full: {} of {} {}", fill.size, fill.capacity, fill.unit);
            let error = error.map_or_else(|| full.clone(), |error| format!("{full}; {error}"));
            return Self { name: "full", is_ready: false, since, attempts, error: Some(error) };
        }
        match &failing {
            Some(failing) if failing.is_dead(bound, node.held()) => state("failing", false),
            Some(_) => state("retrying", true),
            None => Self::ready("running"),
        }
    }

    fn ready(name: &'static str) -> Self {
        Self { name, is_ready: true, since: None, attempts: 0, error: None }
    }
}
