//! [`Changes`]: what a reload did, for the log and for whoever asked for it.

use std::fmt;

use super::diff::Diff;
use crate::Plan;
use crate::component::ComponentId;

/// What a reload did to the running graph; displays one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What is new.
    pub added: Vec<String>,
    /// What runs with another configuration, or in another place.
    pub changed: Vec<String>,
    /// What is gone.
    pub removed: Vec<String>,
    /// What runs on but sends to others.
    pub rewired: Vec<String>,
    /// How many parts run on as they are.
    pub kept: usize,
    /// Where new and changed parts listen.
    pub places: Vec<(ComponentId, Vec<String>)>,
}

// === impl Changes ===

impl Changes {
    pub(super) fn of(diff: &Diff, old: &Plan, new: &Plan) -> Self {
        let mut changes = Self::default();
        for (at, node) in new.nodes.iter().enumerate() {
            let label = new.label(node);
            if diff.rewired.contains(&at) {
                changes.rewired.push(label);
            } else if diff.nodes.contains_key(&at) {
                changes.kept += 1;
            } else if diff.replaced.contains_key(&at) {
                changes.changed.push(label);
            } else {
                changes.added.push(label);
            }
        }
        let replaced: Vec<usize> = diff.replaced.values().copied().collect();
        let gone = diff.leaving(old).into_iter().filter(|at| !replaced.contains(at));
        changes.removed.extend(gone.map(|at| old.label(&old.nodes[at])));
        changes.extensions(diff, old, new);
        changes
    }

    /// Whether the new plan asked for what ran already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.added, &self.changed, &self.removed, &self.rewired].into_iter().all(Vec::is_empty)
    }

    fn extensions(&mut self, diff: &Diff, old: &Plan, new: &Plan) {
        let ids = |plan: &Plan| -> Vec<String> {
            plan.extensions.iter().map(|at| plan.declared[*at].id.to_string()).collect()
        };
        let (before, now) = (ids(old), ids(new));
        for (at, id) in new.extensions.iter().zip(&now) {
            if diff.extensions.contains_key(at) {
                self.kept += 1;
            } else if before.contains(id) {
                self.changed.push(id.clone());
            } else {
                self.added.push(id.clone());
            }
        }
        self.removed.extend(before.into_iter().filter(|id| !now.contains(id)));
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("added", &self.added),
            ("changed", &self.changed),
            ("removed", &self.removed),
            ("sending elsewhere", &self.rewired),
        ];
        for (what, nodes) in parts.into_iter().filter(|(_, nodes)| !nodes.is_empty()) {
            write!(f, "{what}: {}; ", nodes.join(", "))?;
        }
        write!(f, "untouched: {}", self.kept)
    }
}
