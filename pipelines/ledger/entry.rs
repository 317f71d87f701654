//! One line of the ledger.

use crate::Signal;
use crate::component::Kind;
use crate::runtime::{Amount, NodeStatus, Stats, Status};
use crate::storage::{self, Usage};

/// One node, or one signal over one transport of a receiver.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The component id as written, e.g. `otlp/backend`.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The pipeline of a processor, e.g. `logs/2`.
    pub pipeline: Option<String>,
    /// What it carries.
    pub signal: Signal,
    /// The transport of a receiver that names it.
    pub transport: Option<&'static str>,
    /// Taken in.
    pub received: Amount,
    /// Found on disk at the start.
    pub recovered: Amount,
    /// Sent on; for exporters: delivered; for receivers: acknowledged.
    pub sent: Amount,
    /// Refused for good.
    pub rejected: Amount,
    /// Refused for now.
    pub refused: Amount,
    /// Of what was refused, that which found no room in a queue.
    pub turned_away: Amount,
    /// Items dropped, by reason.
    pub dropped: Vec<(&'static str, u64)>,
    /// Items held now.
    pub held: u64,
    /// Attempts that failed and were tried again.
    pub retries: u64,
}

/// Every line, receivers first.
#[must_use]
pub fn entries(status: &Status) -> Vec<Entry> {
    status.nodes().iter().flat_map(of).collect()
}

fn of(node: &NodeStatus) -> Vec<Entry> {
    if node.kind != Kind::Receiver {
        let signal = node.signals.first().copied().unwrap_or(Signal::Logs);
        return vec![Entry::new(node, signal, None, &node.stats, node.held())];
    }
    let parts = node.stats.parts.all().into_iter();
    let carried =
        |part: &crate::runtime::Part| node.signals.contains(&part.signal) || part.stats.received.batches() > 0;
    parts
        .filter(carried)
        .map(|part| {
            let transport = (!part.transport.is_empty()).then_some(part.transport);
            Entry::new(node, part.signal, transport, &part.stats, part.stats.held())
        })
        .collect()
}

// === impl Entry ===

impl Entry {
    fn new(node: &NodeStatus, signal: Signal, transport: Option<&'static str>, stats: &Stats, held: u64) -> Self {
        // What came in is read last, so that what it became is never more.
        let (sent, rejected, refused) = (stats.sent.amount(), stats.rejected.amount(), stats.refused.amount());
        let dropped = stats.dropped.by_reason();
        let mut entry = Self {
            id: node.id.clone(),
            kind: node.kind,
            pipeline: node.place.clone().filter(|_| node.kind == Kind::Processor),
            signal,
            transport,
            sent,
            rejected,
            refused,
            turned_away: stats.turned_away.amount(),
            dropped,
            held,
            retries: stats.retries.load(std::sync::atomic::Ordering::Relaxed),
            recovered: Amount::default(),
            received: stats.received.amount(),
        };
        if let Some(usage) = node.disk() {
            entry.add_disk(&stats.disk.with(&usage));
        }
        entry
    }

    /// What a queue on disk found, dropped and refused by itself.
    fn add_disk(&mut self, usage: &Usage) {
        let amount = |of: storage::Amount| Amount { batches: of.entries, items: of.items, bytes: of.bytes };
        self.recovered = amount(usage.recovered);
        self.refused += amount(usage.refused);
        self.turned_away += amount(usage.refused);
        self.rejected += amount(usage.rejected);
        let drops = [("evicted", usage.evicted_by_size), ("expired", usage.evicted_by_age), ("corrupt", usage.corrupt)];
        self.dropped.extend(drops.map(|(reason, of)| (reason, of.items)));
    }

    /// Items dropped for any reason.
    #[must_use]
    pub fn dropped_items(&self) -> u64 {
        self.dropped.iter().map(|(_, items)| items).sum()
    }

    /// Items that came in and are nowhere to be found; zero at rest. While batches flow it is what is in hand.
    #[must_use]
    pub fn balance(&self) -> i64 {
        let came = self.received.items + self.recovered.items;
        let went = self.sent.items + self.rejected.items + self.refused.items + self.dropped_items() + self.held;
        came.wrapping_sub(went).cast_signed()
    }

    /// What it is called in texts: `otlp (grpc logs)`, `batch (logs/2)`, `otlp/backend (traces)`.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.pipeline, self.transport) {
            (Some(pipeline), _) => format!("{} ({pipeline})", self.id),
            (None, Some(transport)) => format!("{} ({transport} {})", self.id, self.signal),
            (None, None) => format!("{} ({})", self.id, self.signal),
        }
    }
}
