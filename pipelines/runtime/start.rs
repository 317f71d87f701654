//! Starting a plan: build everything, then bring it up from the sinks to the sources.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::engine::{Running, Stage, StartError};
use super::gauges::Gauges;
use super::node::ProcessorNode;
use super::output::{Accept, Observer, Output};
use super::panic::caught_async;
use super::queue::ExporterNode;
use super::ready::{Readiness, Ready};
use super::stats::Stats;
use super::status::{Health, NodeStatus, Status};
use super::{Budget, Memory, Wake, extensions};
use crate::Plan;
use crate::component::{
    BuildContext, ComponentId, Exporter, Extension, ExtensionHost, Extensions, Failure, Kind, Outputs, Receiver,
    ReceiverHost,
};
use crate::graph::PlanNode;
use crate::renewal::Renewals;
use crate::storage::Options;

/// Failures that wait to be looked at; the first one stops the engine, so few are ever needed.
const FAILURES: usize = 16;
/// How long the parts of an engine that failed to start may take to stop again.
const GIVE_UP: Duration = Duration::from_secs(5);

/// Every node of a plan, built but not started. Also what a dry run pushes records through.
pub(crate) struct Built {
    pub(crate) receivers: Vec<(usize, Box<dyn Receiver>, Outputs)>,
    pub(crate) processors: Vec<(ComponentId, Arc<ProcessorNode>, Wake)>,
    pub(crate) queues: Vec<Arc<ExporterNode>>,
    pub(crate) exporters: Vec<(usize, Arc<dyn Exporter>)>,
    pub(crate) budget: Budget,
    pub(crate) renewals: Renewals,
    pub(crate) extensions: Extensions,
    services: Vec<(usize, Box<dyn Extension>)>,
    nodes: Vec<NodeStatus>,
}

/// What replaces or watches parts of a plan while it is built; the default changes nothing.
pub(crate) trait Fitting {
    /// What listens instead of the exporter of this node.
    fn sink(&self, node: usize) -> Option<Arc<dyn Accept>>;
    /// What watches this node's output.
    fn observer(&self, node: usize) -> Option<Arc<dyn Observer>>;
}

/// Runs a plan as it is.
pub(crate) struct Plain;

pub(super) async fn start(plan: &Plan) -> Result<Running, StartError> {
    let built = build(plan, &Plain)?;
    if let Some(memory) = Memory::of_this_process(Path::new("/")) {
        built.budget.fit(&memory);
    }
    let (health, watch) = watch::channel(Health::Starting);
    let (failing, failures) = mpsc::channel(FAILURES);
    let mut running = Running {
        status: Status::new(watch, built.nodes, built.renewals.clone()),
        health,
        places: Vec::new(),
        failures,
        budget: built.budget,
        intake: Stage::new(),
        transit: Stage::new(),
        delivery: Stage::new(),
        services: Stage::new(),
        processors: built.processors.iter().map(|(_, node, _)| node.clone()).collect(),
        queues: built.queues,
        exporters: built.exporters.into_iter().map(|(at, exporter)| (plan.declared[at].id.clone(), exporter)).collect(),
    };
    running.services.tasks.spawn(built.renewals.watch(running.services.stopper.listen()));
    let started = async {
        start_extensions(plan, built.services, &mut running, &failing).await?;
        for (id, exporter) in &running.exporters {
            exporter.start().await.map_err(|failure| StartError::Start { id: id.clone(), failure })?;
        }
        start_queues(&running).await?;
        for (id, node, wake) in built.processors {
            node.start().await.map_err(|failure| StartError::Start { id, failure })?;
            running.transit.tasks.spawn(node.tick(wake.waking(), running.transit.stopper.listen()));
        }
        start_receivers(plan, built.receivers, &mut running, &failing).await
    };
    match started.await {
        Ok(()) => {
            running.health.send_replace(Health::Running);
            Ok(running)
        }
        Err(error) => {
            running.stop(GIVE_UP).await;
            Err(error)
        }
    }
}

/// Builds every node of the plan, sinks first.
pub(crate) fn build(plan: &Plan, fitting: &dyn Fitting) -> Result<Built, StartError> {
    let (budget, renewals) = (Budget::default(), Renewals::default());
    let extensions = extensions::build(plan, &budget, &renewals)?;
    let mut built = Built {
        receivers: Vec::new(),
        processors: Vec::new(),
        queues: Vec::new(),
        exporters: Vec::new(),
        budget,
        renewals,
        extensions: extensions.services,
        services: extensions.running,
        nodes: Vec::new(),
    };
    let mut accepting: HashMap<usize, Arc<dyn Accept>> = HashMap::new();
    for (at, node) in plan.nodes.iter().enumerate().rev() {
        if let Some(accept) = built.add(plan, at, node, &accepting, fitting)? {
            accepting.insert(at, accept);
        }
    }
    built.nodes.reverse();
    Ok(built)
}

async fn start_extensions(
    plan: &Plan,
    extensions: Vec<(usize, Box<dyn Extension>)>,
    running: &mut Running,
    failing: &mpsc::Sender<(ComponentId, Failure)>,
) -> Result<(), StartError> {
    for (at, extension) in extensions {
        let id = plan.declared[at].id.clone();
        let (ready, readiness) = Ready::pair();
        let stage = &running.services;
        let host = ExtensionHost {
            id: id.clone(),
            status: running.status.clone(),
            stop: stage.stopper.listen(),
            ready,
            tasks: stage.tasks.clone(),
        };
        let places = bring_up(stage, id.clone(), extension.run(host), readiness, failing).await?;
        running.places.push((id, places));
    }
    Ok(())
}

async fn start_queues(running: &Running) -> Result<(), StartError> {
    for queue in &running.queues {
        let failed = |failure| StartError::Start { id: ComponentId::of(queue.name()), failure };
        queue.start().await.map_err(failed)?;
        for _ in 0..queue.workers() {
            running.delivery.tasks.spawn(queue.clone().work(running.delivery.stopper.listen()));
        }
    }
    Ok(())
}

async fn start_receivers(
    plan: &Plan,
    receivers: Vec<(usize, Box<dyn Receiver>, Outputs)>,
    running: &mut Running,
    failing: &mpsc::Sender<(ComponentId, Failure)>,
) -> Result<(), StartError> {
    for (at, receiver, outputs) in receivers {
        let id = plan.declared[at].id.clone();
        let (ready, readiness) = Ready::pair();
        let stage = &running.intake;
        let host = ReceiverHost {
            id: id.clone(),
            outputs,
            stop: stage.stopper.listen(),
            ready,
            tasks: stage.tasks.clone(),
            budget: running.budget.shared(),
        };
        let places = bring_up(stage, id.clone(), receiver.run(host), readiness, failing).await?;
        running.places.push((id, places));
    }
    Ok(())
}

/// Spawns a component and waits until it is ready or has failed.
async fn bring_up(
    stage: &Stage,
    id: ComponentId,
    run: impl Future<Output = Result<(), Failure>> + Send + 'static,
    readiness: Readiness,
    failing: &mpsc::Sender<(ComponentId, Failure)>,
) -> Result<Vec<String>, StartError> {
    let (failing, name) = (failing.clone(), id.clone());
    let (ending, mut ended) = oneshot::channel();
    let stop = stage.stopper.listen();
    stage.tasks.spawn(async move {
        // Whoever starts the component hears of an early end; afterwards it goes to whoever watches the engine.
        let mut ended = caught_async(run).await.unwrap_or_else(|panic| Err(panic.into()));
        if ended.is_ok() && !stop.is_requested() {
            ended = Err("it ended without being asked to".into());
        }
        if let Err(Err(failure)) = ending.send(ended) {
            // Full means that a failure is already waiting, and one is enough to stop.
            let _ = failing.try_send((name, failure));
        }
    });
    if let Some(places) = readiness.places().await {
        // From here on a failure goes to whoever watches the engine, unless it came right after the component was ready.
        ended.close();
        return match ended.try_recv() {
            Ok(Err(failure)) => Err(StartError::Start { id, failure }),
            _ => Ok(places),
        };
    }
    let failure = match ended.await {
        Ok(Err(failure)) => failure,
        _ => "it ended before it was ready".into(),
    };
    Err(StartError::Start { id, failure })
}

// === impl Built ===

impl Built {
    fn add(
        &mut self,
        plan: &Plan,
        at: usize,
        node: &PlanNode,
        accepting: &HashMap<usize, Arc<dyn Accept>>,
        fitting: &dyn Fitting,
    ) -> Result<Option<Arc<dyn Accept>>, StartError> {
        let declared = plan.declared(node);
        let stats = Arc::new(Stats::default());
        let wake = Wake::default();
        let cx = BuildContext {
            id: declared.id.clone(),
            signal: node.signal,
            wake: wake.clone(),
            budget: self.budget.clone(),
            extensions: self.extensions.clone(),
            renewals: self.renewals.clone(),
        };
        let failed = |failure| StartError::Build { id: declared.id.clone(), failure };
        let output = |listeners: &[usize]| {
            let listeners = listeners.iter().filter_map(|listener| accepting.get(listener).cloned()).collect();
            Output::new(stats.clone(), listeners, fitting.observer(at))
        };
        let mut gauges: Arc<dyn Gauges> = stats.clone();
        let accept: Option<Arc<dyn Accept>> = match node.kind {
            Kind::Receiver => {
                let receiver = declared.component.build_receiver(&declared.config, &cx).map_err(failed)?;
                let outputs = Outputs::each(|signal| {
                    let carried = node.outputs.iter().find(|(carried, _)| *carried == signal);
                    output(carried.map_or(&[][..], |(_, listeners)| listeners)).source(signal)
                });
                self.receivers.push((node.declared, receiver, outputs));
                None
            }
            Kind::Processor | Kind::Connector => {
                let processor = declared.component.build_processor(&declared.config, &cx).map_err(failed)?;
                let listeners = node.outputs.first().map_or(&[][..], |(_, listeners)| listeners);
                let processor = Arc::new(ProcessorNode::new(plan.label(node), processor, output(listeners)));
                self.processors.insert(0, (declared.id.clone(), processor.clone(), wake));
                gauges = processor.clone();
                Some(processor)
            }
            Kind::Exporter => match fitting.sink(at) {
                Some(sink) => Some(sink),
                None => {
                    let exporter = self.exporter(plan, node.declared, &cx).map_err(failed)?;
                    let storage = self.storage(plan, node, &*exporter).map_err(failed)?;
                    let queue = Arc::new(ExporterNode::new(plan.label(node), exporter, stats.clone(), storage));
                    self.queues.push(queue.clone());
                    gauges = queue.clone();
                    Some(queue)
                }
            },
            Kind::Extension => None,
        };
        self.nodes.push(NodeStatus::new(plan, node, stats, gauges));
        Ok(accept)
    }

    /// Where the queue in front of an exporter lies, if it is on disk: a directory's name, and what says where.
    fn storage(
        &self,
        plan: &Plan,
        node: &PlanNode,
        exporter: &dyn Exporter,
    ) -> Result<Option<(String, Arc<Options>)>, Failure> {
        let Some(id) = exporter.delivery().queue.storage else { return Ok(None) };
        Ok(Some((plan.declared(node).id.directory(node.signal), self.extensions.storage(&id)?)))
    }

    /// The exporter of a declaration: one instance for all signals.
    fn exporter(&mut self, plan: &Plan, declared: usize, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        if let Some((_, exporter)) = self.exporters.iter().find(|(at, _)| *at == declared) {
            return Ok(exporter.clone());
        }
        let exporter = plan.declared[declared].component.build_exporter(&plan.declared[declared].config, cx)?;
        self.exporters.push((declared, exporter.clone()));
        Ok(exporter)
    }
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
