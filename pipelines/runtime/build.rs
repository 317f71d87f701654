//! Building the nodes of a plan: no I/O, nothing spawned. What runs already and stays is taken over as it is.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::StartError;
use super::gauges::Gauges;
use super::node::ProcessorNode;
use super::output::{Accept, Listeners, Observer, Output};
pub(crate) use super::part::Body;
use super::part::{Attached, Node, Part};
use super::present::Present;
use super::queue::ExporterNode;
use super::stats::Stats;
use super::status::NodeStatus;
use super::{Budget, QueuePlace, Wake, extensions};
use crate::component::{BuildContext, Exporter, Extension, Extensions, Failure, Kind, Outputs, Receiver};
use crate::graph::PlanNode;
use crate::{Plan, Signal};

/// Every node of a plan, and what is needed to start those that are new. Also what a dry run pushes records through.
pub(crate) struct Built {
    /// In the order of the plan.
    pub(crate) nodes: Vec<Arc<Node>>,
    /// New receivers, by node.
    pub(crate) receivers: Vec<(usize, Box<dyn Receiver>)>,
    /// In start order, with their places in [`Plan::declared`].
    pub(crate) extensions: Vec<(usize, Arc<Attached>)>,
    /// New extensions, in start order.
    pub(crate) attaching: Vec<(Arc<Attached>, Box<dyn Extension>)>,
    /// New nodes that others start once there is room for them.
    pub(crate) waiting: Vec<Arc<Node>>,
    /// What extensions do for others.
    pub(crate) services: Extensions,
    /// Bytes in flight.
    pub(crate) budget: Budget,
}

/// What replaces or watches parts of a plan while it is built; the default changes nothing.
pub(crate) trait Fitting {
    /// What listens instead of the exporter of this node.
    fn sink(&self, node: usize) -> Option<Arc<dyn Accept>>;
    /// What watches this node's output.
    fn observer(&self, node: usize) -> Option<Arc<dyn Observer>>;
    /// Whether this is a dry run.
    fn is_rehearsal(&self) -> bool {
        false
    }
}

/// Runs a plan as it is.
pub(crate) struct Plain;

/// Builds every node of the plan that is not there yet, sinks first.
pub(crate) fn build(plan: &Plan, fitting: &dyn Fitting, present: &Present) -> Result<Built, StartError> {
    let extensions = extensions::build(plan, present)?;
    let mut building = Building {
        plan,
        fitting,
        present,
        services: extensions.services,
        nodes: HashMap::new(),
        receivers: Vec::new(),
        exporters: present.exporters.clone(),
    };
    for (at, node) in plan.nodes.iter().enumerate().rev() {
        let built = match present.nodes.get(&at) {
            Some(there) => there.clone(),
            None => Arc::new(building.node(at, node)?),
        };
        building.nodes.insert(at, built);
    }
    let Building { services, mut nodes, mut receivers, .. } = building;
    receivers.reverse();
    Ok(Built {
        nodes: (0..plan.nodes.len()).filter_map(|at| nodes.remove(&at)).collect(),
        receivers,
        extensions: extensions.all,
        attaching: extensions.new,
        waiting: Vec::new(),
        services,
        budget: present.budget.clone(),
    })
}

struct Building<'a> {
    plan: &'a Plan,
    fitting: &'a dyn Fitting,
    present: &'a Present,
    services: Extensions,
    nodes: HashMap<usize, Arc<Node>>,
    receivers: Vec<(usize, Box<dyn Receiver>)>,
    exporters: HashMap<usize, Arc<dyn Exporter>>,
}

// === impl Building ===

impl Building<'_> {
    fn node(&mut self, at: usize, node: &PlanNode) -> Result<Node, StartError> {
        let declared = self.plan.declared(node);
        let replaced = self.present.replaced.get(&at);
        // Counters go on where the node before stopped, so that they never fall.
        let stats = replaced.map_or_else(Arc::<Stats>::default, |before| before.status.stats.clone());
        let wake = Wake::default();
        let cx = BuildContext {
            id: declared.id.clone(),
            signal: node.signal,
            wake: wake.clone(),
            budget: self.present.budget.clone(),
            extensions: self.services.clone(),
            renewals: self.present.renewals.clone(),
            is_rehearsal: self.fitting.is_rehearsal(),
        };
        let failed = |failure| StartError::Build { id: declared.id.clone(), failure };
        let output = |signal: Signal| {
            Output::new(stats.clone(), listeners(node, signal, |at| self.nodes.get(at)), self.fitting.observer(at))
        };
        let mut gauges: Arc<dyn Gauges> = stats.clone();
        let body = match node.kind {
            Kind::Receiver => {
                let receiver = declared.component.build_receiver(&declared.config, &cx).map_err(failed)?;
                let outputs = Outputs::each(|signal| output(signal).source(signal));
                self.receivers.push((at, receiver));
                Body::Receiver(outputs)
            }
            Kind::Exporter => match self.fitting.sink(at) {
                Some(sink) => Body::Instead(sink),
                None => {
                    let exporter = self.exporter(node.declared, &cx).map_err(failed)?;
                    let place = self.place(node, &*exporter).map_err(failed)?;
                    let queue =
                        Arc::new(ExporterNode::new(self.plan.label(node), exporter.clone(), stats.clone(), place));
                    gauges = queue.clone();
                    Body::Exporter(queue, exporter)
                }
            },
            Kind::Processor | Kind::Connector | Kind::Extension => {
                let processor = declared.component.build_processor(&declared.config, &cx).map_err(failed)?;
                let out = node.signal.map_or_else(|| Output::new(stats.clone(), Vec::new(), None), output);
                let processor = Arc::new(ProcessorNode::new(self.plan.label(node), processor, out));
                gauges = processor.clone();
                Body::Processor(processor, wake)
            }
        };
        let status = NodeStatus::new(self.plan, node, stats, gauges);
        let status = match replaced {
            Some(before) => status.after(&before.status),
            None => status,
        };
        Ok(Node { part: Part::new(declared.id.clone(), &self.present.sockets), body, signal: node.signal, status })
    }

    /// Where the queue in front of an exporter lies, if it is on disk.
    fn place(&self, node: &PlanNode, exporter: &dyn Exporter) -> Result<Option<QueuePlace>, Failure> {
        let Some(id) = exporter.delivery().queue.storage else { return Ok(None) };
        let (name, options) = (self.plan.declared(node).id.directory(node.signal), self.services.storage(&id)?);
        Ok(Some(QueuePlace { name, options, budget: self.present.budget.shared() }))
    }

    /// The exporter of a declaration: one instance for all signals.
    fn exporter(&mut self, declared: usize, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        if let Some(exporter) = self.exporters.get(&declared) {
            return Ok(exporter.clone());
        }
        let of = &self.plan.declared[declared];
        let exporter = of.component.build_exporter(&of.config, cx)?;
        self.exporters.insert(declared, exporter.clone());
        Ok(exporter)
    }
}

/// Who listens to what a node of a plan sends of a signal.
pub(super) fn listeners<'a>(
    node: &PlanNode,
    signal: Signal,
    built: impl Fn(&usize) -> Option<&'a Arc<Node>>,
) -> Listeners {
    let carried = node.outputs.iter().filter(|(carried, _)| *carried == signal).flat_map(|(_, listeners)| listeners);
    carried.filter_map(|at| built(at)?.accept()).collect()
}

// === impl Plain ===

impl Fitting for Plain {
    fn sink(&self, _: usize) -> Option<Arc<dyn Accept>> {
        None
    }

    fn observer(&self, _: usize) -> Option<Arc<dyn Observer>> {
        None
    }
}
