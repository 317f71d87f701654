//! A plan as text, Mermaid, dot and JSON.

use std::fmt::Write as _;

use pipelines::Plan;
use pipelines::component::Kind;
use serde_json::{Value, json};

/// Each pipeline on a line of its own.
pub(crate) fn text(plan: &Plan) -> String {
    let width = plan.pipelines.iter().map(|pipeline| pipeline.id.to_string().len()).max().unwrap_or(0);
    let mut text = String::new();
    for pipeline in &plan.pipelines {
        let names = |list: &[usize]| list.iter().map(|at| plan.declared[*at].id.to_string()).collect::<Vec<_>>();
        let mut stages = vec![names(&pipeline.receivers).join(", ")];
        stages.extend(names(&pipeline.processors));
        stages.push(names(&pipeline.exporters).join(", "));
        let id = pipeline.id.to_string();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{id:width$}  {}", stages.join(" -> "));
    }
    text
}

/// A Mermaid flowchart, left to right.
pub(crate) fn mermaid(plan: &Plan) -> String {
    let mut text = String::from("flowchart LR\n");
    for (at, node) in plan.nodes.iter().enumerate() {
        let label = plan.label(node);
        let _ = match node.kind {
            Kind::Receiver => writeln!(text, "  n{at}([\"{label}\"])"),
            Kind::Exporter => writeln!(text, "  n{at}[(\"{label}\")]"),
            _ => writeln!(text, "  n{at}[\"{label}\"]"),
        };
    }
    for (from, signal, to) in edges(plan) {
        let _ = writeln!(text, "  n{from} -->|{signal}| n{to}");
    }
    text
}

/// A Graphviz digraph, left to right.
pub(crate) fn dot(plan: &Plan) -> String {
    let mut text = String::from("digraph pipelines {\n  rankdir=LR;\n  node [shape=box];\n");
    for (at, node) in plan.nodes.iter().enumerate() {
        let _ = writeln!(text, "  n{at} [label={:?}];", plan.label(node));
    }
    for (from, signal, to) in edges(plan) {
        let _ = writeln!(text, "  n{from} -> n{to} [label=\"{signal}\"];");
    }
    text.push_str("}\n");
    text
}

/// Nodes and edges for machines.
pub(crate) fn json(plan: &Plan) -> Value {
    let node = |(at, node): (usize, &pipelines::graph::PlanNode)| {
        json!({
            "node": at,
            "kind": node.kind.name(),
            "id": plan.declared(node).id.to_string(),
            "place": plan.place(node),
        })
    };
    let nodes: Vec<Value> = plan.nodes.iter().enumerate().map(node).collect();
    let edges: Vec<Value> =
        edges(plan).map(|(from, signal, to)| json!({ "from": from, "to": to, "signal": signal })).collect();
    json!({ "nodes": nodes, "edges": edges })
}

fn edges(plan: &Plan) -> impl Iterator<Item = (usize, &'static str, usize)> {
    plan.nodes.iter().enumerate().flat_map(|(from, node)| {
        node.outputs.iter().flat_map(move |(signal, to)| to.iter().map(move |to| (from, signal.name(), *to)))
    })
}
