//! What Grafana's ClickHouse plugin (4.x, grafana/clickhouse-datasource) asks of tables of OpenTelemetry, in the shape its
//! query builder gives it (src/data/sqlGenerator.ts, src/otel.ts), with its macros filled in (pkg/macros/macros.go).
//!
//! It knows two generations of the table of logs: 1.29 with the column `TimestampTime`, and 1.30 without.

use serde_json::{Value, json};

use crate::stored::{Sender, Stored};

/// What `send.py` sends with a parent, links, events and a status.
const TRACE: &str = "11112222333344445555666677778888";

/// Records of logs in `send.py`: one of each severity, one of each kind of body, an event.
const LOGS: usize = 25 + 13 + 1;

/// The time range of a dashboard around what `send.py` sends, in seconds since 1970.
const RANGE: [u64; 2] = [1_795_219_200 - 60, 1_795_219_200 + 60];

/// A span as the panel of traces wants it: src/data/sqlGenerator.ts, `generateTraceIdQuery`.
const TRACE_BY_ID: &str = r#"WITH '{trace}' AS wanted,
  (SELECT min(Start) FROM "{db}"."otel_traces_trace_id_ts" WHERE TraceId = wanted) AS earliest,
  (SELECT max(End) + 1 FROM "{db}"."otel_traces_trace_id_ts" WHERE TraceId = wanted) AS latest
SELECT "TraceId" AS traceID, "SpanId" AS spanID, "ParentSpanId" AS parentSpanID, "ServiceName" AS serviceName,
  "SpanName" AS operationName, multiply(toUnixTimestamp64Nano("Timestamp"), 0.000001) AS startTime,
  multiply("Duration", 0.000001) AS duration,
  arrayMap(key -> map('key', key, 'value', "SpanAttributes"[key]), mapKeys("SpanAttributes")) AS tags,
  arrayMap(key -> map('key', key, 'value', "ResourceAttributes"[key]), mapKeys("ResourceAttributes")) AS serviceTags,
  if("StatusCode" IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) AS statusCode,
  arrayMap((name, timestamp, attributes) -> tuple(name, toString(toUnixTimestamp64Milli(timestamp)),
    arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes)))
    ::Tuple(name String, timestamp String, fields Array(Map(String, String))),
    "Events".Name, "Events".Timestamp, "Events".Attributes) AS logs,
  arrayMap((traceID, spanID, attributes) -> tuple(traceID, spanID,
    arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes)))
    ::Tuple(traceID String, spanID String, tags Array(Map(String, String))),
    "Links".TraceId, "Links".SpanId, "Links".Attributes) AS references,
  "SpanKind" AS kind, "StatusMessage" AS statusMessage, "TraceState" AS traceState
FROM "{db}"."otel_traces" WHERE traceID = wanted AND "Timestamp" >= earliest AND "Timestamp" <= latest"#;

/// Guarantee: the generation of the tables is told from their columns; the panel of logs has its rows, its histogram and
/// its filters, in both. (src/otel.ts, `detectLogsVersion`; src/data/sqlGenerator.ts, `generateLogsQuery`)
#[test]
fn grafana_shows_logs() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for (database, time) in [(&stored.newest, "timestamp"), (&stored.older, "TimestampTime")] {
        let columns = stored.clickhouse.rows("default", &format!(r#"DESC TABLE "{database}"."otel_logs""#));
        let is_older = columns.iter().any(|column| column["name"] == "TimestampTime");
        assert_eq!(is_older, time == "TimestampTime", "{columns:?}");
        let within = format!("{time} >= toDateTime({}) AND {time} <= toDateTime({})", RANGE[0], RANGE[1]);
        let logs = |filter: &str| {
            stored.clickhouse.rows(
                "default",
                &format!(
                    r#"SELECT Timestamp AS "timestamp", Body AS "body", SeverityText AS "level", TraceId AS "traceID",
                    ResourceAttributes, ScopeAttributes, LogAttributes FROM "{database}"."otel_logs"
                    WHERE ( {within} ) {filter} ORDER BY {time} DESC, timestamp DESC LIMIT 1000"#
                ),
            )
        };
        assert_eq!(logs("").len(), LOGS);
        let warning = logs("AND ( level IN ('warn', 'WARN') )");
        assert_eq!(warning.len(), 1);
        assert_eq!(warning[0]["body"], "severity 13");
        assert_eq!(warning[0]["ResourceAttributes"]["service.name"], "python-client");
        assert_eq!(logs("AND ( LogAttributes['string'] = 'plain' )").len(), 13);
        assert_eq!(logs(&format!("AND ( traceID = '{TRACE}' )")).len(), 13);
        assert_eq!(logs("AND ( body LIKE '%severity 1%' )").len(), 11);
    }
}

/// Guarantee: the histogram above the logs has all of them. (src/data/CHDatasource.ts, `getSupplementaryLogsVolumeQuery`)
#[test]
fn grafana_counts_logs() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for (database, time) in [(&stored.newest, "Timestamp"), (&stored.older, "TimestampTime")] {
        let sql = format!(
            r#"SELECT toStartOfInterval("{time}", INTERVAL 1 minute) AS time,
            sum(multiSearchAny(toString("SeverityText"), ['warn', 'WARN', 'warning'])) AS warn,
            sum(multiSearchAny(toString("SeverityText"), ['error', 'ERROR', 'err'])) AS error, count() AS logs
            FROM "{database}"."otel_logs" WHERE ( {time} >= toDateTime({}) AND {time} <= toDateTime({}) )
            GROUP BY time ORDER BY time ASC"#,
            RANGE[0], RANGE[1]
        );
        let rows = stored.clickhouse.rows("default", &sql);
        assert_eq!(rows.len(), 1, "{rows:?}");
        // `warn`, `warn2`, `warn3`, `warn4`.
        assert_eq!((&rows[0]["warn"], &rows[0]["error"], &rows[0]["logs"]), (&json!(4), &json!(4), &json!(LOGS)));
    }
}

/// Guarantee: root spans are found by time, service and duration. (src/data/sqlGenerator.ts, `generateTraceSearchQuery`)
#[test]
fn grafana_searches_traces() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for database in [&stored.newest, &stored.older] {
        let sql = format!(
            r#"SELECT "TraceId" AS traceID, "ServiceName" AS serviceName, "SpanName" AS operationName,
            "Timestamp" AS startTime, multiply("Duration", 0.000001) AS duration FROM "{database}"."otel_traces"
            WHERE ( Timestamp >= toDateTime({}) AND Timestamp <= toDateTime({}) ) AND ( ParentSpanId = '' )
            AND ( Duration > 0 ) AND ( ServiceName = 'python-client' ) ORDER BY Timestamp DESC, Duration DESC LIMIT 1000"#,
            RANGE[0], RANGE[1]
        );
        let found = stored.clickhouse.rows("default", &sql);
        let names: Vec<&Value> = found.iter().map(|span| &span["operationName"]).collect();
        assert_eq!(names, ["kind CONSUMER", "kind PRODUCER", "kind CLIENT", "kind SERVER", "kind INTERNAL"]);
        assert_eq!(found[0]["duration"], 1.0, "milliseconds: {found:?}");
    }
}

/// Guarantee: a trace is found by its id, within the bounds that the table of trace times has, with tags, events and links.
#[test]
fn grafana_shows_a_trace() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for database in [&stored.newest, &stored.older] {
        let tables = stored.clickhouse.rows("default", &format!(r#"SHOW TABLES FROM "{database}""#));
        assert!(tables.contains(&json!({ "name": "otel_traces_trace_id_ts" })), "{tables:?}");
        let sql = TRACE_BY_ID.replace("{trace}", TRACE).replace("{db}", database);
        let spans = stored.clickhouse.rows("default", &sql);
        assert_eq!(spans.len(), 1, "{spans:?}");
        let span = &spans[0];
        assert_eq!((&span["parentSpanID"], &span["kind"]), (&json!("9999aaaabbbbcccc"), &json!("Consumer")));
        assert_eq!((&span["statusCode"], &span["startTime"]), (&json!(2), &json!(1_795_219_200_000_u64)));
        assert_eq!(span["traceState"], "vendor=value,other=1");
        let event = json!({ "key": "list", "value": "[1,2]" });
        assert_eq!((&span["logs"][0]["name"], &span["logs"][0]["fields"][1]), (&json!("first"), &event));
        assert_eq!(span["references"][0]["spanID"], "9999aaaabbbbcccc");
        assert_eq!(span["references"][0]["tags"], json!([{ "key": "link", "value": "1" }]));
        assert!(
            span["serviceTags"]
                .as_array()
                .unwrap()
                .contains(&json!({ "key": "service.name", "value": "python-client" }))
        );
    }
}

/// Guarantee: keys and values are offered for filters. (src/data/CHDatasource.ts, `fetchUniqueMapKeys` and the like)
#[test]
fn grafana_suggests_attributes() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    let table = format!(r#""{}"."otel_traces""#, stored.newest);
    let sql = format!(r#"SELECT DISTINCT arrayJoin(mapKeys("SpanAttributes")) AS keys FROM {table} LIMIT 1000"#);
    let keys = stored.clickhouse.rows("default", &sql);
    assert!(keys.contains(&json!({ "keys": "int64.max" })), "{keys:?}");
    let sql = format!(
        r#"SELECT DISTINCT "SpanAttributes"['int64.max'] AS value FROM {table} WHERE mapContains("SpanAttributes", 'int64.max')"#
    );
    assert_eq!(stored.clickhouse.rows("default", &sql), [json!({ "value": i64::MAX.to_string() })]);
}
