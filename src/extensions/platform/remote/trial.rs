//! The time in which a new configuration has to prove itself.

use std::time::Duration;

use pipelines::runtime::{Health, Status};

use super::{Remote, process};
use crate::admin::Condition;
use crate::platform_wire::ConfigStatus;
use crate::reload::Own;

/// A configuration with which so many processes ended during its trial is what ended them.
const MOST_ENDED: u32 = 3;

/// What does not work, and why: an exporter whose attempts all failed for this long.
pub(super) fn failing(status: &Status, bound: Duration) -> Vec<(String, String)> {
    let health = status.health();
    let nodes = status.nodes();
    let looked = nodes.iter().map(|node| (node, Condition::of(node, &health, bound)));
    let failing = looked.filter(|(_, condition)| !condition.is_ready);
    let named = failing.map(|(node, condition)| {
        let name = format!("{} {}", node.kind.name(), node.id);
        let error = condition.error.map_or_else(String::new, |error| format!(": {error}"));
        (name, format!("{}{error}", condition.name))
    });
    let failed = match &health {
        Health::Failed(reason) => Some(("the engine".to_owned(), reason.clone())),
        _ => None,
    };
    failed.into_iter().chain(named).collect()
}

// === impl Remote ===

impl Remote {
    /// Waits for the end of a trial, if there is one, and judges.
    pub(super) async fn resume(&mut self, own: &Own) {
        let Some(trial) = &mut self.kept.trial else { return };
        if trial.process != process() {
            trial.pass_on(process());
            let ended = trial.ended;
            if let Err(error) = self.kept.write(&self.config.state_directory) {
                tracing::error!("{error}");
            }
            if ended >= MOST_ENDED {
                let why = format!("the agent ended {ended} times while it was on trial");
                return self.undo(own, ConfigStatus::RolledBack, &why).await;
            }
        }
        tokio::time::sleep(self.window()).await;
        let before = self.kept.trial.take().unwrap_or_default().failing;
        let now = failing(&self.status, self.window() / 3).into_iter().find(|(name, _)| !before.contains(name));
        if let Some((name, state)) = now {
            let why = format!("{name}, which worked before, is {state}");
            return self.undo(own, ConfigStatus::RolledBack, &why).await;
        }
        self.kept.previous = None;
        self.kept.refused = None;
        let version = self.kept.version();
        tracing::info!(version, "the remote configuration is in force");
        let status = if version.is_some() { ConfigStatus::Applied } else { ConfigStatus::None };
        self.end(status, None);
    }

    pub(super) fn window(&self) -> Duration {
        self.config.remote_configuration.health_window.get()
    }
}
