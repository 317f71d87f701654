//! [`Source`]: where the numbers come from.

use std::time::{Duration, SystemTime};

use pipelines::graph::{Detail, TelemetrySettings};
use pipelines::ledger;
use pipelines::runtime::{Budget, Instant, Status, now};

use super::family::Family;
use super::{collector, engine, process, resource};

/// Where the numbers come from.
pub(super) struct Source {
    pub(super) status: Status,
    pub(super) budget: Budget,
    pub(super) level: Detail,
    /// Who the process says it is.
    pub(super) resource: Vec<(String, String)>,
    instance: String,
    started: (SystemTime, Instant),
}

// === impl Source ===

impl Source {
    pub(super) fn new(settings: &TelemetrySettings, status: Status, budget: Budget) -> Self {
        let instance = resource::instance();
        Self {
            status,
            budget,
            level: settings.metrics.level,
            resource: resource::attributes(&settings.resource, &instance),
            instance,
            started: (SystemTime::now(), now()),
        }
    }

    /// The same process with other settings.
    pub(super) fn with(&self, settings: &TelemetrySettings) -> Self {
        Self {
            status: self.status.clone(),
            budget: self.budget.clone(),
            level: settings.metrics.level,
            resource: resource::attributes(&settings.resource, &self.instance),
            instance: self.instance.clone(),
            started: self.started,
        }
    }

    /// When the process started.
    pub(super) fn started(&self) -> SystemTime {
        self.started.0
    }

    pub(super) fn uptime(&self) -> Duration {
        self.started.1.elapsed()
    }

    /// Every metric of the moment, sorted by name.
    pub(super) fn families(&self) -> Vec<Family> {
        let (entries, nodes) = (ledger::entries(&self.status), self.status.nodes());
        let mut families = collector::families(&entries, &nodes);
        families.extend(process::families(self.uptime()));
        families.extend(engine::families(self, &entries, &nodes));
        families.retain(|family| !family.points.is_empty());
        families.sort_by(|one, other| one.name.cmp(&other.name));
        families
    }
}
