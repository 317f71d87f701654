//! What `include` and `exclude` choose, on every signal.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use pipelines::component::ProcessorFactory;
use pipelines::{Context, Signal};

use super::{Attributes, Config};
use crate::testing::{Bench, build_context, config, decode, problems, samples, telemetry};

const MARK: &str = "actions: [{key: mark, value: 1, action: insert}]";

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn marked(attributes: &[KeyValue]) -> bool {
    attributes.iter().any(|attribute| attribute.key == "mark")
}

/// Which of three log records are marked: `first` (INFO, from `shop`), `second` (ERROR) and a third without severity.
fn marked_logs(rules: &str) -> [bool; 3] {
    let mut request = samples::logs(&[attribute("code", Value::IntValue(7)), attribute("service.name", text("shop"))]);
    request.resource_logs.truncate(1);
    let records = &mut request.resource_logs[0].scope_logs[0].log_records;
    records.push(records[0].clone());
    for (record, (body, number, name)) in
        records.iter_mut().zip([("first", 9, "INFO"), ("second", 17, "ERROR"), ("third", 0, "")])
    {
        record.body = Some(AnyValue { value: Some(text(body)) });
        (record.severity_number, record.severity_text) = (number, name.into());
    }
    records[1].attributes.push(attribute("user", text("ann")));
    let bench = Bench::new::<Attributes>(Signal::Logs, &format!("{MARK}\n{rules}"));
    let after = bench.through(telemetry(Signal::Logs, &request), Context::default());
    let request: ExportLogsServiceRequest = decode(&after);
    let records = &request.resource_logs[0].scope_logs[0].log_records;
    [0, 1, 2].map(|index| marked(&records[index].attributes))
}

fn text(value: &str) -> Value {
    Value::StringValue(value.into())
}

/// Scenario: every property of log records, strict and as a pattern. Guarantee: it chooses what it says.
#[test]
fn properties_of_logs() {
    let cases = [
        ("", [true, true, true]),
        ("include: {match_type: strict, log_bodies: [first, third]}", [true, false, true]),
        ("include: {match_type: regexp, regexp: {cacheenabled: true}, log_bodies: ['^.i']}", [true, false, false]),
        ("include: {match_type: strict, log_severity_texts: [ERROR]}", [false, true, false]),
        ("include: {match_type: strict, log_severity_number: {min: WARN}}", [false, true, false]),
        ("include: {match_type: strict, log_severity_number: {min: 9, match_undefined: true}}", [true, true, true]),
        ("include: {match_type: strict, attributes: [{key: user}]}", [false, true, false]),
        (
            "include: {match_type: strict, attributes: [{key: user, value: ann}, {key: code, value: 7}]}",
            [false, true, false],
        ),
        ("include: {match_type: strict, attributes: [{key: code, value: '7'}]}", [false, false, false]),
        ("include: {match_type: regexp, attributes: [{key: code, value: '^7$'}]}", [true, true, true]),
        ("include: {match_type: strict, services: [shop, other]}", [true, true, true]),
        ("include: {match_type: strict, services: [other]}", [false, false, false]),
        ("include: {match_type: strict, resources: [{key: code, value: 7}]}", [true, true, true]),
        ("include: {match_type: strict, libraries: [{name: library}]}", [true, true, true]),
        ("include: {match_type: strict, libraries: [{name: library, version: '2'}]}", [false, false, false]),
        ("exclude: {match_type: strict, log_bodies: [second]}", [true, false, true]),
        (
            "include: {match_type: strict, log_bodies: [first, second]}\nexclude: {match_type: regexp, log_bodies: [sec]}",
            [true, false, false],
        ),
        ("include: {match_type: strict, log_bodies: [first], log_severity_texts: [ERROR]}", [false, false, false]),
    ];
    for (rules, expected) in cases {
        assert_eq!(marked_logs(rules), expected, "{rules}");
    }
}

/// Scenario: properties of spans. Guarantee: names and kinds choose spans.
#[test]
fn properties_of_spans() {
    let cases = [
        ("span_names: [one]", [true, false]),
        ("span_kinds: [SPAN_KIND_SERVER], span_names: [two]", [false, true]),
        ("span_kinds: [SPAN_KIND_CLIENT]", [false, false]),
    ];
    for (rule, expected) in cases {
        let yaml = format!("{MARK}\ninclude: {{match_type: strict, {rule}}}");
        let bench = Bench::new::<Attributes>(Signal::Traces, &yaml);
        let after = bench.through(telemetry(Signal::Traces, &samples::traces(&[])), Context::default());
        let request: ExportTraceServiceRequest = decode(&after);
        let spans = &request.resource_spans[0].scope_spans[0].spans;
        assert_eq!([0, 1].map(|index| marked(&spans[index].attributes)), expected, "{rule}");
    }
}

/// Scenario: names of metrics. Guarantee: only the points of the named metric are changed.
#[test]
fn properties_of_metrics() {
    let yaml = format!("{MARK}\ninclude: {{match_type: regexp, metric_names: ['0$']}}");
    let bench = Bench::new::<Attributes>(Signal::Metrics, &yaml);
    let after = bench.through(telemetry(Signal::Metrics, &samples::metrics(&[])), Context::default());
    let request: ExportMetricsServiceRequest = decode(&after);
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    let Some(Data::Gauge(gauge)) = &metrics[0].data else { panic!("a gauge") };
    assert!(gauge.data_points.iter().all(|point| marked(&point.attributes)));
    let Some(Data::Sum(sum)) = &metrics[1].data else { panic!("a sum") };
    assert!(!marked(&sum.data_points[0].attributes));
}

/// Scenario: faults in rules. Guarantee: each is named with its place.
#[test]
fn faults_are_named() {
    let yaml = format!(
        "{MARK}\ninclude: {{match_type: regexp, services: ['('], attributes: [{{key: a, value: 1}}]}}\nexclude: {{match_type: strict}}"
    );
    let paths: Vec<_> = problems::<Config>(&yaml).into_iter().map(|problem| problem.path).collect();
    assert_eq!(paths, ["include.services.0", "include.attributes.0.value", "exclude"]);
}

/// Scenario: a property that the pipeline's signal does not have. Guarantee: refused when built, by name.
#[test]
fn foreign_properties_are_refused() {
    let config: Config = config(&format!("{MARK}\ninclude: {{match_type: strict, span_names: [a]}}"));
    let failure = Attributes::build(&Arc::new(config), &build_context(Signal::Logs)).err().unwrap();
    assert_eq!(failure.0, "include.span_names matches nothing in a pipeline of logs; remove it");
}
