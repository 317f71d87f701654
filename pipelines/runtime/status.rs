//! What the engine tells about itself: to health checks, status pages and its own log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::watch;

use super::gauges::{Fill, Gauges, Joined};
use super::stats::Stats;
use crate::Signal;
use crate::component::Kind;
use crate::graph::{Plan, PlanNode};
use crate::renewal::{RenewalStatus, Renewals};
use crate::storage::Usage;

/// What the engine is doing. Cheap to clone.
#[derive(Clone)]
pub struct Status {
    health: watch::Receiver<Health>,
    shared: Arc<Mutex<Shared>>,
    renewals: Renewals,
}

/// What a reload changes.
struct Shared {
    nodes: Arc<[NodeStatus]>,
    reloads: Reloads,
}

/// How often the configuration was read again while the engine ran, by what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reloads {
    /// It was applied.
    pub success: u64,
    /// It was wrong or could not be started; what ran went on.
    pub failure: u64,
    /// It asked for what ran already.
    pub unchanged: u64,
    /// When a configuration was last applied or found unchanged, the start included.
    pub last_success: Option<SystemTime>,
}

/// What came of reading the configuration again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reloaded {
    Success,
    Failure,
    Unchanged,
}

/// One node of the running graph.
#[derive(Clone)]
pub struct NodeStatus {
    /// The component id as written, e.g. `otlp/backend`.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The pipeline it belongs to, for processors; the signal, for exporters and connectors.
    pub place: Option<String>,
    /// What it carries: one signal, but for receivers.
    pub signals: Vec<Signal>,
    /// What it counted so far.
    pub stats: Arc<Stats>,
    pub(crate) gauges: Arc<dyn Gauges>,
    /// Whether it is no longer part of the plan and ends when it is empty.
    pub(crate) is_leaving: bool,
}

/// Whether the engine works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Components are being started.
    Starting,
    /// Every component is started and every receiver listens.
    Running,
    /// No new data is taken; what is held is being delivered.
    Stopping,
    /// A component failed.
    Failed(String),
}

// === impl Status ===

impl Status {
    pub(crate) fn new(health: watch::Receiver<Health>, nodes: Vec<NodeStatus>, renewals: Renewals) -> Self {
        let reloads = Reloads { last_success: Some(SystemTime::now()), ..Reloads::default() };
        Self { health, shared: Arc::new(Mutex::new(Shared { nodes: nodes.into(), reloads })), renewals }
    }

    /// Whether the engine works now.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.borrow().clone()
    }

    /// Every node of the moment, receivers first. A reload changes what the next call returns.
    #[must_use]
    pub fn nodes(&self) -> Arc<[NodeStatus]> {
        self.lock().nodes.clone()
    }

    /// How what is made of files is doing: certificates with their expiry, and how often they were renewed.
    #[must_use]
    pub fn renewals(&self) -> Vec<RenewalStatus> {
        self.renewals.status()
    }

    /// How often the configuration was read again, by what came of it.
    #[must_use]
    pub fn reloads(&self) -> Reloads {
        self.lock().reloads
    }

    /// Shows other nodes, and those that are `leaving` until they are hidden.
    pub(super) fn show(&self, nodes: Vec<NodeStatus>, leaving: Vec<NodeStatus>) {
        let mut shared = self.lock();
        let before = shared.nodes.iter().filter(|node| node.is_leaving).cloned();
        let again = |gone: &NodeStatus| nodes.iter().any(|node| node.is_place_of(gone));
        let left: Vec<NodeStatus> =
            before.chain(leaving.into_iter().map(NodeStatus::leaving)).filter(|gone| !again(gone)).collect();
        shared.nodes = nodes.into_iter().chain(left).collect();
    }

    /// Shows nodes that were leaving no longer.
    pub(super) fn hide(&self, gone: &[NodeStatus]) {
        let mut shared = self.lock();
        let is_gone = |node: &NodeStatus| gone.iter().any(|gone| Arc::ptr_eq(&gone.gauges, &node.gauges));
        shared.nodes = shared.nodes.iter().filter(|node| !is_gone(node)).cloned().collect();
    }

    pub(crate) fn count(&self, reloaded: Reloaded) {
        let reloads = &mut self.lock().reloads;
        match reloaded {
            Reloaded::Success => reloads.success += 1,
            Reloaded::Failure => reloads.failure += 1,
            Reloaded::Unchanged => reloads.unchanged += 1,
        }
        if reloaded != Reloaded::Failure {
            reloads.last_success = Some(SystemTime::now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl NodeStatus ===

impl NodeStatus {
    pub(crate) fn new(plan: &Plan, node: &PlanNode, stats: Arc<Stats>, gauges: Arc<dyn Gauges>) -> Self {
        Self {
            id: plan.declared(node).id.to_string(),
            kind: node.kind,
            place: plan.place(node),
            signals: signals(node),
            stats,
            gauges,
            is_leaving: false,
        }
    }

    /// The same with the signals it carries as `node` of another plan.
    pub(super) fn carrying(self, node: &PlanNode) -> Self {
        Self { signals: signals(node), ..self }
    }

    /// The same for a node that takes over from `before`: what that one still holds counts until it is gone. A queue on
    /// disk is the same one.
    pub(super) fn after(mut self, before: &Self) -> Self {
        if self.kind != Kind::Receiver && before.disk().is_none() {
            self.gauges = Arc::new(Joined { own: self.gauges, before: Arc::downgrade(&before.gauges) });
        }
        self
    }

    /// Whether a reload has taken it out of the plan, so that it ends once it is empty.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.is_leaving
    }

    fn leaving(self) -> Self {
        Self { is_leaving: true, ..self }
    }

    /// Whether it is the same node of the graph, running or not.
    fn is_place_of(&self, other: &Self) -> bool {
        (&self.id, self.kind, &self.place) == (&other.id, other.kind, &other.place)
    }

    /// How many items the node holds now.
    #[must_use]
    pub fn held(&self) -> u64 {
        match self.kind {
            Kind::Receiver => self.stats.parts.all().iter().map(|part| part.stats.held()).sum(),
            _ => self.gauges.held(),
        }
    }

    /// The queue in front of it, if there is one.
    #[must_use]
    pub fn queue(&self) -> Option<Fill> {
        self.gauges.queue()
    }

    /// What its queue holds and counts, if it is on disk.
    #[must_use]
    pub fn disk(&self) -> Option<Usage> {
        self.gauges.disk()
    }
}

fn signals(node: &PlanNode) -> Vec<Signal> {
    let sent = node.outputs.iter().map(|(signal, _)| *signal);
    if node.kind == Kind::Receiver { sent.collect() } else { node.signal.into_iter().collect() }
}
