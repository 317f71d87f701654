//! The Collector itself, with its exporter, and `tfo` side by side: the same telemetry becomes the same rows.
//!
//! It is the one that `make setup` builds (tests/bench/otelcol), or that `TFO_TEST_OTELCOL` names.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::otlp::{gateway, post};
use super::support::clickhouse::ClickHouse;
use super::support::server::free_port;
use super::support::{Tfo, checkout, skip};

/// The Collector, killed in the end.
struct Collector(Child);

const TABLES: [&str; 8] = [
    "otel_logs",
    "otel_traces",
    "otel_traces_trace_id_ts",
    "otel_metrics_gauge",
    "otel_metrics_sum",
    "otel_metrics_summary",
    "otel_metrics_histogram",
    "otel_metrics_exponential_histogram",
];
const TIME: u64 = 1_795_219_200_123_456_789;

/// Scenario: records, spans and points of every kind with every kind of value, sent to the Collector and to `tfo`, with maps
/// and with JSON; `tfo` fills tables made like those that the Collector has made for itself. Guarantee: every table has the
/// same rows, to the last character; what differs on purpose is in docs/compatibility.md.
#[test]
fn rows_are_those_of_the_collector() {
    let test = "rows_are_those_of_the_collector";
    let (Some(program), Some(server)) = (program(test), ClickHouse::shared(test)) else { return };
    for json in ["json: false", "json: true"] {
        let (theirs, ours) = (server.database(), server.database());
        let (collector, address) = Collector::start(&program, &gateway(server, &theirs, json));
        send(&address, json);
        wait_until("the Collector stores", || TABLES.iter().all(|table| server.count(&theirs, table) > 0));
        for table in TABLES {
            server.execute(&ours, &format!("CREATE TABLE {table} AS {theirs}.{table}"));
        }
        let view = "CREATE MATERIALIZED VIEW otel_traces_trace_id_ts_mv TO otel_traces_trace_id_ts AS \
                    SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM otel_traces WHERE TraceId != '' GROUP BY TraceId";
        server.execute(&ours, view);
        let tfo = Tfo::start(&gateway(server, &ours, "create_schema: false"));
        send(tfo.address("http"), json);
        for table in TABLES {
            let rows = |database: &str| {
                let mut rows: Vec<_> =
                    server.rows(database, &format!("SELECT * FROM {table}")).iter().map(Value::to_string).collect();
                rows.sort();
                rows
            };
            let (theirs, ours) = (rows(&theirs), rows(&ours));
            assert_eq!(theirs.len(), ours.len(), "{json}: {table}");
            for (theirs, ours) in theirs.iter().zip(&ours) {
                assert_eq!(theirs, ours, "{json}: {table}");
            }
        }
        drop(collector);
    }
}

// === impl Collector ===

impl Collector {
    fn start(program: &Path, yaml: &str) -> (Self, String) {
        let address = format!("127.0.0.1:{}", free_port());
        let yaml = yaml.replace("endpoint: 127.0.0.1:0", &format!("endpoint: {address}"));
        let mut command = Command::new(program);
        command.arg("--config").arg(format!("yaml:{yaml}")).stdout(Stdio::null()).stderr(Stdio::null());
        let collector = Self(command.spawn().unwrap());
        wait_until("the Collector listens", || std::net::TcpStream::connect(&address).is_ok());
        (collector, address)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(test: &str) -> Option<PathBuf> {
    let built = || checkout("target/otelcol/otelcol");
    let program = std::env::var_os("TFO_TEST_OTELCOL").map_or_else(built, PathBuf::from);
    let components = Command::new(&program).arg("components").output();
    if !components.is_ok_and(|listed| String::from_utf8_lossy(&listed.stdout).contains("clickhouseexporter")) {
        skip(test, &format!("no OpenTelemetry Collector at {}: run `make setup`", program.display()));
        return None;
    }
    Some(program)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("not within 30 seconds: {what}");
}

fn send(address: &str, json: &str) {
    let attributes = attributes(json.ends_with("true"));
    for (signal, body) in
        [("logs", logs(&attributes)), ("traces", traces(&attributes)), ("metrics", metrics(&attributes))]
    {
        let (status, answer) = post(address, signal, &body);
        assert_eq!(status, 200, "{signal}: {answer}");
    }
}

/// A value of every kind, in no order. JSON takes some only as text, and no empty key.
fn values() -> Vec<Value> {
    let list = json!({ "arrayValue": { "values": [{ "stringValue": "<\u{2028}" }, { "doubleValue": 1e21 }, {}, { "bytesValue": "AQ==" }] } });
    vec![
        json!({ "stringValue": "a \"b\"\\\n\u{1}\u{fc}\u{1f600}<&>" }),
        json!({ "stringValue": "" }),
        json!({ "intValue": "-9223372036854775808" }),
        json!({ "boolValue": true }),
        json!({ "doubleValue": 1e-7 }),
        json!({ "doubleValue": 1e20 }),
        json!({ "doubleValue": 3.0 }),
        json!({ "bytesValue": "AP8Q" }),
        list.clone(),
        json!({ "kvlistValue": { "values": [{ "key": "z", "value": list }, { "key": "a", "value": { "doubleValue": 0.1 } }] } }),
        json!({ "kvlistValue": { "values": [] } }),
        json!({}),
    ]
}

fn attributes(is_json: bool) -> Value {
    let attribute =
        |(at, value): (usize, Value)| json!({ "key": format!("{}.k{at}", (b'm' - at as u8) as char), "value": value });
    let mut attributes: Vec<_> = values().into_iter().enumerate().map(attribute).collect();
    if !is_json {
        attributes.push(json!({ "key": "", "value": { "doubleValue": "NaN" } }));
        attributes.extend(["1", "2"].map(|value| json!({ "key": "twice", "value": { "stringValue": value } })));
    }
    Value::from(attributes)
}

fn resource(attributes: &Value) -> Value {
    let mut attributes = attributes.clone();
    attributes.as_array_mut().unwrap().push(json!({ "key": "service.name", "value": { "stringValue": "shop" } }));
    json!({ "attributes": attributes })
}

fn scope(attributes: &Value) -> Value {
    json!({ "name": "lib", "version": "1.2", "attributes": attributes, "droppedAttributesCount": 4 })
}

fn logs(attributes: &Value) -> Value {
    let mut records: Vec<_> = values().into_iter().enumerate()
        .map(|(at, body)| json!({ "timeUnixNano": (TIME + at as u64).to_string(), "body": body, "severityNumber": at * 2, "severityText": format!("s{at}") }))
        .collect();
    records.push(json!({ "timeUnixNano": TIME.to_string(), "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
        "flags": 257, "eventName": "event", "attributes": attributes }));
    records.push(json!({ "observedTimeUnixNano": TIME.to_string() }));
    records.push(json!({ "body": { "stringValue": "no time" } }));
    json!({ "resourceLogs": [
        { "resource": resource(attributes), "schemaUrl": "urn:r", "scopeLogs": [{ "scope": scope(attributes), "schemaUrl": "urn:s", "logRecords": records }] },
        { "scopeLogs": [{ "logRecords": [{ "timeUnixNano": "1", "body": { "stringValue": "bare" } }] }] },
    ] })
}

fn traces(attributes: &Value) -> Value {
    let (trace, id) = ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174");
    let mut spans: Vec<_> = (0..6)
        .map(|kind| json!({ "traceId": trace, "spanId": id, "kind": kind, "status": { "code": kind % 3, "message": "m" }, "name": format!("kind {kind}"),
            "startTimeUnixNano": TIME.to_string(), "endTimeUnixNano": (TIME + kind).to_string() }))
        .collect();
    spans.push(json!({ "traceId": trace, "spanId": id, "parentSpanId": id, "traceState": "a=b", "name": "full", "attributes": attributes,
        "startTimeUnixNano": TIME.to_string(), "endTimeUnixNano": (TIME - 1).to_string(),
        "events": [{ "timeUnixNano": TIME.to_string(), "name": "e", "attributes": attributes }, {}],
        "links": [{ "traceId": trace, "spanId": id, "traceState": "x=y", "attributes": attributes }, {}] }));
    spans.push(json!({ "name": "bare" }));
    json!({ "resourceSpans": [{ "resource": resource(attributes), "scopeSpans": [{ "scope": scope(attributes), "spans": spans }] }] })
}

fn metrics(attributes: &Value) -> Value {
    let exemplar = json!([{ "timeUnixNano": TIME.to_string(), "asInt": "9007199254740993", "filteredAttributes": attributes,
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174" }]);
    let points = |own: &[Value]| {
        let point = |own: &Value| {
            let mut point = json!({ "timeUnixNano": TIME.to_string(), "startTimeUnixNano": (TIME - 1).to_string(), "attributes": attributes, "flags": 1 });
            point.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            point
        };
        own.iter().map(point).collect::<Vec<_>>()
    };
    let numbers = points(&[
        json!({ "asDouble": 1.5, "exemplars": exemplar }),
        json!({ "asInt": "9007199254740993" }),
        json!({ "asDouble": "NaN" }),
        json!({ "asDouble": "-Infinity" }),
        json!({}),
    ]);
    let histograms = points(&[
        json!({ "count": "3", "sum": 6.5, "min": -1.0, "max": 9.0, "bucketCounts": ["1", "2"], "explicitBounds": [10.0], "exemplars": exemplar }),
        json!({}),
    ]);
    let exponential = points(&[
        json!({ "count": "9", "sum": 6.5, "scale": -1, "zeroCount": "2", "positive": { "offset": -3, "bucketCounts": ["1", "2"] },
        "negative": { "offset": 4, "bucketCounts": ["5"] }, "min": -1.0, "max": 2.0, "exemplars": exemplar }),
        json!({}),
    ]);
    let summaries = points(&[
        json!({ "count": "3", "sum": 1.5, "quantileValues": [{ "quantile": 0.5, "value": 1.0 }, { "quantile": 1.0, "value": "NaN" }] }),
        json!({}),
    ]);
    let mut metrics = vec![
        json!({ "name": "g", "description": "d", "unit": "ms", "gauge": { "dataPoints": numbers } }),
        json!({ "name": "y", "summary": { "dataPoints": summaries } }),
    ];
    for temporality in 0..3 {
        metrics.push(json!({ "name": format!("s{temporality}"), "sum": { "aggregationTemporality": temporality, "isMonotonic": temporality == 2, "dataPoints": numbers } }));
        metrics.push(json!({ "name": format!("h{temporality}"), "histogram": { "aggregationTemporality": temporality, "dataPoints": histograms } }));
        metrics.push(json!({ "name": format!("e{temporality}"), "exponentialHistogram": { "aggregationTemporality": temporality, "dataPoints": exponential } }));
    }
    json!({ "resourceMetrics": [{ "resource": resource(attributes), "schemaUrl": "urn:r", "scopeMetrics": [{ "scope": scope(attributes), "schemaUrl": "urn:s", "metrics": metrics }] }] })
}
