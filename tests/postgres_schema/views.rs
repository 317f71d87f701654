//! The views under the names of ClickHouse.

use exporters::postgres::SchemaConfig;

use crate::Database;
use crate::support::checkout;

const ROWS: &str = r#"
INSERT INTO otel_resources VALUES (1, 'shop', '{"service.name": "shop", "host.name": "a"}', 0, 'http://r');
INSERT INTO otel_scopes VALUES (2, 'lib', '1.0', '{"k": 1}', 3, 'http://s');
INSERT INTO otel_logs (time, time_unix_nano, trace_id, span_id, flags, severity_number, severity_text, service_name, body,
    attributes, resource_id, scope_id)
  VALUES ('2026-01-02 03:04:05.678901Z', 1767323045678901234, 'aa', 'bb', 1, 17, 'ERROR', 'shop', 'out of stock',
    '{"code": 7, "user": {"id": "x"}}', 1, 2);
INSERT INTO otel_logs (time, time_unix_nano) VALUES ('2026-01-02 03:04:06Z', 1767323046000000000);
INSERT INTO otel_spans (time, start_time_unix_nano, end_time_unix_nano, duration_nano, trace_id, span_id, name, kind,
    service_name, status_code, attributes, events, links, resource_id, scope_id)
  VALUES ('2026-01-02 03:04:05Z', 1767323045000000000, 1767323045000000007, 7, 'aa', 'bb', 'GET /', 'Server', 'shop',
    'Error', '{"http.method": "GET"}',
    '[{"time_unix_nano": 1767323045000001999, "name": "retry", "attributes": {"n": 2}}, {"time_unix_nano": 0, "name": "x"}]',
    '[{"trace_id": "cc", "span_id": "dd", "attributes": {}}]', 1, 2);
INSERT INTO otel_metrics_sum (time, time_unix_nano, start_time_unix_nano, metric_name, description, unit, service_name,
    attributes, value, value_int, exemplars, aggregation_temporality, is_monotonic, resource_id, scope_id)
  VALUES ('2026-01-02 03:04:05Z', 1767323045000000000, 1767323000000000000, 'requests', 'd', '1', 'shop', '{"code": 200}',
    42, 42, '[{"time_unix_nano": 1767323045000000000, "value": "NaN", "trace_id": "aa", "filtered_attributes": {"f": 1}}]',
    2, true, 1, 2);
INSERT INTO otel_metrics_gauge (time, time_unix_nano, metric_name, value) VALUES ('2026-01-02Z', 0, 'temperature', 'NaN');
INSERT INTO otel_metrics_histogram (time, time_unix_nano, metric_name, count, sum, bucket_counts, explicit_bounds)
  VALUES ('2026-01-02Z', 0, 'latency', 3, 4.5, '{1,2}', '{0.5}');
INSERT INTO otel_metrics_exp_histogram (time, time_unix_nano, metric_name, count, scale, zero_count, positive_offset,
    positive_bucket_counts) VALUES ('2026-01-02Z', 0, 'size', 3, 1, 1, -2, '{1,1}');
INSERT INTO otel_metrics_summary (time, time_unix_nano, metric_name, count, sum, quantiles)
  VALUES ('2026-01-02Z', 0, 'wait', 3, 4.5, '[{"quantile": 0.5, "value": 1}, {"quantile": 0.99, "value": "Infinity"}]');
"#;

/// Scenario: rows of every kind are read with the names and the queries that dashboards for ClickHouse have, adapted to
/// PostgreSQL's quotes and operators.
/// Guarantee: each finds what was stored.
#[tokio::test]
async fn queries_for_clickhouse_find_rows() {
    let Some(database) = Database::new("queries_for_clickhouse_find_rows") else { return };
    let client = database.client().await;
    database.prepared(&client, SchemaConfig::default()).await;
    client.batch_execute(ROWS).await.unwrap();
    let cases = [
        // Grafana: a page of logs, the volume of logs by level.
        (
            r#"SELECT "Timestamp" AS timestamp, "Body" AS body, "SeverityText" AS level, "LogAttributes" AS labels,
                 "TraceId" AS "traceID" FROM clickhouse.otel_logs
               WHERE "TimestampTime" >= '2026-01-01' AND "Timestamp" < '2026-02-01' AND "SeverityText" ILIKE 'error'
                 AND "ResourceAttributes" ->> 'host.name' = 'a' AND "LogAttributes" -> 'user' ->> 'id' = 'x'
               ORDER BY timestamp DESC LIMIT 100"#,
            r#"{"timestamp":"2026-01-02T03:04:05.678901+00:00","body":"out of stock","level":"ERROR","labels":{"code": 7, "user": {"id": "x"}},"traceID":"aa"}"#,
        ),
        (
            r#"SELECT date_trunc('minute', "Timestamp") AS time, count(*) FILTER (WHERE "SeverityText" = 'ERROR') AS error,
                 count(*) FILTER (WHERE "SeverityText" = '') AS unknown FROM clickhouse.otel_logs GROUP BY time"#,
            r#"{"time":"2026-01-02T03:04:00+00:00","error":1,"unknown":1}"#,
        ),
        // Grafana: the spans of a trace within the bounds that the other view tells.
        (
            r#"WITH bounds AS (SELECT min("Start") AS s, max("End") AS e FROM clickhouse.otel_traces_trace_id_ts
                 WHERE "TraceId" = 'aa')
               SELECT "TraceId" AS "traceID", "SpanId" AS "spanID", NULLIF("ParentSpanId", '') AS "parentSpanID",
                 "ServiceName" AS "serviceName", "SpanName" AS "operationName", "Duration" * 0.000001 AS duration,
                 "StatusCode" IN ('Error', 'STATUS_CODE_ERROR') AS error, "Events.Name"[1] AS event,
                 "Events.Attributes"[1] ->> 'n' AS n, "Events.Timestamp"[1] AS at, "Links.TraceId" AS links
               FROM clickhouse.otel_traces, bounds WHERE "Timestamp" BETWEEN s AND e AND "TraceId" = 'aa'"#,
            r#"{"traceID":"aa","spanID":"bb","parentSpanID":null,"serviceName":"shop","operationName":"GET /","duration":0.000007,"error":true,"event":"retry","n":"2","at":"2026-01-02T03:04:05.000001+00:00","links":["cc"]}"#,
        ),
        // HyperDX: root spans by service; the keys of attributes; a metric.
        (
            r#"SELECT "ServiceName", count(*), max("Duration") FROM clickhouse.otel_traces
               WHERE "ParentSpanId" = '' AND "SpanKind" IN ('Server', 'Consumer') GROUP BY 1"#,
            r#"{"ServiceName":"shop","count":1,"max":7}"#,
        ),
        (
            r#"SELECT array_agg(DISTINCT key ORDER BY key) AS keys
               FROM clickhouse.otel_logs, jsonb_object_keys("LogAttributes" || "ResourceAttributes") AS key"#,
            r#"{"keys":["code","host.name","service.name","user"]}"#,
        ),
        (
            r#"SELECT "MetricName", "MetricUnit", "Value", "Attributes" ->> 'code' AS code, "AggregationTemporality" AS t,
                 "IsMonotonic" AS m, "StartTimeUnix", "ScopeName", "ScopeDroppedAttrCount" AS d,
                 "Exemplars.Value", "Exemplars.TraceId", "Exemplars.SpanId", "Exemplars.FilteredAttributes" AS f
               FROM clickhouse.otel_metrics_sum WHERE "ServiceName" = 'shop' AND "TimeUnix" > '2026-01-01'"#,
            r#"{"MetricName":"requests","MetricUnit":"1","Value":42,"code":"200","t":2,"m":true,"StartTimeUnix":"2026-01-02T03:03:20+00:00","ScopeName":"lib","d":3,"Exemplars.Value":["NaN"],"Exemplars.TraceId":["aa"],"Exemplars.SpanId":[""],"f":[{"f": 1}]}"#,
        ),
        (
            r#"SELECT "MetricName", "Value", "Attributes", "ServiceName", "ResourceAttributes" FROM clickhouse.otel_metrics_gauge"#,
            r#"{"MetricName":"temperature","Value":"NaN","Attributes":{},"ServiceName":null,"ResourceAttributes":{}}"#,
        ),
        (
            r#"SELECT "Count", "Sum", "BucketCounts", "ExplicitBounds", "Min", "Max" FROM clickhouse.otel_metrics_histogram"#,
            r#"{"Count":3,"Sum":4.5,"BucketCounts":[1,2],"ExplicitBounds":[0.5],"Min":0,"Max":0}"#,
        ),
        (
            r#"SELECT "Count", "Scale", "ZeroCount", "PositiveOffset", "PositiveBucketCounts", "NegativeBucketCounts"
               FROM clickhouse.otel_metrics_exp_histogram"#,
            r#"{"Count":3,"Scale":1,"ZeroCount":1,"PositiveOffset":-2,"PositiveBucketCounts":[1,1],"NegativeBucketCounts":[]}"#,
        ),
        (
            r#"SELECT "Count", "ValueAtQuantiles.Quantile" AS q, "ValueAtQuantiles.Value" AS v
               FROM clickhouse.otel_metrics_summary"#,
            r#"{"Count":3,"q":[0.5,0.99],"v":[1,"Infinity"]}"#,
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(database.ask(&format!("SELECT row_to_json(r)::text FROM ({query}) r")), [expected], "{query}");
    }
}

/// Scenario: a trace, a service and a metric are looked up through the views, within a time.
/// Guarantee: the indexes of the tables are used, other days are not read, and tables without need are not joined.
#[tokio::test]
async fn views_use_indexes() {
    let Some(database) = Database::new("views_use_indexes") else { return };
    let client = database.client().await;
    database.prepared(&client, SchemaConfig::default()).await;
    let plan = |query: &str| {
        // The tables are empty, and reading those through is cheapest.
        database.ask(&format!("SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN {query}")).join("\n")
    };
    let trace = plan(r#"SELECT "SpanName" FROM clickhouse.otel_traces WHERE "TraceId" = 'aa'"#);
    assert!(trace.contains("trace_id_idx") && !trace.contains("otel_resources"), "{trace}");
    let bounds = plan(r#"SELECT * FROM clickhouse.otel_traces_trace_id_ts WHERE "TraceId" = 'aa'"#);
    assert!(bounds.contains("trace_id_idx"), "{bounds}");
    let service = plan(
        r#"SELECT "Body" FROM clickhouse.otel_logs WHERE "ServiceName" = 'shop'
           AND "TimestampTime" >= '2001-01-01Z' AND "TimestampTime" < '2001-01-02Z'"#,
    );
    assert!(service.contains("otel_logs_default_service_name_time_idx"), "{service}");
    assert!(!service.contains("otel_logs_2"), "other days are read: {service}");
    let metric = plan(r#"SELECT "Value" FROM clickhouse.otel_metrics_gauge WHERE "MetricName" = 'm'"#);
    assert!(metric.contains("metric_name_time_idx"), "{metric}");
}

/// Scenario: the queries of the documentation.
/// Guarantee: each runs on the tables as they are made.
#[tokio::test]
async fn documented_queries_run() {
    let Some(database) = Database::new("documented_queries_run") else { return };
    let client = database.client().await;
    database.prepared(&client, SchemaConfig::default()).await;
    client.batch_execute(ROWS).await.unwrap();
    let page = std::fs::read_to_string(checkout("docs/databases.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with("PostgreSQL\n")).unwrap();
    let blocks: Vec<&str> = section.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        client.batch_execute(block).await.unwrap_or_else(|error| panic!("{block}\n{error:?}"));
    }
}
