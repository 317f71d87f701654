//! The metrics the OpenTelemetry Collector has, by its names, so that its dashboards and alerts work.

use std::collections::BTreeMap;

use pipelines::Signal;
use pipelines::component::Kind;
use pipelines::ledger::Entry;
use pipelines::runtime::{Fill, NodeStatus};

use super::family::Family;

/// The signals, and what the Collector calls their items. It counts no profiles.
const ITEMS: [(Signal, &str); 3] =
    [(Signal::Traces, "spans"), (Signal::Metrics, "metric_points"), (Signal::Logs, "log_records")];

/// How the filter's own counters call them.
const FILTERED: [(Signal, &str); 3] =
    [(Signal::Traces, "spans"), (Signal::Metrics, "datapoints"), (Signal::Logs, "logs")];

/// What of an entry is counted, and how that is called and explained.
type Column = (&'static str, &'static str, fn(&Entry) -> u64);

/// What of a queue is shown: name, help, and the number.
type Gauge = (&'static str, &'static str, fn(&Fill) -> u64);

const RECEIVER: [Column; 3] = [
    ("accepted", "Items pushed into the pipelines and acknowledged.", |entry| entry.sent.items),
    ("refused", "Items that could not be pushed into the pipelines.", |entry| {
        entry.refused.items + entry.rejected.items + entry.dropped_items()
    }),
    ("failed", "Items the receiver itself failed to process.", |_| 0),
];

const EXPORTER: [Column; 3] = [
    ("sent", "Items sent to the destination.", |entry| entry.sent.items),
    (
        "send_failed",
        "Items the destination rejected, or that were given up or given back after failed attempts.",
        |entry| {
            entry.rejected.items + entry.dropped_items() + entry.refused.items.saturating_sub(entry.turned_away.items)
        },
    ),
    ("enqueue_failed", "Items that found no room in the queue.", |entry| entry.turned_away.items),
];

/// Everything the Collector has a name for.
pub(super) fn families(entries: &[Entry], nodes: &[NodeStatus]) -> Vec<Family> {
    let mut families = Vec::with_capacity(32);
    for (signal, items) in ITEMS {
        for (what, help, count) in RECEIVER {
            let mut family = Family::counter(format!("otelcol_receiver_{what}_{items}"), "{item}", help);
            for entry in of(entries, Kind::Receiver, signal) {
                let transport = entry.transport.unwrap_or_default();
                family.add([("receiver", &entry.id), ("transport", transport)], count(entry));
            }
            families.push(family);
        }
        for (what, help, count) in EXPORTER {
            let mut family = Family::counter(format!("otelcol_exporter_{what}_{items}"), "{item}", help);
            for entry in of(entries, Kind::Exporter, signal) {
                family.add([("exporter", &entry.id)], count(entry));
            }
            families.push(family);
        }
    }
    processors(entries, &mut families);
    queues(nodes, &mut families);
    families
}

fn of(entries: &[Entry], kind: Kind, signal: Signal) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(move |entry| entry.kind == kind && entry.signal == signal)
}

/// The Collector has one processor for several pipelines of a signal, so what ours count is added up.
fn processors(entries: &[Entry], families: &mut Vec<Family>) {
    let mut sums: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    let mut dropped: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Processor) {
        let sum = sums.entry((&entry.id, entry.signal.name())).or_default();
        *sum = (sum.0 + entry.received.items, sum.1 + entry.sent.items);
        let what = FILTERED.iter().find(|(signal, _)| *signal == entry.signal);
        if let Some((_, what)) = what.filter(|_| entry.id.split('/').next() == Some("filter")) {
            *dropped.entry((what, &entry.id)).or_default() += entry.dropped_items();
        }
    }
    let mut incoming = Family::counter("otelcol_processor_incoming_items", "{item}", "Items passed to the processor.");
    let mut outgoing = Family::counter("otelcol_processor_outgoing_items", "{item}", "Items emitted by the processor.");
    for ((id, signal), (came, went)) in sums {
        incoming.add([("otel_signal", signal), ("processor", id)], came);
        outgoing.add([("otel_signal", signal), ("processor", id)], went);
    }
    families.extend([incoming, outgoing]);
    for (_, what) in FILTERED {
        let name = format!("otelcol_processor_filter_{what}_filtered");
        let mut family = Family::counter(name, "{item}", "Items dropped by the filter processor.");
        for ((_, id), items) in dropped.iter().filter(|((of, _), _)| *of == what) {
            family.add([("filter", id)], *items);
        }
        families.push(family);
    }
}

fn queues(nodes: &[NodeStatus], families: &mut Vec<Family>) {
    let columns: [Gauge; 3] = [
        ("size", "What waits in the queue or is on its way, in units of its sizer.", |fill| fill.size),
        ("capacity", "The bound of the queue, in units of its sizer.", |fill| fill.capacity),
        ("", "Batches on their way, waits between attempts included.", |fill| fill.in_flight),
    ];
    for (what, help, count) in columns {
        let name = match what {
            "" => "otelcol_exporter_in_flight_requests".to_owned(),
            what => format!("otelcol_exporter_queue_{what}"),
        };
        let mut family = Family::gauge(name, "{request}", help);
        for (node, fill) in nodes.iter().filter_map(|node| Some((node, node.queue()?))) {
            let signal = node.signals.first().map_or("", |signal| signal.name());
            family.add([("data_type", signal), ("exporter", &node.id)], count(&fill));
        }
        families.push(family);
    }
}
