//! The page of nodes and counters.

use std::fmt::Write as _;

use pipelines::ledger::{self, Entry};
use pipelines::runtime::Status;

/// The page, self-contained.
pub(super) fn render(status: &Status) -> String {
    let mut rows = String::new();
    for entry in ledger::entries(status) {
        row(&mut rows, &entry);
    }
    format!(
        "<!doctype html><meta charset=utf-8><title>pipelinez</title>\
         <style>body{{font:14px sans-serif;margin:2em}}td,th{{padding:2px 12px;text-align:right}}\
         td:nth-child(-n+2),th:nth-child(-n+2){{text-align:left}}</style>\
         <h1>Pipelines</h1><p>status: {:?}</p>\
         <table><tr><th>kind<th>node<th>in<th>recovered<th>out<th>dropped<th>refused<th>rejected<th>held</tr>\n{rows}</table>\n",
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

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
