//! What HyperDX (ClickStack, hyperdxio/hyperdx) asks of tables of OpenTelemetry.

use serde_json::{Value, json};

use crate::stored::{Sender, Stored};

const TRACE: &str = "11112222333344445555666677778888";

/// The tables it looks for: packages/common-utils/src/core/metadata.ts, `getOtelTables`.
const WANTED: [&str; 7] = [
    "otel_logs",
    "otel_traces",
    "otel_metrics_gauge",
    "otel_metrics_sum",
    "otel_metrics_summary",
    "otel_metrics_histogram",
    "otel_metrics_exp_histogram",
];

/// By these it knows logs and spans: packages/app/src/source.ts, `inferTableSourceConfig`.
const LOG_COLUMNS: [&str; 8] =
    ["Timestamp", "Body", "SeverityText", "TraceId", "SpanId", "ServiceName", "LogAttributes", "ResourceAttributes"];
const SPAN_COLUMNS: [&str; 14] = [
    "Timestamp",
    "SpanName",
    "Duration",
    "SpanKind",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "ServiceName",
    "SpanAttributes",
    "ResourceAttributes",
    "StatusCode",
    "StatusMessage",
    "Events.Timestamp",
    "Links.TraceId",
];

/// An hour around what `send.py` sends, in milliseconds since 1970.
const WITHIN: &str =
    "Timestamp >= fromUnixTimestamp64Milli(1795217400000) AND Timestamp <= fromUnixTimestamp64Milli(1795221000000)";

/// Guarantee: it finds the tables by their names. That of exponential histograms has another name in the Collector than
/// HyperDX looks for, so there it is found only when it is named so.
#[test]
fn hyperdx_discovers_the_tables() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for (database, found) in [(&stored.older, 7), (&stored.newest, 6)] {
        let names = WANTED.map(|name| format!("'{name}'")).join(",");
        let sql = format!(
            "SELECT database, name FROM system.tables WHERE (database != 'system') AND (name IN ({names})) ORDER BY database, name"
        );
        let rows = stored.clickhouse.rows("default", &sql);
        assert_eq!(rows.iter().filter(|row| row["database"] == **database).count(), found, "{rows:?}");
    }
}

/// Guarantee: it knows logs and spans by their columns, and the time in their primary keys.
#[test]
fn hyperdx_recognises_logs_and_spans() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for database in [&stored.newest, &stored.older, &stored.json] {
        for (table, wanted) in [("otel_logs", &LOG_COLUMNS[..]), ("otel_traces", &SPAN_COLUMNS[..])] {
            let columns = stored.clickhouse.rows("default", &format!("DESCRIBE {database}.{table}"));
            let missing = wanted.iter().filter(|name| !columns.iter().any(|column| column["name"] == **name));
            assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new(), "{table}");
            let sql = format!("SELECT * FROM system.tables WHERE database = '{database}' AND name = '{table}' LIMIT 1");
            let about = stored.clickhouse.rows("default", &sql);
            assert!(about[0]["primary_key"].as_str().unwrap().contains("Timestamp"), "{about:?}");
        }
    }
}

/// Guarantee: logs are found by words and by attributes.
/// (packages/app/src/source.ts, default columns; packages/common-utils/src/queryParser.ts)
#[test]
fn hyperdx_searches_logs() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for (database, has_text_index) in [(&stored.newest, true), (&stored.older, false)] {
        let search = |condition: &str| {
            let sql = format!(
                "SELECT Timestamp, ServiceName AS service, SeverityText AS level, Body FROM {database}.otel_logs \
                 WHERE ({WITHIN}) AND ({condition}) ORDER BY Timestamp DESC LIMIT 200 OFFSET 0"
            );
            stored.clickhouse.rows("default", &sql)
        };
        assert_eq!(search("(hasToken(lower(Body), lower('Severity')))").len(), 25);
        if has_text_index {
            assert_eq!(search("(hasAllTokens(lower(Body), lower('Severity')))").len(), 25);
        }
        let attribute = "(`LogAttributes`['string'] = 'plain' AND indexHint(mapContains(`LogAttributes`, 'string')))";
        assert_eq!(search(attribute).len(), 13);
        let found = search("(SeverityText ILIKE '%fatal4%')");
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["service"], &found[0]["Body"]), (&json!("python-client"), &json!("severity 24")));
    }
}

/// Guarantee: spans are listed with their durations, and a trace has its spans, events and logs.
/// (packages/app/src/components/DBTraceWaterfallChart.tsx)
#[test]
fn hyperdx_shows_a_trace() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    for database in [&stored.newest, &stored.older] {
        let list = format!(
            "SELECT Timestamp, ServiceName AS service, StatusCode AS level, round(Duration / 1e6) AS duration, SpanName \
             FROM {database}.otel_traces WHERE ({WITHIN}) AND (StatusCode = 'Error') LIMIT 200"
        );
        let errors = stored.clickhouse.rows("default", &list);
        assert_eq!(errors.len(), 1, "{errors:?}");
        let spans = format!(
            "SELECT SpanName AS Body, Timestamp, SpanId, ServiceName, (Duration)/1e9 AS Duration, ParentSpanId, StatusCode, \
             SpanAttributes, `Events` AS SpanEvents FROM {database}.otel_traces \
             WHERE TraceId = '{TRACE}' AND {WITHIN} ORDER BY Timestamp ASC LIMIT 50000"
        );
        let spans = stored.clickhouse.rows("default", &spans);
        assert_eq!(spans.len(), 1, "{spans:?}");
        assert_eq!((&spans[0]["Duration"], &spans[0]["StatusCode"]), (&json!(3e-8), &json!("Error")));
        assert!(spans[0]["SpanEvents"].to_string().contains("event.attribute"), "{spans:?}");
        let logs = format!(
            "SELECT Body, Timestamp, SpanId, ServiceName, SeverityText FROM {database}.otel_logs \
             WHERE TraceId = '{TRACE}' AND {WITHIN} ORDER BY Timestamp ASC LIMIT 50000"
        );
        assert_eq!(stored.clickhouse.rows("default", &logs).len(), 13);
    }
}

/// Guarantee: gauges and sums are drawn, by the hash of their attributes.
/// (packages/common-utils/src/core/renderChartConfig.ts, `translateMetricChartConfig`)
#[test]
fn hyperdx_draws_gauges_and_sums() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    let database = &stored.newest;
    let gauge = format!(
        "WITH Source AS (SELECT *, cityHash64(ScopeAttributes, ResourceAttributes, Attributes) AS AttributesHash \
           FROM {database}.otel_metrics_gauge WHERE MetricName = 'temperature' AND TimeUnix >= now64(3) - INTERVAL 1 DAY), \
         Bucketed AS (SELECT toStartOfInterval(toDateTime(TimeUnix), INTERVAL 1 minute) AS bucket, AttributesHash, \
           last_value(Value) AS LastValue, any(ScopeAttributes) AS ScopeAttributes, any(ResourceAttributes) AS ResourceAttributes, \
           any(Attributes) AS Attributes, any(ResourceSchemaUrl) AS ResourceSchemaUrl, any(ScopeName) AS ScopeName, \
           any(ScopeVersion) AS ScopeVersion, any(ScopeDroppedAttrCount) AS ScopeDroppedAttrCount, \
           any(ScopeSchemaUrl) AS ScopeSchemaUrl, any(ServiceName) AS ServiceName, any(MetricDescription) AS MetricDescription, \
           any(MetricUnit) AS MetricUnit, any(StartTimeUnix) AS StartTimeUnix, any(Flags) AS Flags \
           FROM Source GROUP BY AttributesHash, bucket ORDER BY AttributesHash, bucket) \
         SELECT avg(toFloat64OrDefault(toString(LastValue))) AS value, Attributes['room'] AS room, any(MetricUnit) AS unit \
         FROM Bucketed GROUP BY room"
    );
    let found = stored.clickhouse.rows("default", &gauge);
    assert_eq!(found, [json!({ "value": -3.5, "room": "cellar", "unit": "Cel" })]);
    let sum = format!(
        "WITH Source AS (SELECT *, cityHash64(ScopeAttributes, ResourceAttributes, Attributes) AS AttributesHash, \
           IF(AggregationTemporality = 1, Value, greatest(Value - lagInFrame(toNullable(Value), 1, NULL) \
             OVER (PARTITION BY AttributesHash ORDER BY TimeUnix), 0)) AS Rate, \
           IF(AggregationTemporality = 1, SUM(Value) OVER (PARTITION BY AttributesHash ORDER BY TimeUnix \
             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), Value) AS Sum \
           FROM {database}.otel_metrics_sum WHERE MetricName = 'requests') \
         SELECT AttributesHash, argMax(Sum, TimeUnix) AS last, any(IsMonotonic) AS rises FROM Source \
         GROUP BY AttributesHash ORDER BY last"
    );
    let found: Vec<(Value, Value)> =
        stored.clickhouse.rows("default", &sum).iter().map(|row| (row["last"].clone(), row["rises"].clone())).collect();
    // A whole number has no fraction in JSON; 2^53 + 1 is no double.
    assert_eq!(found, [0, 5, 1_u64 << 53].map(|value| (json!(value), json!(true))));
}

/// Guarantee: histograms and exponential histograms have counts and buckets to draw.
/// (packages/common-utils/src/core/histogram.ts)
#[test]
fn hyperdx_draws_histograms() {
    let Some(stored) = Stored::by(Sender::Python) else { return };
    let (database, route) = (&stored.older, "Attributes['route'] = '/a'");
    let buckets = format!(
        "SELECT MetricName, cityHash64(ScopeAttributes, ResourceAttributes, Attributes) AS attr_hash, \
           cityHash64(ExplicitBounds) AS bounds_hash, CAST(BucketCounts AS Array(Int64)) AS counts, \
           arrayZipUnaligned(arrayCumSum(counts), ExplicitBounds) AS point, toInt64(Count) AS current_count \
         FROM {database}.otel_metrics_histogram WHERE MetricName = 'latency' AND {route} ORDER BY attr_hash, TimeUnix ASC"
    );
    let found = stored.clickhouse.rows("default", &buckets);
    assert_eq!((found.len(), &found[0]["current_count"]), (1, &json!(7)), "{found:?}");
    assert_eq!(found[0]["point"], json!([[3, 1], [4, 10], [5, 100], [7, null]]));
    let counts = format!(
        "SELECT MetricName, toInt64(Count) AS current_count, Scale, ZeroCount, length(PositiveBucketCounts) AS buckets \
         FROM {database}.otel_metrics_exp_histogram WHERE MetricName = 'size.exponential' AND {route}"
    );
    let found = stored.clickhouse.rows("default", &counts);
    assert_eq!(
        (found.len(), &found[0]["current_count"], &found[0]["ZeroCount"]),
        (1, &json!(7), &json!(1)),
        "{found:?}"
    );
}
