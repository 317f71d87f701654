//! The page of nodes and counters.

use std::fmt::Write as _;

use pipelines::runtime::{NodeStatus, Status};

/// The page, self-contained.
pub(super) fn render(status: &Status) -> String {
    let mut rows = String::new();
    for node in status.nodes().iter() {
        row(&mut rows, node);
    }
    format!(
        "<!doctype html><meta charset=utf-8><title>pipelinez</title>\
         <style>body{{font:14px sans-serif;margin:2em}}td,th{{padding:2px 12px;text-align:right}}\
         td:nth-child(-n+3),th:nth-child(-n+3){{text-align:left}}</style>\
         <h1>Pipelines</h1><p>status: {:?}</p>\
         <table><tr><th>kind<th>id<th>place<th>received<th>sent<th>dropped<th>refused<th>rejected<th>held</tr>\n{rows}</table>\n",
        status.health()
    )
}

fn row(rows: &mut String, node: &NodeStatus) {
    let stats = &node.stats;
    let place = node.place.as_deref().unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(
        rows,
        "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
        node.kind.name(),
        escaped(&node.id),
        escaped(place),
        stats.received.items(),
        stats.sent.items(),
        stats.dropped.total(),
        stats.refused.items(),
        stats.rejected.items(),
        node.held(),
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
