//! From files to graphs: what is wired, and what is refused.

use pipelines::component::Kind;
use pipelines::{Plan, Signal};

use super::plan;

fn edges(plan: &Plan) -> Vec<String> {
    let label = |at: usize| plan.label(&plan.nodes[at]);
    let edges = plan.nodes.iter().flat_map(|node| {
        node.outputs.iter().flat_map(move |(signal, to)| {
            to.iter().map(move |to| format!("{} -{signal}-> {}", plan.label(node), label(*to)))
        })
    });
    edges.collect()
}

fn refused(yaml: &str, expected: &[&str]) {
    let text = plan(yaml).expect_err("it is refused");
    let codes: Vec<&str> = text.lines().filter(|line| line.starts_with('E')).map(|line| &line[..5]).collect();
    assert_eq!(codes, expected, "{text}");
}

/// Scenario: one receiver, two signals, two pipelines of one signal, a connector. Guarantee: receivers and connectors
/// are one node each with an output a signal; nodes stand before those they send to.
#[test]
fn wires_pipelines() {
    let plan = plan(
        "receivers: { source: }
exporters: { sink: }
connectors: { forward: }
service:
  pipelines:
    logs: { receivers: [source], exporters: [sink, forward] }
    logs/2: { receivers: [source, forward], exporters: [sink] }
    traces: { receivers: [source], exporters: [sink] }",
    )
    .unwrap();
    let mut edges = edges(&plan);
    edges.sort();
    assert_eq!(
        edges,
        [
            "forward (logs) -logs-> sink (logs)",
            "source -logs-> forward (logs)",
            "source -logs-> sink (logs)",
            "source -logs-> sink (logs)",
            "source -traces-> sink (traces)",
        ]
    );
    let later = |at: usize| plan.nodes[at].outputs.iter().flat_map(|(_, to)| to).all(|to| *to > at);
    assert!((0..plan.nodes.len()).all(later) && plan.nodes[0].kind == Kind::Receiver);
    assert!(plan.nodes.iter().any(|node| node.signal == Some(Signal::Traces)));
}

/// Scenario: files that cannot run. Guarantee: each is refused with its code, and nothing else is reported.
#[test]
fn refuses_what_cannot_run() {
    let ok = "service: { pipelines: { logs: { receivers: [source], exporters: [sink] } } }";
    refused(&format!("receivers: {{ source: }}\n{ok}"), &["E0202"]);
    refused(&format!("receivers: {{ source: }}\nexporters: {{ sink: }}\nexporter: {{}}\n{ok}"), &["E0101"]);
    refused("receivers: { source: }\nexporters: { sink: }", &["E0202"]);
    refused(&format!("receivers: {{ source: , sauce: }}\nexporters: {{ sink: }}\n{ok}"), &["E0401"]);
    let cycle = "receivers: { source: }
exporters: { sink: }
connectors: { forward/a: , forward/b: }
service:
  pipelines:
    logs/a: { receivers: [source, forward/b], exporters: [forward/a] }
    logs/b: { receivers: [forward/a], exporters: [forward/b, sink] }";
    refused(cycle, &["E0208"]);
    let one_end = "receivers: { source: }
exporters: { sink: }
connectors: { forward: }
service: { pipelines: { logs: { receivers: [source], exporters: [sink, forward] } } }";
    refused(one_end, &["E0207"]);
    let signal = "receivers: { source: }
exporters: { sink: }
service: { pipelines: { metrics: { receivers: [source], exporters: [sink] } } }";
    refused(signal, &["E0206", "E0206"]);
}
