//! What stands in the tables.

use serde_json::{Value, json};

use crate::data::{bodies, log, logs, metrics, now, pair, spans, text};
use crate::support::postgres::Postgres;
use crate::{collector, post, store};

/// The columns of a row that a test names, in its order.
fn columns(row: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| row[*name].clone()).collect()
}

/// Scenario: a log record with every field, another with none. Guarantee: each field is read back as it was, to the
/// nanosecond; what was empty is NULL, but for the time, which is that of storing; resource and scope are found by their ids.
#[test]
fn log_records_are_read_back() {
    let Some(postgres) = Postgres::shared("log_records_are_read_back") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    let sent = log();
    store(&tfo, "logs", &logs(vec![sent.clone(), Default::default()]));
    store(&tfo, "logs", &logs(vec![sent.clone()]));
    let rows = postgres.rows(
        &database,
        "SELECT *, (extract(epoch FROM time) * 1000000)::bigint AS micros FROM otel_logs \
                                         ORDER BY body IS NULL",
    );
    assert_eq!(rows.len(), 3);
    let names = [
        "time_unix_nano",
        "observed_time_unix_nano",
        "micros",
        "flags",
        "severity_number",
        "severity_text",
        "dropped_attributes_count",
        "event_name",
        "body",
        "service_name",
    ];
    assert_eq!(
        columns(&rows[0], &names),
        json!([
            sent.time_unix_nano,
            sent.observed_time_unix_nano,
            sent.time_unix_nano / 1000,
            1,
            9,
            "INFO",
            2,
            "order.paid",
            "paid",
            "shop"
        ])
    );
    let ids = columns(&rows[0], &["trace_id", "span_id"]);
    assert_eq!(ids, json!(["0102030405060708090a0b0c0d0e0f10", "0102030405060708"]));
    assert_eq!(rows[0]["attributes"], json!({"user": "ann", "n": 7, "ratio": "NaN", "list": ["a", true]}));
    let empty = ["trace_id", "span_id", "severity_text", "event_name", "body"];
    assert_eq!(columns(&rows[2], &empty), json!([null, null, null, null, null]));
    let age = now().abs_diff(rows[2]["time_unix_nano"].as_u64().unwrap());
    assert!(age < 60_000_000_000, "a record without any time came just now, not {age} ns ago");
    let joined = postgres.rows(
        &database,
        "SELECT r.attributes, r.schema_url, r.dropped_attributes_count, s.name, s.version, \
        s.attributes AS scope FROM otel_logs l JOIN otel_resources r ON r.id = l.resource_id \
        JOIN otel_scopes s ON s.id = l.scope_id",
    );
    let names = ["attributes", "schema_url", "dropped_attributes_count", "name", "version", "scope"];
    let of_both =
        json!([{"service.name": "shop", "host.name": "h1"}, "https://resource/1", 3, "io.shop", "1.2", {"lib": "x"}]);
    assert_eq!(joined.iter().map(|row| columns(row, &names)).collect::<Vec<_>>(), vec![of_both; 3]);
    assert_eq!(postgres.count(&database, "otel_resources"), 1);
    assert_eq!(postgres.count(&database, "otel_batches"), 2);
}

/// Scenario: a span with events and links, and an empty one. Guarantee: each field is read back as it was.
#[test]
fn spans_are_read_back() {
    let Some(postgres) = Postgres::shared("spans_are_read_back") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "traces", &spans());
    let rows = postgres.rows(&database, "SELECT * FROM otel_spans ORDER BY name NULLS LAST");
    let names = [
        "duration_nano",
        "parent_span_id",
        "trace_state",
        "name",
        "kind",
        "status_code",
        "status_message",
        "flags",
        "dropped_attributes_count",
        "dropped_events_count",
        "dropped_links_count",
    ];
    assert_eq!(
        columns(&rows[0], &names),
        json!([1_500_000_001, "0909090909090909", "a=b", "GET /", "Server", "Error", "boom", 257, 1, 5, 6])
    );
    assert_eq!(
        rows[0]["events"],
        json!([{"time_unix_nano": 7, "name": "exception", "attributes": {"e": "\"quoted\""}, "dropped_attributes_count": 4}])
    );
    assert_eq!(
        rows[0]["links"],
        json!([{"trace_id": "01".repeat(16), "span_id": "02".repeat(8), "trace_state": "l", "attributes": {}, "flags": 1}])
    );
    let empty = ["trace_id", "name", "kind", "status_code", "events", "attributes"];
    assert_eq!(columns(&rows[1], &empty), json!([null, null, "Unspecified", "Unset", [], {}]));
}

/// Scenario: a metric of every kind, with NaN, infinity, an integer beyond 2^53, a count beyond 2^63, and bounds that do
/// not match the buckets. Guarantee: each value is read back as it was, the count as large as can be said.
#[test]
fn metrics_are_read_back() {
    let Some(postgres) = Postgres::shared("metrics_are_read_back") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "metrics", &metrics());
    let one =
        |table: &str, names: &[&str]| columns(&postgres.rows(&database, &format!("SELECT * FROM {table}"))[0], names);
    let gauges = postgres.rows(&database, "SELECT value::text FROM otel_metrics_gauge ORDER BY value");
    assert_eq!(gauges.iter().map(|row| row["value"].clone()).collect::<Value>(), json!(["1.5", "Infinity", "NaN"]));
    let sum = ["metric_name", "description", "unit", "value_int", "aggregation_temporality", "is_monotonic", "flags"];
    assert_eq!(one("otel_metrics_sum", &sum), json!(["m", "d", "s", (1_u64 << 53) + 1, 2, true, 1]));
    assert_eq!(
        one("otel_metrics_sum", &["exemplars"]),
        json!([[{"time_unix_nano": 8, "value": 3, "trace_id": "03".repeat(16), "span_id": "04".repeat(8),
            "filtered_attributes": {"f": "g"}}]])
    );
    let histogram = ["count", "sum", "min", "max", "bucket_counts", "explicit_bounds", "aggregation_temporality"];
    assert_eq!(
        one("otel_metrics_histogram", &histogram),
        json!([6, 12.5, 0.25, null, [1, 2, 3], [0.5, 5, "Infinity", 9], 1])
    );
    let exponential = [
        "count",
        "sum",
        "scale",
        "zero_count",
        "zero_threshold",
        "positive_offset",
        "positive_bucket_counts",
        "negative_offset",
        "negative_bucket_counts",
    ];
    assert_eq!(
        one("otel_metrics_exp_histogram", &exponential),
        json!([i64::MAX, null, -3, 2, 0.1, -4, [1, 300], 0, []])
    );
    assert_eq!(
        one("otel_metrics_summary", &["count", "sum", "quantiles"]),
        json!([9, 3.5, [{"quantile": 0.5, "value": 1}, {"quantile": 1, "value": "NaN"}]])
    );
}

/// Scenario: NUL bytes in every text, an attribute of 1 MB, 10,000 attributes, times before 1970 and far away. Guarantee:
/// every record is stored, NUL characters as U+FFFD.
#[test]
fn strange_values_are_stored() {
    let Some(postgres) = Postgres::shared("strange_values_are_stored") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    let mut records = vec![log(); 5];
    records[0].body = Some(text("a\0b"));
    records[0].severity_text = "\0".into();
    records[0].attributes = vec![pair("k\0", text("\0v"))];
    records[1].attributes = vec![pair("big", text(&"x".repeat(1 << 20)))];
    records[2].attributes = (0..10_000).map(|n| pair(&format!("key{n}"), text("v"))).collect();
    records[3].time_unix_nano = u64::MAX;
    records[4].time_unix_nano = i64::MAX as u64;
    store(&tfo, "logs", &logs(records));
    let rows = postgres.rows(
        &database,
        "SELECT *, length(attributes->>'big') AS big, \
        (SELECT count(*) FROM jsonb_object_keys(attributes)) AS keys FROM otel_logs",
    );
    assert_eq!(rows.len(), 5);
    let nul = rows.iter().find(|row| row["body"] == "a\u{fffd}b").unwrap();
    assert_eq!(nul["attributes"], json!({"k\u{fffd}": "\u{fffd}v"}));
    assert!(rows.iter().any(|row| row["big"] == 1 << 20) && rows.iter().any(|row| row["keys"] == 10_000));
    assert!(rows.iter().any(|row| row["time_unix_nano"] == -1));
}

/// Scenario: users' own constraints, checked at once or at the end, refuse some rows of a batch, then all. Guarantee: the
/// others are stored, once, and the sender hears how many were not and why.
#[test]
fn refused_rows_are_left_out_and_counted() {
    let Some(postgres) = Postgres::shared("refused_rows_are_left_out_and_counted") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    postgres.execute(&database, "ALTER TABLE otel_logs ADD CONSTRAINT no_poison CHECK (body NOT LIKE 'poison%')");
    let body = |n: u32| if [0, 500, 999].contains(&n) { format!("poison {n}") } else { n.to_string() };
    let (status, answer) = post(&tfo, "logs", &bodies((0..1000).map(body)));
    assert_eq!(status, 200);
    assert!(answer.contains("no_poison") && answer.contains("23514"), "{answer:?}");
    assert_eq!(postgres.count(&database, "otel_logs"), 998);
    // Every row of a batch.
    let (status, answer) = post(&tfo, "logs", &bodies((0..50).map(|n| format!("poison {n}"))));
    assert_eq!((status, answer.contains("no_poison")), (200, true));
    postgres.execute(
        &database,
        "CREATE TABLE known (name text PRIMARY KEY); INSERT INTO known VALUES ('order.paid'); \
         ALTER TABLE otel_logs ADD CONSTRAINT is_known FOREIGN KEY (event_name) REFERENCES known DEFERRABLE INITIALLY DEFERRED",
    );
    let mut records = vec![log(); 10];
    records[3].event_name = "unknown".into();
    let (status, answer) = post(&tfo, "logs", &logs(records));
    assert!(status == 200 && answer.contains("is_known"), "{status} {answer:?}");
    assert_eq!(postgres.count(&database, "otel_logs"), 998 + 9);
    store(&tfo, "logs", &bodies([now().to_string()]));
    assert_eq!(postgres.count(&database, "otel_logs"), 998 + 9 + 1);
}
