//! What stands in the tables.

use std::collections::BTreeSet;

use pipelines::component::Exported;
use pipelines::{BatchId, Context, Signal};
use rusqlite::Connection;
use serde_json::json;

use super::super::rows::Table;
use super::super::{VERSION, ddl};
use super::{Place, logs, telemetry};

const LOGS: &str = r#"{"resourceLogs":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}],"droppedAttributesCount":2},
  "schemaUrl":"https://r",
  "scopeLogs":[{"scope":{"name":"lib","version":"1","attributes":[{"key":"a","value":{"boolValue":true}}]},
    "logRecords":[
      {"timeUnixNano":"1700000000123456789","observedTimeUnixNano":"5","severityNumber":17,"severityText":"Error",
       "traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","flags":1,"eventName":"paid",
       "body":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}},"droppedAttributesCount":3,
       "attributes":[{"key":"nul\u0000","value":{"stringValue":"x\u0000y"}},{"key":"nan","value":{"doubleValue":"NaN"}}]},
      {"observedTimeUnixNano":"18446744073709551615","body":{"stringValue":""}},
      {}]}]}]}"#;

const SPANS: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
  {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","parentSpanId":"1112131415161718",
   "traceState":"a=b","name":"GET /","kind":2,"startTimeUnixNano":"10","endTimeUnixNano":"25","flags":257,
   "attributes":[{"key":"k","value":{"stringValue":"v"}}],"droppedAttributesCount":1,"droppedEventsCount":2,
   "droppedLinksCount":3,"status":{"code":2,"message":"bad"},
   "events":[{"timeUnixNano":"12","name":"e","attributes":[{"key":"x","value":{"intValue":"1"}}]}],
   "links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","traceState":"s","flags":1}]},
  {"startTimeUnixNano":"18446744073709551615","endTimeUnixNano":"1"}]}]}]}"#;

const METRICS: &str = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
  {"name":"g","unit":"By","description":"d","gauge":{"dataPoints":[
    {"timeUnixNano":"7","startTimeUnixNano":"6","asInt":"9007199254740993","flags":1,
     "exemplars":[{"timeUnixNano":"5","asInt":"4","spanId":"0102030405060708"}]},
    {"timeUnixNano":"8","asDouble":"NaN"},{"timeUnixNano":"9","asDouble":"-Infinity"}]}},
  {"name":"s","sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1","asDouble":0.5}]}},
  {"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1","count":"18446744073709551615",
    "sum":1.5,"min":0.5,"bucketCounts":["1","18446744073709551615"],"explicitBounds":[1.5,"Infinity"]}]}},
  {"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1","count":"3","scale":-2,
    "zeroCount":"1","zeroThreshold":0.25,"positive":{"offset":-3,"bucketCounts":["1","0"]},"max":4}]}},
  {"name":"q","summary":{"dataPoints":[{"timeUnixNano":"1","count":"3","sum":6,
    "quantileValues":[{"quantile":0.5,"value":2}]}]}},
  {"name":"none"}]}]}]}"#;

/// Scenario: a full log record, one with an observed time beyond 2262 only, an empty one. Guarantee: every field is in
/// its column, NUL and NaN included; what is absent is NULL; a record without any time has the time of storing.
#[tokio::test]
async fn logs_are_rows() {
    let place = Place::new("");
    place.export(&telemetry(Signal::Logs, LOGS)).await.unwrap();
    let rows = place.rows(
        "SELECT l.*, r.attributes AS resource, s.name AS scope FROM otel_logs l JOIN otel_resources r \
         ON r.id = resource_id JOIN otel_scopes s ON s.id = scope_id ORDER BY l.id",
    );
    let expected = json!({
        "id": 1, "time_unix_nano": 1_700_000_000_123_456_789_i64, "observed_time_unix_nano": 5,
        "trace_id": "0102030405060708090a0b0c0d0e0f10", "span_id": "0102030405060708", "flags": 1,
        "severity_number": 17, "severity_text": "Error", "service_name": "shop", "event_name": "paid",
        "body": r#"{"k":1}"#, "attributes": r#"{"nul\u0000":"x\u0000y","nan":"NaN"}"#, "dropped_attributes_count": 3,
        "resource_id": rows[0]["resource_id"], "scope_id": rows[0]["scope_id"],
        "resource": r#"{"service.name":"shop"}"#, "scope": "lib",
    });
    assert_eq!(rows[0], expected);
    assert_eq!((&rows[1]["time_unix_nano"], &rows[1]["body"]), (&json!(-1), &json!("")));
    assert!(rows[2]["time_unix_nano"].as_i64() > Some(1_700_000_000_000_000_000) && rows[2]["body"].is_null());
    assert!(["trace_id", "span_id", "severity_text", "event_name"].iter().all(|name| rows[2][name].is_null()));
    let resource = &place.rows("SELECT * FROM otel_resources")[0];
    assert_eq!((&resource["dropped_attributes_count"], &resource["schema_url"]), (&json!(2), &json!("https://r")));
    let scope = &place.rows("SELECT version, attributes, last_row FROM otel_scopes")[0];
    assert_eq!(scope, &json!({ "version": "1", "attributes": r#"{"a":true}"#, "last_row": 3 }));
    let seen = &place.rows("SELECT time, severity, body, service_name FROM logs ORDER BY id")[0];
    let seen_as = json!({
        "time": "2023-11-14T22:13:20.123456789Z", "severity": "Error", "body": r#"{"k":1}"#, "service_name": "shop",
    });
    assert_eq!(seen, &seen_as);
}

/// Scenario: a full span and one that ends before it begins, beyond 2262. Guarantee: every field is in its column.
#[tokio::test]
async fn spans_are_rows() {
    let place = Place::new("");
    place.export(&telemetry(Signal::Traces, SPANS)).await.unwrap();
    let rows = place.rows("SELECT * FROM otel_spans ORDER BY id");
    let expected = json!({
        "id": 1, "start_time_unix_nano": 10, "end_time_unix_nano": 25, "duration_nano": 15,
        "trace_id": "0102030405060708090a0b0c0d0e0f10", "span_id": "0102030405060708",
        "parent_span_id": "1112131415161718", "trace_state": "a=b", "name": "GET /", "kind": "Server",
        "service_name": null, "status_code": "Error", "status_message": "bad", "attributes": r#"{"k":"v"}"#,
        "events": r#"[{"time_unix_nano":12,"name":"e","attributes":{"x":1},"dropped_attributes_count":0}]"#,
        "links": r#"[{"trace_id":"0102030405060708090a0b0c0d0e0f10","span_id":"0102030405060708","trace_state":"s","attributes":{},"flags":1}]"#,
        "flags": 257, "dropped_attributes_count": 1, "dropped_events_count": 2, "dropped_links_count": 3,
        "resource_id": rows[0]["resource_id"], "scope_id": rows[0]["scope_id"],
    });
    assert_eq!(rows[0], expected);
    assert_eq!((&rows[1]["start_time_unix_nano"], &rows[1]["duration_nano"]), (&json!(-1), &json!(2)));
    assert_eq!(place.number("SELECT count(*) FROM spans WHERE duration_ms = 15e-6"), 1);
}

/// Scenario: points of all five kinds, with an integer beyond 2^53, counts beyond 2^63, NaN and infinities. Guarantee:
/// each is in the table of its kind; integers are exact, counts are clamped.
#[tokio::test]
async fn points_are_rows() {
    let place = Place::new("");
    place.export(&telemetry(Signal::Metrics, METRICS)).await.unwrap();
    let gauge = "SELECT time_unix_nano, start_time_unix_nano, metric_name, description, unit, value, value_int, flags, \
                 exemplars FROM otel_metrics_gauge ORDER BY id";
    let rows = place.rows(gauge);
    let exemplars =
        r#"[{"time_unix_nano":5,"value":4,"trace_id":"","span_id":"0102030405060708","filtered_attributes":{}}]"#;
    let expected = json!({
        "time_unix_nano": 7, "start_time_unix_nano": 6, "metric_name": "g", "description": "d", "unit": "By",
        "value": 9_007_199_254_740_992.0, "value_int": 9_007_199_254_740_993_i64, "flags": 1, "exemplars": exemplars,
    });
    assert_eq!(rows[0], expected);
    assert_eq!((&rows[1]["value"], &rows[2]["value"]), (&json!(null), &json!("-inf")));
    let sum = place.rows("SELECT value, value_int, aggregation_temporality, is_monotonic FROM otel_metrics_sum");
    let expected = json!({ "value": 0.5, "value_int": null, "aggregation_temporality": 2, "is_monotonic": 1 });
    assert_eq!(sum, [expected]);
    let histogram = "SELECT count, sum, min, max, bucket_counts, explicit_bounds, aggregation_temporality \
                     FROM otel_metrics_histogram";
    let expected = json!({
        "count": i64::MAX, "sum": 1.5, "min": 0.5, "max": null, "bucket_counts": "[1,9223372036854775807]",
        "explicit_bounds": r#"[1.5,"Infinity"]"#, "aggregation_temporality": 1,
    });
    assert_eq!(place.rows(histogram), [expected]);
    let exponential = "SELECT count, sum, max, scale, zero_count, zero_threshold, positive_offset, \
                       positive_bucket_counts, negative_offset, negative_bucket_counts FROM otel_metrics_exp_histogram";
    let expected = json!({
        "count": 3, "sum": null, "max": 4.0, "scale": -2, "zero_count": 1, "zero_threshold": 0.25, "positive_offset": -3,
        "positive_bucket_counts": "[1,0]", "negative_offset": 0, "negative_bucket_counts": "[]",
    });
    assert_eq!(place.rows(exponential), [expected]);
    let expected = json!({ "count": 3, "sum": 6.0, "quantiles": r#"[{"quantile":0.5,"value":2}]"# });
    assert_eq!(place.rows("SELECT count, sum, quantiles FROM otel_metrics_summary"), [expected]);
    let kinds =
        "SELECT group_concat(kind || ' ' || metric_name, ', ' ORDER BY id) AS all_kinds FROM metrics WHERE id > 2";
    let expected = json!({ "all_kinds": "gauge g, sum s, histogram h, exp_histogram e, summary q" });
    assert_eq!(place.rows(kinds), [expected]);
}

/// Scenario: batches come twice, one of them empty. Guarantee: each is stored once; a resource has one row.
#[tokio::test]
async fn batches_are_stored_once() {
    let place = Place::new("");
    let (id, other) = (BatchId::fresh(), BatchId::fresh());
    for (id, batch) in [(id, logs(0, 3)), (id, logs(0, 3)), (other, logs(3, 2)), (BatchId::fresh(), logs(0, 0))] {
        assert_eq!(place.exporter.export(id, &batch, &Context::default()).await, Ok(Exported::default()));
    }
    assert_eq!(place.number("SELECT count(*) FROM otel_logs"), 5);
    assert_eq!(place.number("SELECT count(*) FROM otel_resources"), 1);
    assert_eq!(place.number("SELECT last_row FROM otel_resources"), 5);
    let batches = format!(
        "SELECT group_concat(last_row || lower(hex(id)), ',' ORDER BY last_row) = '3{id},5{other}' FROM otel_batches"
    );
    assert_eq!(place.number(&batches), 1);
}

/// Scenario: rows that the table does not take, in the middle of a batch. Guarantee: they are counted with the reason,
/// the others are stored.
#[tokio::test]
async fn bad_rows_are_counted() {
    let place = Place::new("");
    place.export(&logs(0, 1)).await.unwrap();
    super::connect(&place.path())
        .execute_batch("CREATE TRIGGER no BEFORE INSERT ON otel_logs WHEN new.body IN ('3', '5') BEGIN SELECT RAISE(ABORT, 'odd'); END")
        .unwrap();
    let exported = place.export(&logs(1, 6)).await.unwrap();
    assert_eq!(exported.rejected, 2);
    assert_eq!(exported.message.as_deref(), Some("otel_logs does not take a row: odd"));
    let expected = json!({ "bodies": "0,1,2,4,6", "last": 5 });
    assert_eq!(place.rows("SELECT group_concat(body) AS bodies, max(id) AS last FROM otel_logs"), [expected]);
}

/// Guarantee: the columns that are written are those of the tables, and none is forgotten.
#[test]
fn columns_are_those_of_the_tables() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&ddl()).unwrap();
    let items = Table::ITEMS.into_iter().chain([Table::Resources, Table::Scopes]);
    for table in items {
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
        let made: BTreeSet<String> =
            statement.query_map([table.name()], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let id = table.is_of_items().then_some("id");
        let written: BTreeSet<String> = table.columns().iter().copied().chain(id).map(str::to_owned).collect();
        assert_eq!(made, written, "{}", table.name());
    }
    let version: i64 = connection.query_row("SELECT max(version) FROM otel_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(version, VERSION);
}

/// Scenario: a dry run. Guarantee: it shows the rows that would be stored, and makes no file.
#[test]
fn dry_runs_show_rows() {
    let place = Place::new("");
    let rows = place.exporter.rows(&telemetry(Signal::Traces, SPANS));
    let tables: Vec<_> = rows.iter().map(|row| row.table.as_str()).collect();
    assert_eq!(tables, ["otel_spans", "otel_spans", "otel_resources", "otel_scopes"]);
    assert_eq!((&rows[0].values["name"], &rows[0].values["duration_nano"]), (&json!("GET /"), &json!(15)));
    assert!(place.exporter.encode(&logs(0, 1)).unwrap().body.starts_with(b"[{\"table\":\"otel_logs\""));
    assert!(!place.path().exists());
}
