//! What is sent, and a collector that stores it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::support::clickhouse::{ClickHouse, PASSWORD, USER};
use serde_json::{Value, json};

/// A configuration that stores every signal in a database, with further keys of the exporter.
pub(crate) fn gateway(server: &ClickHouse, database: &str, keys: &str) -> String {
    let retry = if keys.contains("retry_on_failure") {
        ""
    } else {
        "retry_on_failure: { initial_interval: 300ms, max_interval: 1s }"
    };
    format!(
        "receivers:
  otlp: {{ protocols: {{ http: {{ endpoint: 127.0.0.1:0 }} }} }}
exporters:
  clickhouse:
    endpoint: {}
    username: {USER}
    password: {PASSWORD}
    database: {database}
    sending_queue: {{ batch: {{ flush_timeout: 50ms }} }}
    {retry}
    {keys}
service:
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines:
    logs: {{ receivers: [otlp], exporters: [clickhouse] }}
    traces: {{ receivers: [otlp], exporters: [clickhouse] }}
    metrics: {{ receivers: [otlp], exporters: [clickhouse] }}
",
        server.url()
    )
}

/// Sends a request and waits for the status and the text of its answer; 0 when nobody answers.
pub(crate) fn post(address: &str, signal: &str, body: &Value) -> (u16, String) {
    let answer = || -> std::io::Result<String> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(address)?;
        let head = "Host: test\r\nConnection: close\r\nContent-Type: application/json\r\n";
        write!(stream, "POST /v1/{signal} HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    };
    let answer = answer().unwrap_or_default();
    (answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), answer)
}

fn resource() -> Value {
    json!({ "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] })
}

/// Records of logs with these bodies.
pub(crate) fn logs(bodies: &[&str]) -> Value {
    let record = |body: &&str| {
        json!({ "timeUnixNano": "1700000000123456789", "severityText": "INFO", "severityNumber": 9,
            "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "body": { "stringValue": body },
            "attributes": [{ "key": "n", "value": { "intValue": "5" } }] })
    };
    let records: Vec<Value> = bodies.iter().map(record).collect();
    json!({ "resourceLogs": [{ "resource": resource(), "scopeLogs": [{ "scope": { "name": "s" }, "logRecords": records }] }] })
}

/// One record.
pub(crate) fn log(body: &str) -> Value {
    logs(&[body])
}

/// A span with an event and a link.
pub(crate) fn traces() -> Value {
    let attribute = json!([{ "key": "a", "value": { "boolValue": true } }]);
    let span = json!({ "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "GET", "kind": 2,
        "startTimeUnixNano": "1700000000123456789", "endTimeUnixNano": "1700000001123456789",
        "status": { "code": 2, "message": "bad" },
        "events": [{ "timeUnixNano": "1700000000123456790", "name": "e", "attributes": attribute }],
        "links": [{ "traceId": "5b8efff798038103d269b633813fc60d", "spanId": "eee19b7ec3c1b175" }] });
    json!({ "resourceSpans": [{ "resource": resource(), "scopeSpans": [{ "scope": { "name": "s" }, "spans": [span] }] }] })
}

/// A point of each kind.
pub(crate) fn metrics() -> Value {
    let point = |rest: Value| {
        let mut point = json!({ "timeUnixNano": "1700000000000000001", "startTimeUnixNano": "1600000000000000000" });
        point.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!([point])
    };
    let metrics = json!([
        { "name": "g", "gauge": { "dataPoints": point(json!({ "asDouble": 1.5 })) } },
        { "name": "s", "sum": { "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": point(json!({ "asInt": "7" })) } },
        { "name": "y", "summary": { "dataPoints": point(json!({ "count": "3", "sum": 1.0, "quantileValues": [{ "quantile": 0.5, "value": 0.5 }] })) } },
        { "name": "h", "histogram": { "aggregationTemporality": 2, "dataPoints": point(json!({ "count": "3", "sum": 31.0, "min": 1.0, "max": 20.0, "bucketCounts": ["1", "2"], "explicitBounds": [10.0] })) } },
        { "name": "e", "exponentialHistogram": { "aggregationTemporality": 2, "dataPoints": point(json!({ "count": "3", "scale": -1, "zeroCount": "0", "positive": { "offset": 1, "bucketCounts": ["1", "2"] } })) } },
    ]);
    json!({ "resourceMetrics": [{ "resource": resource(), "scopeMetrics": [{ "scope": { "name": "s" }, "metrics": metrics }] }] })
}
