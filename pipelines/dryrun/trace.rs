//! Watches every edge while one record is under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::component::{BuildContext, Exporter, Kind};
use crate::runtime::build::{Built, Fitting};
use crate::runtime::{Accept, Observer, StartError};
use crate::{Batch, Outcome, Plan, Telemetry};

/// An exporter and its node.
pub(super) type Destination = (usize, Arc<dyn Exporter>);

/// Notes what leaves every node, and takes the place of every exporter.
pub(super) struct Tracer {
    kinds: Vec<Kind>,
    notes: Arc<Mutex<Collected>>,
}

/// What was seen while one record was under way, in order.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) events: Vec<(usize, Event)>,
}

/// What happened at a node.
pub(super) enum Event {
    /// A batch came in, at a processor or in the place of an exporter.
    Received(Telemetry),
    /// A batch left.
    Sent(Telemetry),
    /// Items were dropped on purpose.
    Dropped(&'static str, u64),
}

/// Watches the output of one node.
struct Watch {
    node: usize,
    notes: Arc<Mutex<Collected>>,
}

// === impl Tracer ===

impl Tracer {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { kinds: plan.nodes.iter().map(|node| node.kind).collect(), notes: Arc::default() }
    }

    /// Forgets what was seen.
    pub(super) fn begin(&self) {
        *lock(&self.notes) = Collected::default();
    }

    /// What was seen since [`Tracer::begin`].
    pub(super) fn end(&self) -> Collected {
        std::mem::take(&mut *lock(&self.notes))
    }

    /// Every exporter of the plan by node, built but not started, to encode what reached it.
    pub(super) fn exporters(&self, plan: &Plan, built: &Built) -> Result<Vec<Destination>, StartError> {
        let exporters = plan.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Exporter);
        let build = |(at, node): (usize, &crate::graph::PlanNode)| {
            let declared = plan.declared(node);
            let cx = BuildContext {
                signal: node.signal,
                budget: built.budget.clone(),
                extensions: built.services.clone(),
                is_rehearsal: true,
                ..BuildContext::new(declared.id.clone())
            };
            match declared.component.build_exporter(&declared.config, &cx) {
                Ok(exporter) => Ok((at, exporter)),
                Err(failure) => Err(StartError::Build { id: declared.id.clone(), failure }),
            }
        };
        exporters.map(build).collect()
    }
}

impl Fitting for Tracer {
    fn sink(&self, node: usize) -> Option<Arc<dyn Accept>> {
        let is_exporter = self.kinds.get(node) == Some(&Kind::Exporter);
        is_exporter.then(|| Arc::new(Watch { node, notes: self.notes.clone() }) as Arc<dyn Accept>)
    }

    fn observer(&self, node: usize) -> Option<Arc<dyn Observer>> {
        Some(Arc::new(Watch { node, notes: self.notes.clone() }))
    }

    fn is_rehearsal(&self) -> bool {
        true
    }
}

// === impl Watch ===

impl Watch {
    fn note(&self, event: Event) {
        lock(&self.notes).events.push((self.node, event));
    }
}

impl Accept for Watch {
    fn accept(&self, batch: Batch) {
        self.note(Event::Received(batch.telemetry().clone()));
        batch.resolve(Outcome::Delivered);
    }
}

impl Observer for Watch {
    fn received(&self, batch: &Batch) {
        self.note(Event::Received(batch.telemetry().clone()));
    }

    fn sent(&self, batch: &Batch) {
        self.note(Event::Sent(batch.telemetry().clone()));
    }

    fn dropped(&self, reason: &'static str, items: u64) {
        self.note(Event::Dropped(reason, items));
    }
}

fn lock(notes: &Mutex<Collected>) -> MutexGuard<'_, Collected> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
