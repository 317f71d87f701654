//! [`Standing`]: how the agent is doing, in the words of heartbeats.

use std::time::Duration;

use pipelines::component::Kind;
use pipelines::runtime::{Health, Status};

use crate::admin::Condition;
use crate::platform_wire::{AgentHealth, CollectorState};

/// How the agent is doing.
pub(super) struct Standing {
    pub(super) health: AgentHealth,
    /// Why it is not healthy.
    pub(super) message: Option<String>,
    /// What it collects from.
    pub(super) collectors: Vec<CollectorState>,
}

/// An exporter that has failed for this long is not going to work soon; as `health_check` has it.
const BOUND: Duration = Duration::from_secs(60);

/// Looks at every component.
pub(super) fn of(status: &Status) -> Standing {
    let health = status.health();
    let (mut wrong, mut collectors) = (Vec::new(), Vec::new());
    for node in status.nodes().iter() {
        let condition = Condition::of(node, &health, BOUND);
        if node.kind == Kind::Receiver {
            let state = if condition.is_ready { "running" } else { condition.name };
            let last_error = condition.error.clone();
            collectors.push(CollectorState { name: node.id.clone(), state: state.to_owned(), last_error });
        }
        if !condition.is_ready {
            let error = condition.error.map_or_else(String::new, |error| format!(": {error}"));
            wrong.push(format!("{} {} is {}{error}", node.kind.name(), node.id, condition.name));
        }
    }
    let health = match &health {
        Health::Failed(reason) => {
            wrong.insert(0, reason.clone());
            AgentHealth::Unhealthy
        }
        Health::Stopping => AgentHealth::Degraded,
        // Its parts are not there yet.
        Health::Starting => {
            wrong.clear();
            AgentHealth::Healthy
        }
        Health::Running if wrong.is_empty() => AgentHealth::Healthy,
        Health::Running => AgentHealth::Degraded,
    };
    Standing { health, message: (!wrong.is_empty()).then(|| wrong.join("; ")), collectors }
}
