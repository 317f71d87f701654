//! [`Running::reload`]: puts another plan in the place of the one that runs, touching only what differs.
//!
//! New parts are built and started while the old ones run, ports included, which are handed over; whatever fails until
//! then changes nothing. Then all outputs are wired anew, sinks first, without a pause: a batch takes the old way or the
//! new one. What is not needed any more ends in the background, emptied as when the engine stops.

mod changes;
mod diff;

use std::sync::{Arc, Weak};
use std::time::Duration;

pub use self::changes::Changes;
use self::diff::Diff;
use super::build::{Built, Plain, build, listeners};
use super::clock::now;
use super::engine::{GIVE_UP, Running};
use super::error::StartError;
use super::leaving::{Heir, Leaving};
use super::output::{Accept, Former, Output};
use super::part::{Attached, Graph, Node, exporters};
use super::present::Present;
use super::start::Starter;
use super::status::{NodeStatus, Reloaded};
use super::stop::Stopper;
use crate::component::Kind;
use crate::{Plan, Signal};

/// Why a plan was not put in the place of the one that runs. What had been started for it was stopped again.
#[derive(Debug, thiserror::Error)]
#[error("{0}; what ran goes on unchanged")]
pub struct ReloadError(#[from] StartError);

// === impl Running ===

impl Running {
    /// Runs `plan` from now on. Parts it has in common with what runs are left alone; what is replaced or removed delivers
    /// what it holds within `drain`, in the background. Dropping the future before it ends changes nothing.
    ///
    /// # Errors
    /// The first component that cannot be built or started; then nothing has changed.
    pub async fn reload(&mut self, plan: &Plan, drain: Duration) -> Result<Changes, ReloadError> {
        let outcome = self.apply(plan, drain).await;
        self.status.count(match &outcome {
            Ok(changes) if changes.is_empty() => Reloaded::Unchanged,
            Ok(_) => Reloaded::Success,
            Err(_) => Reloaded::Failure,
        });
        outcome
    }

    /// Counts a reload that failed because there was no plan.
    pub fn reload_failed(&self) {
        self.status.count(Reloaded::Failure);
    }

    async fn apply(&mut self, plan: &Plan, drain: Duration) -> Result<Changes, ReloadError> {
        let diff = Diff::of(&self.graph.plan, plan);
        let mut changes = Changes::of(&diff, &self.graph.plan, plan);
        if changes.is_empty() {
            return Ok(changes);
        }
        let present = self.present(&diff);
        let mut built = build(plan, &Plain, &present)?;
        let heirs = self.heirs(&diff, &built);
        built.waiting = heirs.iter().map(|heir| heir.new.clone()).collect();
        let leaving = self.leaving(&diff, &built);
        leaving.offer_sockets(true);
        let starter = Starter { status: &self.status, failing: &self.failing, present: &present };
        if let Err(error) = starter.bring_up(&mut built).await {
            leaving.offer_sockets(false);
            give_up(&diff, &built).await;
            return Err(error.into());
        }
        let new = Graph { plan: plan.clone(), nodes: built.nodes, extensions: built.extensions };
        let started = new.parts().filter(|part| !self.graph.parts().any(|old| std::ptr::eq(old, *part)));
        changes.places = started.filter_map(|part| Some((part.id.clone(), part.places.get()?.clone()))).collect();
        self.former.retain(|former| !former.is_quiet());
        let former = self.rewire(&diff, &new, &leaving);
        self.former.extend(former);
        self.graph = new;
        self.retire(Leaving { former: self.former.clone(), heirs, drains: true, ..leaving }, drain);
        Ok(changes)
    }

    fn present(&self, diff: &Diff) -> Present {
        let nodes = |pairs: &std::collections::HashMap<usize, usize>| {
            pairs.iter().map(|(new, old)| (*new, self.graph.nodes[*old].clone())).collect()
        };
        let exporter = |old: usize| {
            let nodes = self.graph.plan.nodes.iter().zip(&self.graph.nodes);
            nodes.filter(|(node, _)| node.declared == old).find_map(|(_, node)| node.exporter().cloned())
        };
        let extension = |old: usize| self.graph.extensions.iter().find(|(at, _)| *at == old).map(|(_, it)| it.clone());
        Present {
            budget: self.budget.clone(),
            renewals: self.renewals.clone(),
            sockets: self.sockets.clone(),
            nodes: nodes(&diff.nodes),
            replaced: nodes(&diff.replaced),
            exporters: diff.exporters.iter().filter_map(|(new, old)| Some((*new, exporter(*old)?))).collect(),
            extensions: diff.extensions.iter().filter_map(|(new, old)| Some((*new, extension(*old)?))).collect(),
        }
    }

    /// What the new graph does not need any more.
    fn leaving(&self, diff: &Diff, built: &Built) -> Leaving {
        let leaving = diff.leaving(&self.graph.plan);
        let superseded = diff.replaced.values().filter(|at| self.is_end(**at));
        let needed = exporters(&built.nodes);
        let unneeded = |exporter: &_| !needed.iter().any(|(_, needed)| Arc::ptr_eq(needed, exporter));
        let stays = |it: &Arc<Attached>| built.extensions.iter().any(|(_, staying)| Arc::ptr_eq(staying, it));
        Leaving {
            superseded: superseded.map(|at| self.graph.nodes[*at].clone()).collect(),
            nodes: leaving.iter().map(|at| self.graph.nodes[*at].clone()).collect(),
            exporters: self.graph.exporters().into_iter().filter(|(_, exporter)| unneeded(exporter)).collect(),
            extensions: self.graph.extensions.iter().map(|(_, it)| it.clone()).filter(|it| !stays(it)).collect(),
            ..Leaving::default()
        }
    }

    /// New queues on disk that lie where those lie that they replace, or that were removed and are not empty yet, and can
    /// be opened only after them.
    fn heirs(&self, diff: &Diff, built: &Built) -> Vec<Heir> {
        let on_disk = |node: &Arc<Node>| node.queue().and_then(|queue| queue.directory());
        let removed = diff.leaving(&self.graph.plan).into_iter().map(|at| self.graph.nodes[at].clone());
        let earlier = self.lingering.iter().filter_map(Weak::upgrade);
        let before: Vec<Arc<Node>> = earlier.chain(removed).collect();
        let new = (0..built.nodes.len()).filter(|at| !diff.nodes.contains_key(at)).map(|at| &built.nodes[at]);
        let heir = |new: &Arc<Node>| {
            let directory = on_disk(new)?;
            let old = before.iter().rfind(|old| on_disk(old).as_ref() == Some(&directory))?;
            Some(Heir { old: old.clone(), new: new.clone() })
        };
        new.filter_map(heir).collect()
    }

    /// Wires what stays as the new plan says, and what leaves to the ends that take over from its own. No step waits.
    fn rewire(&self, diff: &Diff, new: &Graph, leaving: &Leaving) -> Vec<Former> {
        let mut former = Vec::new();
        for (at, node) in new.plan.nodes.iter().enumerate().rev() {
            if diff.rewired.contains(&at) {
                let outputs = new.nodes[at].outputs().into_iter();
                let wired = |(signal, output): (Signal, &Output)| {
                    output.rewire(listeners(node, signal, |at| new.nodes.get(*at)))
                };
                former.extend(outputs.map(wired));
            }
        }
        // Exporters and connectors that take over do so for all who send to them, also for what an earlier reload replaced
        // and what is not empty yet. The steps of a pipeline stay connected as they were, since a batch that has passed
        // some of them must pass the rest.
        let ends = diff.replaced.iter().filter(|(_, old)| self.is_end(**old));
        let heirs: Vec<_> =
            ends.filter_map(|(at, old)| Some((self.graph.nodes[*old].accept()?, new.nodes[*at].accept()?))).collect();
        let heir = |old: &Arc<dyn Accept>| {
            heirs.iter().find(|(replaced, _)| Arc::ptr_eq(replaced, old)).map(|(_, heir)| heir.clone())
        };
        let earlier = self.lingering.iter().filter_map(Weak::upgrade);
        for node in leaving.nodes.iter().cloned().chain(earlier) {
            former.extend(node.outputs().into_iter().filter_map(|(_, output)| output.inherit(heir)));
        }
        former
    }

    fn is_end(&self, at: usize) -> bool {
        matches!(self.graph.plan.nodes[at].kind, Kind::Exporter | Kind::Connector)
    }

    /// Shows the new nodes, and lets the old ones end in the background.
    fn retire(&mut self, mut leaving: Leaving, drain: Duration) {
        let (emptied, is_empty) = Stopper::new();
        leaving.earlier = self.earlier();
        leaving.emptied = Some(emptied);
        self.emptied.push(is_empty);
        self.lingering.retain(|node| node.strong_count() > 0);
        self.lingering.extend(leaving.nodes.iter().map(Arc::downgrade));
        let statuses =
            |nodes: &[Arc<Node>]| -> Vec<NodeStatus> { nodes.iter().map(|node| node.status.clone()).collect() };
        let current = self.graph.plan.nodes.iter().zip(&self.graph.nodes);
        let current = current.map(|(planned, node)| node.status.clone().carrying(planned)).collect();
        self.status.show(current, statuses(&leaving.nodes));
        let (status, hurry) = (self.status.clone(), self.leaving.stopper.listen());
        self.leaving.tasks.spawn(async move {
            let (until, gone) = (now() + drain, statuses(&leaving.nodes));
            let (serving, alone) = leaving.extensions.iter().cloned().partition(|it| it.serves_others());
            let (cut, closed) = tokio::join!(leaving.end(drain, hurry), Leaving::detach(alone, until));
            let cut = cut + closed + Leaving::detach(serving, until).await;
            if cut > 0 {
                tracing::warn!(cut, "the time was up before all that was replaced had ended");
            }
            status.hide(&gone);
        });
    }
}

/// Stops what was started in vain.
async fn give_up(diff: &Diff, built: &Built) {
    let new = |at: &usize| !diff.nodes.contains_key(at);
    let nodes: Vec<Arc<Node>> = (0..built.nodes.len()).filter(new).map(|at| built.nodes[at].clone()).collect();
    let stay = |exporter: &_| {
        let staying = diff.nodes.keys().filter_map(|at| built.nodes[*at].exporter());
        staying.into_iter().any(|staying| Arc::ptr_eq(staying, exporter))
    };
    let exporters = exporters(&nodes).into_iter().filter(|(_, exporter)| !stay(exporter)).collect();
    let extensions = built.extensions.iter().filter(|(at, _)| !diff.extensions.contains_key(at));
    let extensions: Vec<Arc<Attached>> = extensions.map(|(_, it)| it.clone()).collect();
    let (stopper, hurry) = Stopper::new();
    stopper.stop();
    let until = now() + GIVE_UP;
    Leaving { nodes, exporters, ..Leaving::default() }.end(GIVE_UP, hurry).await;
    Leaving::detach(extensions, until).await;
}
