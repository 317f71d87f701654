//! The page of nodes and counters.

use std::fmt::Write as _;
use std::time::Duration;

use pipelines::ledger::{self, Entry};
use pipelines::runtime::{Health, NodeStatus, Status};

use crate::admin::health::Condition;

/// How long every attempt must have failed to be called failing, as for probes.
const BOUND: Duration = Duration::from_secs(60);

/// The page, self-contained.
pub(super) fn render(status: &Status) -> String {
    let (mut rows, mut troubles) = (String::new(), String::new());
    for entry in ledger::entries(status) {
        row(&mut rows, &entry);
    }
    for node in status.nodes().iter() {
        trouble(&mut troubles, node, &status.health());
    }
    format!(
        "<!doctype html><meta charset=utf-8><title>pipelinez</title>\
         <style>body{{font:14px sans-serif;margin:2em}}td,th{{padding:2px 12px;text-align:right}}\
         td:nth-child(-n+2),th:nth-child(-n+2){{text-align:left}}</style>\
         <h1>Pipelines</h1><p>status: {:?}</p>\
         <table><tr><th>kind<th>node<th>in<th>recovered<th>out<th>dropped<th>refused<th>rejected<th>held</tr>\n{rows}</table>\n\
         <ul>{troubles}</ul>\n",
        status.health()
    )
}

fn row(rows: &mut String, entry: &Entry) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        rows,
        "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
        entry.kind.name(),
        escaped(&entry.label()),
        entry.received.items,
        entry.recovered.items,
        entry.sent.items,
        entry.dropped_items(),
        entry.refused.items,
        entry.rejected.items,
        entry.held,
    );
}

/// What went wrong last at a node, while it does.
fn trouble(troubles: &mut String, node: &NodeStatus, health: &Health) {
    let condition = Condition::of(node, health, BOUND);
    if let Some(error) = &condition.error {
        let (id, place) = (escaped(&node.id), escaped(node.place.as_deref().unwrap_or_default()));
        let (name, attempts) = (condition.name, condition.attempts);
        let _ = writeln!(troubles, "<li>{id} ({place}): {name}, {attempts} failed attempts: {}</li>", escaped(error));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
