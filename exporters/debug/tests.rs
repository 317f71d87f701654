//! The texts, character by character, and the settings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use pipelines::component::{BuildContext, ComponentId, Config as _, Exporter, ExporterFactory, Problems};
use pipelines::otlp::json::from_json;
use pipelines::otlp::schema::Message;
use pipelines::{BatchId, Context, Signal, Telemetry};

use super::{Config, Debug};

fn build(yaml: &str) -> Arc<dyn Exporter> {
    let config = Arc::new(serde_yaml::from_str::<Config>(yaml).unwrap());
    Debug::build(&config, &BuildContext::new(ComponentId::of("debug"))).unwrap()
}

fn text(yaml: &str, telemetry: &Telemetry) -> String {
    String::from_utf8(build(yaml).encode(telemetry).unwrap().body.to_vec()).unwrap()
}

/// A request written as OTLP JSON.
fn read(signal: Signal, json: &str) -> Telemetry {
    let wire = from_json(Message::request(signal), json.as_bytes()).unwrap();
    Telemetry::from_wire(signal, wire.into()).unwrap()
}

/// The request of a signal in `testdata`: every kind of value and point, full records and bare ones.
fn sample(signal: Signal) -> Telemetry {
    match signal {
        Signal::Traces => read(signal, include_str!("testdata/traces.json")),
        Signal::Metrics => read(signal, include_str!("testdata/metrics.json")),
        _ => read(signal, include_str!("testdata/logs.json")),
    }
}

/// Scenario: traces, metrics and logs with every field there is. Guarantee: the texts are, byte for byte, what the
/// OpenTelemetry Collector 0.161 printed for the same requests (`use_internal_logger: false`).
#[test]
fn texts_are_those_of_the_collector() {
    for (verbosity, expected) in [
        ("basic", include_str!("testdata/basic.txt")),
        ("normal", include_str!("testdata/normal.txt")),
        ("detailed", include_str!("testdata/detailed.txt")),
    ] {
        let yaml = format!("verbosity: {verbosity}");
        let signals = [Signal::Traces, Signal::Metrics, Signal::Logs];
        let printed: String = signals.into_iter().map(|signal| text(&yaml, &sample(signal))).collect();
        for (at, (ours, theirs)) in printed.lines().zip(expected.lines()).enumerate() {
            assert_eq!(ours, theirs, "line {} of {verbosity}", at + 1);
        }
        assert_eq!(printed, expected);
    }
}

/// Scenario: a list with a number that JSON does not have. Guarantee: the others are still shown, where the Collector
/// gives the whole list up.
#[test]
fn numbers_outside_json_are_null() {
    let logs = read(
        Signal::Logs,
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":[{"doubleValue":"NaN"},{"intValue":"1"}]}}}]}]}]}"#,
    );
    assert!(text("verbosity: detailed", &logs).contains("Body: Slice([null,1])\n"));
}

/// Scenario: text goes to a file. Guarantee: it is there when the export has succeeded; a place that cannot be written
/// is a retryable error that names it.
#[tokio::test]
async fn writes_to_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.txt");
    let exporter = build(&format!("output_paths: [{}]", path.display()));
    for _ in 0..2 {
        exporter.export(BatchId::fresh(), &sample(Signal::Logs), &Context::default()).await.unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    let exporter = build("output_paths: [/nowhere/out.txt]");
    let error = exporter.export(BatchId::fresh(), &sample(Signal::Logs), &Context::default()).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/out.txt"), "{error}");
}

/// Scenario: files from the time when the exporter was called `logging`. Guarantee: old keys work, with a warning.
#[test]
fn old_keys_still_work() {
    for key in ["loglevel", "logLevel"] {
        let config: Config = serde_yaml::from_str(&format!("{key}: debug")).unwrap();
        assert_eq!(config.level().name(), "detailed");
        let mut problems = Problems::default();
        config.validate(&mut problems);
        let problems = problems.into_vec();
        assert!(problems.len() == 1 && problems[0].warning, "{problems:?}");
    }
}
