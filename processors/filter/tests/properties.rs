//! The oldest form: properties to include and to exclude.

use pipelines::otlp::json::from_json;
use pipelines::otlp::schema::Message;
use pipelines::{Signal, Telemetry};

use super::data::{bodies, logs, metrics, points, spans, traces};
use super::{problems, run};

#[test]
fn metrics_are_matched_by_name_and_by_resource() {
    let table: [(&str, &[&str]); 9] = [
        ("include: {match_type: strict, metric_names: [mem]}", &["shop/mem(0)"]),
        ("include: {match_type: strict, metric_names: 'mem,disk'}", &["shop/mem(0)"]),
        ("exclude: {match_type: strict, metric_names: [cpu, me]}", &["shop/mem(0)"]),
        ("include: {match_type: regexp, metric_names: ['^c.u$', x]}", &["shop/cpu(0,1)", "cart/cpu(0)"]),
        ("exclude: {match_type: regexp, metric_names: [p]}", &["shop/mem(0)"]),
        ("include: {match_type: strict, resource_attributes: [{Key: service.name, Value: cart}]}", &["cart/cpu(0)"]),
        (
            "exclude: {match_type: regexp, resource_attributes: [{key: service.name, value: ^c}]}",
            &["shop/cpu(0,1)", "shop/mem(0)"],
        ),
        (
            "exclude: {match_type: strict, metric_names: [mem], resource_attributes: [{key: service.name, value: cart}]}",
            &["shop/cpu(0,1)"],
        ),
        (
            "{include: {match_type: regexp, metric_names: [.]}, exclude: {match_type: strict, metric_names: [cpu]}}",
            &["shop/mem(0)"],
        ),
    ];
    for (form, expected) in table {
        let yaml = if form.starts_with('{') { format!("metrics: {form}") } else { format!("metrics: {{{form}}}") };
        assert_eq!(points(run(&yaml, &metrics()).kept.as_ref()), expected, "{form}");
    }
}

#[test]
fn logs_are_matched_by_all_their_properties() {
    let table: [(&str, &[&str]); 8] = [
        ("include: {match_type: strict, bodies: [boom]}", &["shop/a: boom"]),
        ("exclude: {match_type: regexp, bodies: ['^GET', boom]}", &["shop/b: unknown", "cart/a: slow"]),
        ("include: {match_type: strict, severity_number: {min: warn}}", &["shop/a: boom", "cart/a: slow"]),
        (
            "include: {match_type: strict, severity_number: {min: 17, match_undefined: true}}",
            &["shop/a: boom", "shop/b: unknown"],
        ),
        (
            "include: {match_type: strict, severity_texts: [info], resource_attributes: [{key: service.name, value: cart}]}",
            &["cart/a: slow"],
        ),
        ("include: {match_type: strict, record_attributes: [{key: len, value: 4}]}", &["shop/a: boom", "cart/a: slow"]),
        ("include: {match_type: regexp, record_attributes: [{key: len, value: '^7$'}]}", &["shop/b: unknown"]),
        (
            "include: {match_type: strict, record_attributes: [{key: kind}, {key: len, value: 9}]}",
            &["shop/a: GET /cart"],
        ),
    ];
    for (form, expected) in table {
        assert_eq!(bodies(run(&format!("logs: {{{form}}}"), &logs()).kept.as_ref()), expected, "{form}");
    }
    let nothing = "logs: {include: {match_type: strict}}";
    assert_eq!(run(nothing, &logs()).kept.unwrap().items(), 6, "properties that test nothing drop nothing");
}

#[test]
fn spans_are_matched_by_all_their_properties() {
    let table: [(&str, &[&str]); 7] = [
        ("include: {match_type: strict, span_names: [SELECT]}", &["SELECT()"]),
        ("exclude: {match_type: regexp, span_names: ['^GET'], services: [shop]}", &["SELECT()"]),
        (
            "exclude: {match_type: regexp, span_names: ['^GET'], services: [cart]}",
            &["GET /(exception,retry)", "SELECT()"],
        ),
        ("include: {match_type: strict, span_kinds: [SPAN_KIND_CLIENT]}", &["SELECT()"]),
        ("exclude: {match_type: strict, attributes: [{key: http.route, value: /}]}", &["SELECT()"]),
        (
            "include: {match_type: strict, libraries: [{name: a, version: '1'}]}",
            &["GET /(exception,retry)", "SELECT()"],
        ),
        ("include: {match_type: strict, libraries: [{Name: b}]}", &[]),
    ];
    for (form, expected) in table {
        assert_eq!(spans(run(&format!("spans: {{{form}}}"), &traces()).kept.as_ref()), expected, "{form}");
    }
}

/// The options of a cache are accepted with a warning, since files have them.
#[test]
fn options_of_the_cache_are_noted_and_harmless() {
    let yaml = "metrics: {include: {match_type: regexp, regexp: {cacheenabled: true, cachemaxnumentries: 9}, metric_names: [m]}}";
    assert!(matches!(&problems(yaml)[..], [only] if only.warning && only.path == "metrics.include.regexp"));
    assert_eq!(points(run(yaml, &metrics()).kept.as_ref()), ["shop/mem(0)"]);
}

/// Scenario: bodies that are no strings. Guarantee: they are compared by their text, as in the Collector.
#[test]
fn bodies_are_compared_by_their_text() {
    let json =
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":"5"}},{"body":{"boolValue":true}}]}]}]}"#;
    let wire = from_json(Message::request(Signal::Logs), json.as_bytes()).unwrap();
    let logs = Telemetry::from_wire(Signal::Logs, wire.into()).unwrap();
    for kept in ["'5'", "'true'"] {
        let ran = run(&format!("logs: {{include: {{match_type: strict, bodies: [{kept}]}}}}"), &logs);
        assert_eq!(ran.kept.unwrap().items(), 1, "{kept}");
    }
}
