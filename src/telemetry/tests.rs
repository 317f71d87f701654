//! The formats; the metrics of a running process are tested in `tests/metrics.rs`.
#![allow(clippy::unwrap_used)]

use std::time::SystemTime;

use pipelines::graph::Pull;

use super::family::Family;
use super::{otlp, text};

fn families() -> Vec<Family> {
    let mut sent = Family::counter("otelcol_process_uptime", "s", "Time.");
    sent.add([("z", "a\"b\\c\nd"), ("a", "1"), ("none", "")], 1.5);
    let mut ours = Family::counter("tfo_node_in_items", "{item}", "Items.");
    ours.add([], 3);
    vec![sent, ours, Family::gauge("otelcol_process_memory_rss", "By", "Memory.").with(7)]
}

fn resource() -> Vec<(String, String)> {
    vec![("k8s.node.name".to_owned(), "n1".to_owned()), ("service.name".to_owned(), "tfo".to_owned())]
}

/// Guarantee: by default names are those of a Collector; labels are sorted and escaped, empty ones left out.
#[test]
fn pages_are_as_the_collectors() {
    let page = text::page(&families(), &resource(), &Pull::default());
    let expected = r#"# HELP otelcol_process_uptime Time.
# TYPE otelcol_process_uptime counter
otelcol_process_uptime{a="1",z="a\"b\\c\nd"} 1.5
# HELP tfo_node_in_items_total Items.
# TYPE tfo_node_in_items_total counter
tfo_node_in_items_total 3
# HELP otelcol_process_memory_rss Memory.
# TYPE otelcol_process_memory_rss gauge
otelcol_process_memory_rss 7
# HELP target_info Target metadata
# TYPE target_info gauge
target_info{k8s_node_name="n1",service_name="tfo"} 1
"#;
    assert_eq!(page, expected);
}

/// Guarantee: suffixes, scope and resource labels come when they are asked for, as in the Collector.
#[test]
fn suffixes_are_a_choice() {
    let mut pull =
        Pull { without_type_suffix: false, without_units: false, without_scope_info: false, ..Pull::default() };
    pull.resource_labels.included = vec!["k8s.*".to_owned()];
    let page = text::page(&families(), &resource(), &pull);
    for name in [
        "otelcol_process_uptime_seconds_total{a",
        "otelcol_process_memory_rss_bytes{otel_scope_name",
        "tfo_node_in_items_total{otel",
    ] {
        assert!(page.contains(name), "{name}: {page}");
    }
    assert_eq!(page.matches("k8s_node_name=\"n1\"").count(), 4, "{page}");
}

/// Guarantee: as OTLP there is a point for each series.
#[test]
fn otlp_has_every_series() {
    assert_eq!(otlp::encode(&families(), &resource(), SystemTime::now()).items(), 3);
}
