//! What the engine tells about itself: to health checks, status pages and its own log.

use std::sync::Arc;

use tokio::sync::watch;

use super::stats::Stats;
use crate::component::Kind;

/// What the engine is doing. Cheap to clone.
#[derive(Clone)]
pub struct Status {
    health: watch::Receiver<Health>,
    nodes: Arc<[NodeStatus]>,
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
    /// What it counted so far.
    pub stats: Arc<Stats>,
    held: Arc<dyn Fn() -> u64 + Send + Sync>,
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
    pub(crate) fn new(health: watch::Receiver<Health>, nodes: Vec<NodeStatus>) -> Self {
        Self { health, nodes: nodes.into() }
    }

    /// Whether the engine works now.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.borrow().clone()
    }

    /// Every node, receivers first.
    #[must_use]
    pub fn nodes(&self) -> &[NodeStatus] {
        &self.nodes
    }
}

// === impl NodeStatus ===

impl NodeStatus {
    pub(crate) fn new(
        id: String,
        kind: Kind,
        place: Option<String>,
        stats: Arc<Stats>,
        held: Arc<dyn Fn() -> u64 + Send + Sync>,
    ) -> Self {
        Self { id, kind, place, stats, held }
    }

    /// How much the node holds back now: items for processors, units of the queue's sizer for exporters.
    #[must_use]
    pub fn held(&self) -> u64 {
        (self.held)()
    }
}
