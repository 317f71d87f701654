//! The texts, character by character, and the settings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use pipelines::component::{BuildContext, ComponentId, Config as _, Exporter, ExporterFactory, Problems};
use pipelines::runtime::{Budget, Wake};
use pipelines::{Context, Signal, Telemetry};
use prost::Message;

use super::{Config, Debug};

fn build(yaml: &str) -> Arc<dyn Exporter> {
    let config = Arc::new(serde_yaml::from_str::<Config>(yaml).unwrap());
    let cx = BuildContext {
        id: ComponentId::of("debug"),
        signal: None,
        wake: Wake::default(),
        budget: Budget::new(1 << 20),
    };
    Debug::build(&config, &cx).unwrap()
}

fn text(yaml: &str, telemetry: &Telemetry) -> String {
    String::from_utf8(build(yaml).encode(telemetry).unwrap().body.to_vec()).unwrap()
}

/// A request written as OTLP JSON, read by the reference implementation.
fn read<M: Message + serde::de::DeserializeOwned>(signal: Signal, json: &str) -> Telemetry {
    let request: M = serde_json::from_str(json).unwrap();
    Telemetry::from_wire(signal, request.encode_to_vec().into()).unwrap()
}

fn logs() -> Telemetry {
    read::<ExportLogsServiceRequest>(
        Signal::Logs,
        r#"{"resourceLogs":[{"schemaUrl":"https://schema","resource":{"attributes":[
        {"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"scope":{"name":"lib","version":"1.0"},
        "logRecords":[{"timeUnixNano":"1581452773000000789","severityNumber":9,"severityText":"Info",
        "body":{"stringValue":"hello"},"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708",
        "attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"m","value":{"kvlistValue":{"values":[
        {"key":"b","value":{"doubleValue":1.5}},{"key":"a","value":{"boolValue":true}}]}}}]}]}]}]}"#,
    )
}

/// Scenario: one log record. Guarantee: the three texts are those of the Collector.
#[test]
fn logs_read_as_in_the_collector() {
    let logs = logs();
    assert_eq!(text("{}", &logs), "Logs\t{\"resource logs\": 1, \"log records\": 1}\n");
    assert_eq!(
        text("verbosity: normal", &logs).lines().skip(1).collect::<Vec<_>>(),
        [
            "ResourceLog #0 [https://schema] service.name=shop",
            "ScopeLog #0 lib@1.0",
            "hello n=7 m={\"a\":true,\"b\":1.5}"
        ]
    );
    let expected = "ResourceLog #0
Resource SchemaURL: https://schema
Resource attributes:
     -> service.name: Str(shop)
ScopeLogs #0
ScopeLogs SchemaURL: 
InstrumentationScope lib 1.0
LogRecord #0
ObservedTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 2020-02-11 20:26:13.000000789 +0000 UTC
SeverityText: Info
SeverityNumber: Info(9)
Body: Str(hello)
Attributes:
     -> n: Int(7)
     -> m: Map({\"a\":true,\"b\":1.5})
Trace ID: 0102030405060708090a0b0c0d0e0f10
Span ID: 0102030405060708
Flags: 0
";
    assert_eq!(text("verbosity: detailed", &logs).split_once('\n').unwrap().1, expected);
}

/// Scenario: a span with an event and a link. Guarantee: the texts are those of the Collector.
#[test]
fn spans_read_as_in_the_collector() {
    let spans = read::<ExportTraceServiceRequest>(
        Signal::Traces,
        r#"{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[
        {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"GET /","kind":2,
        "startTimeUnixNano":"1000000000","endTimeUnixNano":"2000000000","status":{"code":2,"message":"boom"},
        "attributes":[{"key":"k","value":{"stringValue":"v"}}],"droppedAttributesCount":3,
        "events":[{"name":"e","timeUnixNano":"1500000000"}],
        "links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]}]}]}]}"#,
    );
    assert_eq!(
        text("verbosity: normal", &spans).lines().last().unwrap(),
        "GET / 0102030405060708090a0b0c0d0e0f10 0102030405060708 k=v"
    );
    let expected = "Traces\t{\"resource spans\": 1, \"spans\": 1}
ResourceSpans #0
Resource SchemaURL: 
ScopeSpans #0
ScopeSpans SchemaURL: 
InstrumentationScope  
Span #0
    Trace ID       : 0102030405060708090a0b0c0d0e0f10
    Parent ID      : 
    ID             : 0102030405060708
    Name           : GET /
    Kind           : Server
    Start time     : 1970-01-01 00:00:01 +0000 UTC
    End time       : 1970-01-01 00:00:02 +0000 UTC
    Status code    : Error
    Status message : boom
    DroppedAttributesCount: 3
Attributes:
     -> k: Str(v)
Events:
SpanEvent #0
     -> Name: e
     -> Timestamp: 1970-01-01 00:00:01.5 +0000 UTC
     -> DroppedAttributesCount: 0
Links:
SpanLink #0
     -> Trace ID: 0102030405060708090a0b0c0d0e0f10
     -> ID: 0102030405060708
     -> TraceState: 
     -> DroppedAttributesCount: 0
";
    assert_eq!(text("verbosity: detailed", &spans), expected);
}

/// Scenario: a sum, a histogram and an exponential histogram. Guarantee: values, bounds and counts as in the Collector.
#[test]
fn metrics_read_as_in_the_collector() {
    let metrics = read::<ExportMetricsServiceRequest>(
        Signal::Metrics,
        r#"{"resourceMetrics":[{"resource":{},"scopeMetrics":[{"scope":{},"metrics":[
        {"name":"c","unit":"1","sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"asInt":"12"},{"asDouble":1.5}]}},
        {"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{"count":"3","sum":6.5,"bucketCounts":["1","2"],"explicitBounds":[10]}]}},
        {"name":"e","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"count":"4","scale":0,"zeroCount":"1",
        "positive":{"offset":0,"bucketCounts":["1","1"]},"negative":{"offset":0,"bucketCounts":["1"]}}]}}]}]}]}"#,
    );
    let shown = text("verbosity: normal", &metrics);
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "Metrics\t{\"resource metrics\": 1, \"metrics\": 3, \"data points\": 4}",
            "ResourceMetrics #0",
            "ScopeMetrics #0",
            "c{} 12",
            "c{} 1.5",
            "h{} count=3 sum=6.5 le10=1 2",
            "e{} count=4"
        ]
    );
    let shown = text("verbosity: detailed", &metrics);
    for part in [
        "     -> DataType: Sum\n     -> IsMonotonic: true\n     -> AggregationTemporality: Cumulative\nNumberDataPoints #0\n",
        "Value: 12\nNumberDataPoints #1\n",
        "Value: 1.500000\nMetric #1\n",
        "Count: 3\nSum: 6.500000\nExplicitBounds #0: 10.000000\nBuckets #0, Count: 1\nBuckets #1, Count: 2\n",
        "Bucket [-2.000000, -1.000000), Count: 1\nBucket [0, 0], Count: 1\n\
         Bucket (1.000000, 2.000000], Count: 1\nBucket (2.000000, 4.000000], Count: 1\n",
    ] {
        assert!(shown.contains(part), "{part}\n---\n{shown}");
    }
}

/// Scenario: text goes to a file. Guarantee: it is there when the export has succeeded; a place that cannot be written
/// is a retryable error that names it.
#[tokio::test]
async fn writes_to_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.txt");
    let exporter = build(&format!("output_paths: [{}]", path.display()));
    for _ in 0..2 {
        exporter.export(&logs(), &Context::default()).await.unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    let exporter = build("output_paths: [/nowhere/out.txt]");
    let error = exporter.export(&logs(), &Context::default()).await.unwrap_err();
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
