//! Stores that a running collector writes: what was sent is shown, and asking holds nobody up.
// Time is measured here, not told to anyone.
#![allow(clippy::disallowed_methods)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::support::Tfo;
use super::{fine, lines, query};

/// A collector that writes to a store.
fn collector() -> Tfo {
    Tfo::start(
        "receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:0'}}}}
exporters: {sqlite: {path: '{folder}/telemetry.db', sending_queue: {batch: {flush_timeout: 50ms}}}}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [sqlite]}
    traces: {receivers: [otlp], exporters: [sqlite]}
    metrics: {receivers: [otlp], exporters: [sqlite]}
",
    )
}

/// Sends OTLP/JSON and waits until it is stored.
fn send(address: &str, signal: &str, body: &Value) {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/{signal} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("{\"partialSuccess\":{}}"), "{answer}");
}

/// A resource of the service `shop`.
fn shop() -> Value {
    json!({ "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] })
}

/// So many seconds ago, as OTLP/JSON writes it.
fn ago(seconds: u64) -> String {
    let past = SystemTime::now() - Duration::from_secs(seconds);
    past.duration_since(UNIX_EPOCH).unwrap().as_nanos().to_string()
}

/// Scenario: logs, a trace and metrics of all kinds, sent as OTLP to the binary that stores them. Guarantee: every view
/// finds them while the writer runs, with the values that were sent.
#[test]
fn what_was_sent_is_shown() {
    let tfo = collector();
    let (address, db) = (tfo.address("http").to_owned(), tfo.path("telemetry.db").to_str().unwrap().to_owned());
    let (trace, span, child) = ("5b8aa5a2d2c872e8321cf37308d69df2", "051581bf3cb55c13", "5fb397be34d26b51");
    let record = json!({ "timeUnixNano": ago(1), "severityNumber": 13, "severityText": "Warning", "eventName": "disk.full",
        "body": { "kvlistValue": { "values": [{ "key": "free", "value": { "intValue": "0" } }] } }, "traceId": trace, "spanId": child,
        "attributes": [{ "key": "n", "value": { "arrayValue": { "values": [{ "doubleValue": 0.5 }] } } }] });
    let scope = json!({ "name": "checkout", "version": "1.2" });
    send(
        &address,
        "logs",
        &json!({ "resourceLogs": [{ "resource": shop(), "scopeLogs": [{ "scope": scope, "logRecords": [record] }] }] }),
    );
    let spans = json!([
        { "traceId": trace, "spanId": span, "name": "GET /", "kind": 2, "startTimeUnixNano": ago(10), "endTimeUnixNano": ago(8) },
        { "traceId": trace, "spanId": child, "parentSpanId": span, "name": "read", "kind": 3, "startTimeUnixNano": ago(9),
          "endTimeUnixNano": ago(8), "status": { "code": 2, "message": "disk full" },
          "events": [{ "timeUnixNano": ago(8), "name": "exception", "attributes": [{ "key": "k", "value": { "boolValue": true } }] }] },
    ]);
    send(&address, "traces", &json!({ "resourceSpans": [{ "resource": shop(), "scopeSpans": [{ "spans": spans }] }] }));
    let point = |from: u64, until: u64, more: Value| {
        let mut point = json!({ "startTimeUnixNano": ago(from), "timeUnixNano": ago(until) });
        point.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        point
    };
    let metrics = json!([
        { "name": "load", "gauge": { "dataPoints": [point(0, 2, json!({ "asDouble": 0.25 }))] } },
        { "name": "served", "unit": "{request}", "sum": { "aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [
            point(20, 10, json!({ "asInt": "30" })), point(10, 0, json!({ "asInt": "10" }))] } },
        { "name": "took", "unit": "ms", "histogram": { "aggregationTemporality": 1, "dataPoints": [
            point(20, 10, json!({ "count": "4", "sum": 60.0, "bucketCounts": ["0", "4", "0"], "explicitBounds": [10.0, 20.0] }))] } },
        { "name": "sized", "unit": "By", "exponentialHistogram": { "aggregationTemporality": 1, "dataPoints": [
            point(20, 10, json!({ "count": "4", "sum": 6.0, "scale": 0, "zeroCount": "0",
                "positive": { "offset": 0, "bucketCounts": ["4"] }, "negative": {} }))] } },
        { "name": "paused", "unit": "s", "summary": { "dataPoints": [point(20, 10, json!({ "count": "2", "sum": 3.0,
            "quantileValues": [{ "quantile": 0.5, "value": 1.5 }] }))] } },
    ]);
    send(
        &address,
        "metrics",
        &json!({ "resourceMetrics": [{ "resource": shop(), "scopeMetrics": [{ "metrics": metrics }] }] }),
    );

    let ask = |arguments: &[&str]| lines(query(&[arguments, &["--format", "json", "--db", &db]].concat()));
    let document = |arguments: &[&str]| -> Value {
        serde_json::from_str(&fine(query(&[arguments, &["--format", "json", "--db", &db]].concat()))).unwrap()
    };
    let logs = ask(&["logs", "--service", "shop", "--since", "1m", "--trace", "5b8a"]);
    let log = &logs[0];
    assert_eq!((logs.len(), &log["body"], &log["event_name"]), (1, &json!("{\"free\":0}"), &json!("disk.full")));
    assert_eq!((&log["attributes"], &log["scope"]["version"]), (&json!({ "n": [0.5] }), &json!("1.2")));
    assert_eq!(log["resource"]["attributes"]["service.name"], "shop");
    let traces = ask(&["traces", "--errors", "--min-duration", "1s", "--since", "1m"]);
    assert_eq!((&traces[0]["root_name"], &traces[0]["span_count"]), (&json!("GET /"), &json!(2)));
    let found = document(&["trace", "5b8a"]);
    let spans = &found["spans"];
    assert_eq!((&found["log_count"], &spans[1]["depth"], &spans[1]["kind"]), (&json!(1), &json!(1), &json!("Client")));
    assert_eq!(
        (&spans[1]["status_message"], &spans[1]["events"][0]["attributes"]),
        (&json!("disk full"), &json!({ "k": true }))
    );
    let types: Vec<Value> = ask(&["metrics"]).into_iter().map(|metric| metric["type"].clone()).collect();
    assert_eq!(types, ["gauge", "summary", "sum", "exponential_histogram", "histogram"]);
    let series =
        |name: &str| document(&["metric", name, "--attribute", "service.name=shop"])["metrics"][0]["series"][0].clone();
    let close = |found: &Value, expected: f64| {
        assert!(
            found.as_f64().is_some_and(|found| (found - expected).abs() < expected / 100.0),
            "{found} is not {expected}"
        );
    };
    close(&series("load")["last_value"], 0.25);
    assert_eq!(series("served")["increase"], json!(40.0));
    close(&series("served")["rate_per_second"], 2.0);
    assert_eq!((&series("took")["mean"], &series("took")["p50"]), (&json!(15.0), &json!(15.0)));
    close(&series("sized")["p50"], 2f64.sqrt());
    assert_eq!(series("paused")["quantiles"], json!([{ "quantile": 0.5, "value": 1.5 }]));
    let services = ask(&["services"]);
    assert_eq!(
        (&services[0]["logs"], &services[0]["spans"], &services[0]["metric_points"]),
        (&json!(1), &json!(2), &json!(6))
    );
}

/// Scenario: a store that is written to as fast as one client can, asked again and again. Guarantee: no question fails
/// or waits long, none costs the writer more than a fraction of its speed, and every record is there in the end.
#[test]
fn questions_do_not_hold_the_writer_up() {
    const REQUESTS: usize = 40;
    const RECORDS: usize = 200;
    let tfo = collector();
    let (address, db) = (tfo.address("http").to_owned(), tfo.path("telemetry.db").to_str().unwrap().to_owned());
    let record = |n: usize| json!({ "timeUnixNano": ago(0), "severityNumber": 9, "body": { "stringValue": format!("record {n}") } });
    let batch = |from: usize| {
        let records: Vec<Value> = (from..from + RECORDS).map(record).collect();
        json!({ "resourceLogs": [{ "resource": shop(), "scopeLogs": [{ "logRecords": records }] }] })
    };
    send(&address, "logs", &batch(0));
    let done = AtomicBool::new(false);
    let (asked, slowest) = std::thread::scope(|scope| {
        scope.spawn(|| {
            (1..REQUESTS).for_each(|request| send(&address, "logs", &batch(request * RECORDS)));
            done.store(true, Ordering::Relaxed);
        });
        let (mut asked, mut slowest) = (0, Duration::ZERO);
        while !done.load(Ordering::Relaxed) {
            for what in [&["logs", "--search", "9"][..], &["services"], &["sql", "SELECT count(*) FROM logs"]] {
                let began = Instant::now();
                fine(query(&[what, &["--db", &db]].concat()));
                slowest = slowest.max(began.elapsed());
                asked += 1;
            }
        }
        (asked, slowest)
    });
    // Far above what it takes; it is there to catch waiting for a lock, which lasts seconds.
    assert!(slowest < Duration::from_secs(4), "{asked} questions, the slowest took {slowest:?}");
    let count = fine(query(&["sql", "SELECT count(*) FROM otel_logs", "--format", "json", "--db", &db]));
    assert_eq!(count, format!("{{\"count(*)\":{}}}\n", REQUESTS * RECORDS));
}
