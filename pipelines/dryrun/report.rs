//! What a dry run found: per node, per exporter and per record.

use serde::Serialize;

use super::diff::{Change, Leaves, diff, leaves};
use super::trace::{Collected, Destination, Event};
use crate::component::{Exporter, Kind, Row};
use crate::{Outcome, Plan, Telemetry};

/// Everything a dry run found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every node, receivers first.
    pub nodes: Vec<NodeReport>,
    /// Every exporter that was reached, with what it would send.
    pub exporters: Vec<ExporterReport>,
    /// Every record, in the order of the input.
    pub records: Vec<RecordReport>,
}

/// What one node did to all records.
#[derive(Debug, Default, Serialize)]
pub struct NodeReport {
    /// Its label, e.g. `batch (logs)`.
    pub node: String,
    /// Its kind: receiver, processor, connector, exporter.
    pub kind: &'static str,
    /// Items that came in; for receivers, that were put in.
    pub received: u64,
    /// Items that left; for exporters, that would be sent.
    pub sent: u64,
    /// Items dropped on purpose.
    pub dropped: u64,
    /// Records whose content is not what it was.
    pub changed: u64,
    /// The labels of the nodes it sends to.
    pub to: Vec<String>,
}

/// What one exporter would send.
#[derive(Debug, Default, Serialize)]
pub struct ExporterReport {
    /// Its label, e.g. `otlp (logs)`.
    pub node: String,
    /// Items that reached it.
    pub items: u64,
    /// Encoded size in bytes.
    pub bytes: u64,
    /// The format in words.
    pub format: String,
    /// Where it would go.
    pub destination: String,
    /// Why it cannot be encoded.
    pub error: Option<String>,
    /// The rows it would write, of an exporter that writes tables.
    pub rows: Vec<Row>,
}

/// The way of one record.
#[derive(Debug, Serialize)]
pub struct RecordReport {
    /// Its number in the input, from 1.
    pub record: usize,
    /// Its signal.
    pub signal: &'static str,
    /// The receiver it came in by.
    pub receiver: String,
    /// What processors did to it, in order; those that did nothing are left out.
    pub steps: Vec<StepReport>,
    /// The exporters it reached.
    pub reached: Vec<String>,
    /// Whether it was refused, i.e. lost without a node that claims the drop; the reason.
    pub lost: Option<String>,
    #[serde(skip)]
    trail: Trail,
}

/// What one node did to one record.
#[derive(Debug, Serialize)]
pub struct StepReport {
    /// The node's label.
    pub node: String,
    /// What changed.
    pub changes: Vec<Change>,
    /// Why it was dropped, if it was.
    pub dropped: Option<String>,
}

/// Per node what went in and out, for the sums.
#[derive(Debug, Default)]
struct Trail(Vec<Passage>);

#[derive(Debug)]
struct Passage {
    node: usize,
    received: Vec<Telemetry>,
    sent: Vec<Telemetry>,
    dropped: Vec<(&'static str, u64)>,
    changes: Vec<Change>,
}

/// Reports on one record from what was seen while it was under way.
pub(super) fn record(
    plan: &Plan,
    receiver: usize,
    record: Telemetry,
    collected: Collected,
    outcome: Outcome,
) -> RecordReport {
    let trail = Trail::of(collected);
    let step = |passage: &Passage| StepReport {
        node: plan.label(&plan.nodes[passage.node]),
        changes: passage.changes.clone(),
        dropped: passage.dropped.first().map(|(reason, _)| (*reason).to_owned()),
    };
    let steps = trail.0.iter().map(step).filter(|step| !step.changes.is_empty() || step.dropped.is_some());
    let at_exporter = |passage: &&Passage| plan.nodes[passage.node].kind == Kind::Exporter;
    let reached: Vec<String> =
        trail.0.iter().filter(at_exporter).map(|passage| plan.label(&plan.nodes[passage.node])).collect();
    let lost = match outcome {
        Outcome::Delivered => {
            let claimed = trail.0.iter().any(|passage| !passage.dropped.is_empty());
            (reached.is_empty() && !claimed)
                .then(|| "it reached no exporter and no node claims to have dropped it".to_owned())
        }
        Outcome::Partial { reason, .. } => Some(reason.to_string()),
        Outcome::Refused(refusal) => Some(refusal.reason.to_string()),
    };
    RecordReport {
        record: 0,
        signal: record.signal().name(),
        receiver: plan.declared[receiver].id.to_string(),
        steps: steps.collect(),
        reached,
        lost,
        trail,
    }
}

/// Sums the records up.
pub(super) fn report(plan: &Plan, mut records: Vec<RecordReport>, exporters: &[Destination]) -> Report {
    let mut nodes: Vec<NodeReport> = plan
        .nodes
        .iter()
        .map(|node| NodeReport {
            node: plan.label(node),
            kind: node.kind.name(),
            to: node.outputs.iter().flat_map(|(_, to)| to).map(|to| plan.label(&plan.nodes[*to])).collect(),
            ..NodeReport::default()
        })
        .collect();
    for (at, record) in records.iter_mut().enumerate() {
        record.record = at + 1;
        for passage in &record.trail.0 {
            passage.count(&mut nodes[passage.node], plan.nodes[passage.node].kind);
        }
    }
    let arrived = |node: usize| -> Vec<Telemetry> {
        let passages = records.iter().flat_map(|record| &record.trail.0).filter(|passage| passage.node == node);
        passages.flat_map(|passage| passage.received.clone()).collect()
    };
    let exporters =
        exporters.iter().filter_map(|(node, exporter)| encode(&nodes[*node].node, &**exporter, arrived(*node)));
    let exporters = exporters.collect();
    Report { nodes, exporters, records }
}

fn encode(node: &str, exporter: &dyn Exporter, arrived: Vec<Telemetry>) -> Option<ExporterReport> {
    let all = Telemetry::join(arrived);
    let items = all.iter().map(|telemetry| telemetry.items() as u64).sum::<u64>();
    if all.is_empty() {
        return None;
    }
    let mut report = ExporterReport { node: node.to_owned(), items, ..ExporterReport::default() };
    for telemetry in &all {
        match exporter.encode(telemetry) {
            Ok(encoded) => {
                report.bytes += encoded.body.len() as u64;
                report.rows.extend(exporter.rows(telemetry));
                (report.format, report.destination) = (encoded.format, encoded.destination);
            }
            Err(error) => report.error = Some(error.to_string()),
        }
    }
    Some(report)
}

// === impl Report ===

impl Report {
    /// Records that were lost, i.e. refused, not dropped by design.
    #[must_use]
    pub fn lost(&self) -> usize {
        let unencodable = self.exporters.iter().filter(|exporter| exporter.error.is_some());
        let refused = self.records.iter().filter(|record| record.lost.is_some()).count();
        refused + unencodable.map(|exporter| usize::try_from(exporter.items).unwrap_or(usize::MAX)).sum::<usize>()
    }

    /// Records that some node dropped on purpose.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.records.iter().filter(|record| record.steps.iter().any(|step| step.dropped.is_some())).count()
    }
}

// === impl Trail ===

impl Trail {
    fn of(collected: Collected) -> Self {
        let mut passages: Vec<Passage> = Vec::new();
        for (node, event) in collected.events {
            let at = passages.iter().position(|passage| passage.node == node).unwrap_or_else(|| {
                passages.push(Passage::new(node));
                passages.len() - 1
            });
            match event {
                Event::Received(telemetry) => passages[at].received.push(telemetry),
                Event::Sent(telemetry) => passages[at].sent.push(telemetry),
                Event::Dropped(reason, items) => passages[at].dropped.push((reason, items)),
            }
        }
        passages.iter_mut().for_each(Passage::compare);
        Self(passages)
    }
}

// === impl Passage ===

impl Passage {
    fn new(node: usize) -> Self {
        Self { node, received: Vec::new(), sent: Vec::new(), dropped: Vec::new(), changes: Vec::new() }
    }

    fn compare(&mut self) {
        if self.received.is_empty() || self.sent.is_empty() {
            return;
        }
        self.changes = diff(&all_leaves(&self.received), &all_leaves(&self.sent));
    }

    fn count(&self, node: &mut NodeReport, kind: Kind) {
        let items = |telemetry: &[Telemetry]| telemetry.iter().map(|one| one.items() as u64).sum::<u64>();
        node.received += if kind == Kind::Receiver { items(&self.sent) } else { items(&self.received) };
        node.sent += if kind == Kind::Exporter { items(&self.received) } else { items(&self.sent) };
        node.dropped += self.dropped.iter().map(|(_, items)| items).sum::<u64>();
        node.changed += u64::from(!self.changes.is_empty());
    }
}

fn all_leaves(telemetry: &[Telemetry]) -> Leaves {
    telemetry.iter().flat_map(leaves).collect()
}
