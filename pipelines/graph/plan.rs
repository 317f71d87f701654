//! [`Plan`]: a validated DAG in which every node, edge and signal is proven to fit.

use std::fmt;
use std::sync::Arc;

use super::digest::Digest;
use crate::Signal;
use crate::component::{AnyConfig, Component, ComponentId, Kind, Reference};
use crate::config::Span;

/// A validated configuration: what will run, how it is connected, and where in the files each part stands.
#[derive(Clone)]
pub struct Plan {
    /// Every declared component, whether a pipeline uses it or not.
    pub declared: Vec<Declared>,
    /// Every pipeline, in the order of the file.
    pub pipelines: Vec<Pipeline>,
    /// The nodes of the graph: receivers first, each node before those it sends to.
    pub nodes: Vec<PlanNode>,
    /// The extensions that are started, as indices into `declared`, in start order.
    pub extensions: Vec<usize>,
    /// What `service.telemetry` says about the process itself.
    pub telemetry: super::telemetry::Settings,
}

/// A component as a file declares it.
#[derive(Clone)]
pub struct Declared {
    /// Its id.
    pub id: ComponentId,
    /// What it is.
    pub component: &'static Component,
    /// Its configuration.
    pub config: AnyConfig,
    /// The extensions it names, and where.
    pub references: Vec<(Reference, Option<Span>)>,
    /// Stands for what it is and its configuration, so that two plans can be compared.
    pub digest: Digest,
    /// Where its id stands.
    pub span: Option<Span>,
}

/// A pipeline as a file declares it; the lists are indices into [`Plan::declared`].
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Its id.
    pub id: PipelineId,
    /// Receivers and connectors it takes from.
    pub receivers: Vec<usize>,
    /// Processors, in order.
    pub processors: Vec<usize>,
    /// Exporters and connectors it sends to.
    pub exporters: Vec<usize>,
    /// Where its id stands.
    pub span: Option<Span>,
}

/// `signal` or `signal/name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PipelineId {
    /// The signal every edge of the pipeline carries.
    pub signal: Signal,
    /// What tells several of one signal apart.
    pub name: Option<Arc<str>>,
}

/// A node of the graph.
#[derive(Clone, Debug)]
pub struct PlanNode {
    /// Its kind; receivers are shared by all pipelines, processors belong to one, exporters and connectors to a signal.
    pub kind: Kind,
    /// Index into [`Plan::declared`].
    pub declared: usize,
    /// The signal, except for receivers.
    pub signal: Option<Signal>,
    /// Index into [`Plan::pipelines`], for processors.
    pub pipeline: Option<usize>,
    /// Per signal, the nodes it sends to, as indices into [`Plan::nodes`].
    pub outputs: Vec<(Signal, Vec<usize>)>,
}

// === impl Plan ===

impl Plan {
    /// The declaration behind a node.
    #[must_use]
    pub fn declared(&self, node: &PlanNode) -> &Declared {
        &self.declared[node.declared]
    }

    /// What a node is called in texts: `batch (logs/2)`, `otlp/backend (traces)`, or the id alone for receivers.
    #[must_use]
    pub fn label(&self, node: &PlanNode) -> String {
        let id = &self.declared(node).id;
        self.place(node).map_or_else(|| id.to_string(), |place| format!("{id} ({place})"))
    }

    /// The pipeline a processor belongs to, or the signal of an exporter or connector.
    #[must_use]
    pub fn place(&self, node: &PlanNode) -> Option<String> {
        let pipeline = node.pipeline.map(|pipeline| self.pipelines[pipeline].id.to_string());
        pipeline.or_else(|| node.signal.map(|signal| signal.to_string()))
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("pipelines", &self.pipelines).field("nodes", &self.nodes).finish_non_exhaustive()
    }
}

// === impl PipelineId ===

impl fmt::Display for PipelineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}/{name}", self.signal),
            None => f.write_str(self.signal.name()),
        }
    }
}
