//! What a running graph consists of.

use std::sync::{Arc, OnceLock};

use super::gauges::Gauges as _;
use super::node::ProcessorNode;
use super::output::{Accept, Output};
use super::queue::ExporterNode;
use super::status::NodeStatus;
use super::stop::Stopper;
use super::tasks::Tasks;
use super::wake::Wake;
use crate::component::{ComponentId, Exporter, Outputs, Services};
use crate::net::Sockets;
use crate::{Plan, Signal};

/// A plan and what runs for it.
pub(super) struct Graph {
    pub(super) plan: Plan,
    /// In the order of the plan's nodes: receivers first, each before those it sends to.
    pub(super) nodes: Vec<Arc<Node>>,
    /// In the order they started, with their places in [`Plan::declared`].
    pub(super) extensions: Vec<(usize, Arc<Attached>)>,
}

/// A node of the graph: built, and maybe running.
pub(crate) struct Node {
    pub(super) part: Part,
    pub(crate) body: Body,
    /// The signal, except for receivers.
    pub(super) signal: Option<Signal>,
    pub(super) status: NodeStatus,
}

/// What a node does.
pub(crate) enum Body {
    /// A receiver sends here.
    Receiver(Outputs),
    /// A processor or connector.
    Processor(Arc<ProcessorNode>, Wake),
    /// A queue and the exporter behind it, which the nodes of other signals share.
    Exporter(Arc<ExporterNode>, Arc<dyn Exporter>),
    /// What listens in the place of an exporter.
    Instead(Arc<dyn Accept>),
}

/// An extension.
pub(crate) struct Attached {
    pub(super) part: Part,
    pub(crate) services: Services,
}

/// What nodes and extensions have in common.
pub(super) struct Part {
    pub(super) id: ComponentId,
    pub(super) stage: Stage,
    pub(super) sockets: Sockets,
    /// Where it listens, once it does.
    pub(super) places: OnceLock<Vec<String>>,
}

/// Tasks that stop together.
pub(super) struct Stage {
    pub(super) stopper: Stopper,
    pub(super) tasks: Tasks,
}

// === impl Graph ===

impl Graph {
    /// Every part that listens somewhere: extensions, then receivers.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        let extensions = self.extensions.iter().map(|(_, extension)| &extension.part);
        extensions.chain(self.nodes.iter().map(|node| &node.part))
    }

    /// Every exporter, once, however many nodes share it.
    pub(super) fn exporters(&self) -> Vec<(ComponentId, Arc<dyn Exporter>)> {
        exporters(&self.nodes)
    }
}

/// The exporters behind nodes, each once.
pub(super) fn exporters(nodes: &[Arc<Node>]) -> Vec<(ComponentId, Arc<dyn Exporter>)> {
    let mut found: Vec<(ComponentId, Arc<dyn Exporter>)> = Vec::new();
    for node in nodes {
        if let Some(exporter) = node.exporter()
            && !found.iter().any(|(_, known)| Arc::ptr_eq(known, exporter))
        {
            found.push((node.part.id.clone(), exporter.clone()));
        }
    }
    found
}

// === impl Node ===

impl Node {
    /// What others send to it through; receivers have nothing of the kind.
    pub(crate) fn accept(&self) -> Option<Arc<dyn Accept>> {
        match &self.body {
            Body::Receiver(_) => None,
            Body::Processor(node, _) => Some(node.clone()),
            Body::Exporter(node, _) => Some(node.clone()),
            Body::Instead(accept) => Some(accept.clone()),
        }
    }

    /// Its outputs, each with the signal it carries.
    pub(super) fn outputs(&self) -> Vec<(Signal, &Output)> {
        match &self.body {
            Body::Receiver(outputs) => Signal::ALL.map(|signal| (signal, outputs.of(signal))).into(),
            Body::Processor(node, _) => self.signal.map(|signal| (signal, node.output())).into_iter().collect(),
            Body::Exporter(..) | Body::Instead(_) => Vec::new(),
        }
    }

    pub(super) fn exporter(&self) -> Option<&Arc<dyn Exporter>> {
        match &self.body {
            Body::Exporter(_, exporter) => Some(exporter),
            _ => None,
        }
    }

    pub(crate) fn processor(&self) -> Option<&Arc<ProcessorNode>> {
        match &self.body {
            Body::Processor(node, _) => Some(node),
            _ => None,
        }
    }

    pub(super) fn queue(&self) -> Option<&Arc<ExporterNode>> {
        match &self.body {
            Body::Exporter(node, _) => Some(node),
            _ => None,
        }
    }

    /// Items it holds itself; receivers hold what others have not answered.
    pub(super) fn held(&self) -> u64 {
        match &self.body {
            Body::Processor(node, _) => node.held(),
            Body::Exporter(node, _) => node.held(),
            Body::Receiver(_) | Body::Instead(_) => 0,
        }
    }

    pub(super) fn is_receiver(&self) -> bool {
        matches!(self.body, Body::Receiver(_))
    }
}

// === impl Attached ===

impl Attached {
    /// Whether nodes may need it as long as they run.
    pub(super) fn serves_others(&self) -> bool {
        let Services { server_auth, client_auth, storage } = &self.services;
        server_auth.is_some() || client_auth.is_some() || storage.is_some()
    }
}

// === impl Part ===

impl Part {
    pub(super) fn new(id: ComponentId, sockets: &Sockets) -> Self {
        Self { id, stage: Stage::new(), sockets: sockets.of_another(), places: OnceLock::new() }
    }
}

// === impl Stage ===

impl Stage {
    pub(super) fn new() -> Self {
        Self { stopper: Stopper::new().0, tasks: Tasks::default() }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Tasks share the set they are in, so it would outlive its owner.
        self.tasks.abort();
    }
}
