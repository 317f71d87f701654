//! The metrics that only this engine has: the ledger, the budget, queues on disk, certificates, reloads.

use std::time::{SystemTime, UNIX_EPOCH};

use pipelines::graph::Detail;
use pipelines::ledger::Entry;
use pipelines::runtime::NodeStatus;
use pipelines::storage::Usage;

use super::family::Family;
use super::source::Source;

/// What of an entry is counted: name, unit, help, and the number.
type Column = (&'static str, &'static str, &'static str, fn(&Entry) -> u64);

/// What of a queue on disk is shown: whether it only grows, name, unit, help, and the number.
type Shown = (bool, &'static str, &'static str, &'static str, fn(&Usage) -> u64);

const LEDGER: [Column; 8] = [
    ("in_items", "{item}", "Items taken in.", |entry| entry.received.items),
    ("recovered_items", "{item}", "Items found on disk at the start.", |entry| entry.recovered.items),
    ("out_items", "{item}", "Items sent on; delivered by exporters, acknowledged by receivers.", |entry| {
        entry.sent.items
    }),
    ("rejected_items", "{item}", "Items refused for good.", |entry| entry.rejected.items),
    ("refused_items", "{item}", "Items refused for now: their senders were told to try again.", |entry| {
        entry.refused.items
    }),
    ("retries", "{attempt}", "Attempts that failed and were tried again.", |entry| entry.retries),
    ("in_bytes", "By", "Encoded bytes taken in.", |entry| entry.received.bytes),
    ("out_bytes", "By", "Encoded bytes sent on.", |entry| entry.sent.bytes),
];

const BATCHES: [Column; 2] = [
    ("in_batches", "{batch}", "Batches taken in.", |entry| entry.received.batches),
    ("out_batches", "{batch}", "Batches sent on.", |entry| entry.sent.batches),
];

/// Everything this engine has a name for.
pub(super) fn families(source: &Source, entries: &[Entry], nodes: &[NodeStatus]) -> Vec<Family> {
    let mut families = Vec::with_capacity(40);
    if source.level >= Detail::Normal {
        families.extend(LEDGER.map(|column| ledger(column, entries)));
        let mut held = Family::gauge("tfo_node_held_items", "{item}", "Items held now.");
        entries.iter().for_each(|entry| held.add(labels(entry), entry.held));
        families.push(held);
    }
    if source.level >= Detail::Detailed {
        families.extend(BATCHES.map(|column| ledger(column, entries)));
    }
    let mut dropped = Family::counter("tfo_node_dropped_items", "{item}", "Items dropped, by reason.");
    for entry in entries {
        for (reason, items) in &entry.dropped {
            let [kind, node, pipeline, signal, transport] = labels(entry);
            dropped.add([kind, node, pipeline, ("reason", reason), signal, transport], *items);
        }
    }
    families.push(dropped);
    requests(nodes, &mut families);
    exporters(nodes, &mut families);
    disks(nodes, &mut families);
    process(source, &mut families);
    families
}

fn ledger((name, unit, help, count): Column, entries: &[Entry]) -> Family {
    let mut family = Family::counter(format!("tfo_node_{name}"), unit, help);
    entries.iter().for_each(|entry| family.add(labels(entry), count(entry)));
    family
}

fn labels(entry: &Entry) -> [(&'static str, &str); 5] {
    [
        ("kind", entry.kind.name()),
        ("node", &entry.id),
        ("pipeline", entry.pipeline.as_deref().unwrap_or_default()),
        ("signal", entry.signal.name()),
        ("transport", entry.transport.unwrap_or_default()),
    ]
}

fn requests(nodes: &[NodeStatus], families: &mut Vec<Family>) {
    let help = "Requests by what became of them, those included that never became a batch.";
    let mut family = Family::counter("tfo_receiver_requests", "{request}", help);
    for node in nodes {
        for requests in node.stats.parts.requests() {
            for (answer, number) in requests.by_answer() {
                let labels = [("outcome", answer.name()), ("receiver", &*node.id), ("transport", requests.transport)];
                family.add(labels, number);
            }
        }
    }
    families.push(family);
}

fn exporters(nodes: &[NodeStatus], families: &mut Vec<Family>) {
    let help = "For how long every attempt has failed; 0 after one that succeeded.";
    let mut failing = Family::gauge("tfo_exporter_failing_seconds", "s", help);
    for node in nodes.iter().filter(|node| node.queue().is_some()) {
        let seconds = node.stats.attempts.failing().map_or(0.0, |failing| failing.since.elapsed().as_secs_f64());
        failing.add([("exporter", &node.id), ("signal", signal(node))], seconds);
    }
    families.push(failing);
}

fn disks(nodes: &[NodeStatus], families: &mut Vec<Family>) {
    let columns: [Shown; 6] = [
        (false, "bytes", "By", "Bytes of the queue's directory.", |usage| usage.bytes),
        (false, "waiting_items", "{item}", "Items on disk that nobody works on.", |usage| usage.waiting.items),
        (false, "in_flight_items", "{item}", "Items on disk that are on their way.", |usage| usage.in_flight.items),
        (true, "corrupt_bytes", "By", "Bytes that could not be read back.", |usage| usage.corrupt.bytes),
        (true, "torn_bytes", "By", "Bytes of writes that a crash had interrupted.", |usage| usage.torn_bytes),
        (true, "write_errors", "{error}", "Failed attempts to write, sync or delete.", |usage| usage.write_errors),
    ];
    let disks: Vec<(&NodeStatus, Usage)> = nodes.iter().filter_map(|node| Some((node, node.disk()?))).collect();
    for (is_counter, name, unit, help, count) in columns {
        let mut family = Family { is_counter, ..Family::gauge(format!("tfo_disk_queue_{name}"), unit, help) };
        disks
            .iter()
            .for_each(|(node, usage)| family.add([("exporter", &node.id), ("signal", signal(node))], count(usage)));
        families.push(family);
    }
    let mut age = Family::gauge("tfo_disk_queue_oldest_seconds", "s", "Age of the oldest telemetry on disk.");
    for (node, usage) in &disks {
        let oldest = usage.oldest.and_then(|oldest| oldest.elapsed().ok()).unwrap_or_default();
        age.add([("exporter", &node.id), ("signal", signal(node))], oldest.as_secs_f64());
    }
    families.push(age);
}

fn process(source: &Source, families: &mut Vec<Family>) {
    let mut budget = Family::gauge("tfo_budget_bytes", "By", "Bytes in flight, and how many there may be.");
    budget.add([("state", "limit")], source.budget.limit());
    budget.add([("state", "used")], source.budget.used());
    let reloads = source.status.reloads();
    let mut reload = Family::counter("tfo_config_reload", "{reload}", "Configurations read again, by what came of it.");
    for (result, number) in
        [("success", reloads.success), ("failure", reloads.failure), ("unchanged", reloads.unchanged)]
    {
        reload.add([("result", result)], number);
    }
    let mut last =
        Family::gauge("tfo_config_last_success_timestamp_seconds", "s", "When a configuration was last taken over.");
    if let Some(at) = reloads.last_success {
        last.add([], seconds(at));
    }
    let mut expiry =
        Family::gauge("tfo_tls_certificate_expiry_seconds", "s", "When a certificate expires, since the epoch.");
    let mut renewed =
        Family::counter("tfo_files_renewed", "{renewal}", "Certificates, keys and tokens read again, by result.");
    for one in source.status.renewals() {
        for certificate in &one.certificates {
            let file = certificate.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
            expiry.add(
                [("file", &file), ("key", &certificate.key), ("owner", &one.owner)],
                seconds(certificate.not_after),
            );
        }
        renewed.add([("owner", &one.owner), ("result", "success")], one.renewed);
        renewed.add([("owner", &one.owner), ("result", "failure")], one.failed);
    }
    let mut build = Family::gauge("tfo_build_info", "", "The program; always 1.");
    build.add([("version", env!("CARGO_PKG_VERSION"))], 1);
    families.extend([budget, reload, last, expiry, renewed, build]);
}

fn signal(node: &NodeStatus) -> &'static str {
    node.signals.first().map_or("", |signal| signal.name())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
