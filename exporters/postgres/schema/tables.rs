//! The tables and their columns: the one list that DDL, comparison, COPY and the dry run go by.
//!
//! `*_unix_nano` are the nanoseconds of OTLP, bit by bit in a signed number. Ids are lower-case hex. What is empty is
//! NULL. JSON arrays: `events` of `{time_unix_nano, name, attributes, dropped_attributes_count}`, `links` of
//! `{trace_id, span_id, trace_state, attributes, flags}`, `exemplars` of `{time_unix_nano, value, trace_id, span_id,
//! filtered_attributes}`, `quantiles` of `{quantile, value}`.

/// A table of the schema.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, without the schema.
    pub name: &'static str,
    /// What is written into it, in the order of COPY.
    pub columns: &'static [Column],
    /// What it is looked up by, besides time.
    pub(super) indexes: &'static [Index],
    /// Whether it is divided into days.
    pub(super) daily: bool,
}

/// A column of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type as PostgreSQL spells it in short, e.g. `bigint`.
    pub kind: &'static str,
    /// What follows the type in DDL.
    pub(super) more: &'static str,
}

/// An index: the end of its name, and what follows the table.
pub(super) type Index = (&'static str, &'static str);

const BRIN: Index = ("time", "USING brin (time)");
const SERVICE: Index = ("service", "(service_name, time)");
const TRACE: Index = ("trace", "(trace_id) WHERE trace_id IS NOT NULL");
const METRIC: Index = ("metric", "(metric_name, time)");

/// Resources, each once.
pub static RESOURCES: Table = Table {
    name: "otel_resources",
    columns: &[
        key("id", "bigint"),
        column("service_name", "text"),
        column("attributes", "jsonb"),
        column("dropped_attributes_count", "integer"),
        column("schema_url", "text"),
    ],
    indexes: &[],
    daily: false,
};

/// Instrumentation scopes, each once.
pub static SCOPES: Table = Table {
    name: "otel_scopes",
    columns: &[
        key("id", "bigint"),
        column("name", "text"),
        column("version", "text"),
        column("attributes", "jsonb"),
        column("dropped_attributes_count", "integer"),
        column("schema_url", "text"),
    ],
    indexes: &[],
    daily: false,
};

/// Batches that have been stored, so that a retry stores nothing twice.
pub static BATCHES: Table = Table { name: "otel_batches", columns: &[key("id", "uuid")], indexes: &[], daily: false };

/// Log records.
pub static LOGS: Table = Table {
    name: "otel_logs",
    columns: &[
        time(),
        column("time_unix_nano", "bigint"),
        column("observed_time_unix_nano", "bigint"),
        column("trace_id", "text"),
        column("span_id", "text"),
        column("flags", "integer"),
        column("severity_number", "smallint"),
        column("severity_text", "text"),
        column("service_name", "text"),
        column("event_name", "text"),
        column("body", "text"),
        column("attributes", "jsonb"),
        column("dropped_attributes_count", "integer"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
    ],
    indexes: &[BRIN, SERVICE, TRACE],
    daily: true,
};

/// Spans; `time` is when they began.
pub static SPANS: Table = Table {
    name: "otel_spans",
    columns: &[
        time(),
        column("start_time_unix_nano", "bigint"),
        column("end_time_unix_nano", "bigint"),
        column("duration_nano", "bigint"),
        column("trace_id", "text"),
        column("span_id", "text"),
        column("parent_span_id", "text"),
        column("trace_state", "text"),
        column("name", "text"),
        column("kind", "text"),
        column("service_name", "text"),
        column("status_code", "text"),
        column("status_message", "text"),
        column("attributes", "jsonb"),
        column("events", "jsonb"),
        column("links", "jsonb"),
        column("flags", "integer"),
        column("dropped_attributes_count", "integer"),
        column("dropped_events_count", "integer"),
        column("dropped_links_count", "integer"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
    ],
    indexes: &[BRIN, SERVICE, TRACE],
    daily: true,
};

/// Points of gauges.
pub static GAUGE: Table = Table {
    name: "otel_metrics_gauge",
    columns: &[
        time(),
        column("time_unix_nano", "bigint"),
        column("start_time_unix_nano", "bigint"),
        column("metric_name", "text"),
        column("description", "text"),
        column("unit", "text"),
        column("service_name", "text"),
        column("attributes", "jsonb"),
        column("value", "double precision"),
        column("value_int", "bigint"),
        column("flags", "integer"),
        column("exemplars", "jsonb"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
    ],
    indexes: &[BRIN, METRIC],
    daily: true,
};

/// Points of sums.
pub static SUM: Table = Table {
    name: "otel_metrics_sum",
    columns: &[
        time(),
        column("time_unix_nano", "bigint"),
        column("start_time_unix_nano", "bigint"),
        column("metric_name", "text"),
        column("description", "text"),
        column("unit", "text"),
        column("service_name", "text"),
        column("attributes", "jsonb"),
        column("value", "double precision"),
        column("value_int", "bigint"),
        column("flags", "integer"),
        column("exemplars", "jsonb"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
        column("aggregation_temporality", "smallint"),
        column("is_monotonic", "boolean"),
    ],
    indexes: &[BRIN, METRIC],
    daily: true,
};

/// Points of histograms.
pub static HISTOGRAM: Table = Table {
    name: "otel_metrics_histogram",
    columns: &[
        time(),
        column("time_unix_nano", "bigint"),
        column("start_time_unix_nano", "bigint"),
        column("metric_name", "text"),
        column("description", "text"),
        column("unit", "text"),
        column("service_name", "text"),
        column("attributes", "jsonb"),
        column("count", "bigint"),
        column("sum", "double precision"),
        column("min", "double precision"),
        column("max", "double precision"),
        column("bucket_counts", "bigint[]"),
        column("explicit_bounds", "double precision[]"),
        column("flags", "integer"),
        column("exemplars", "jsonb"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
        column("aggregation_temporality", "smallint"),
    ],
    indexes: &[BRIN, METRIC],
    daily: true,
};

/// Points of exponential histograms.
pub static EXP_HISTOGRAM: Table = Table {
    name: "otel_metrics_exp_histogram",
    columns: &[
        time(),
        column("time_unix_nano", "bigint"),
        column("start_time_unix_nano", "bigint"),
        column("metric_name", "text"),
        column("description", "text"),
        column("unit", "text"),
        column("service_name", "text"),
        column("attributes", "jsonb"),
        column("count", "bigint"),
        column("sum", "double precision"),
        column("min", "double precision"),
        column("max", "double precision"),
        column("scale", "integer"),
        column("zero_count", "bigint"),
        column("zero_threshold", "double precision"),
        column("positive_offset", "integer"),
        column("positive_bucket_counts", "bigint[]"),
        column("negative_offset", "integer"),
        column("negative_bucket_counts", "bigint[]"),
        column("flags", "integer"),
        column("exemplars", "jsonb"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
        column("aggregation_temporality", "smallint"),
    ],
    indexes: &[BRIN, METRIC],
    daily: true,
};

/// Points of summaries.
pub static SUMMARY: Table = Table {
    name: "otel_metrics_summary",
    columns: &[
        time(),
        column("time_unix_nano", "bigint"),
        column("start_time_unix_nano", "bigint"),
        column("metric_name", "text"),
        column("description", "text"),
        column("unit", "text"),
        column("service_name", "text"),
        column("attributes", "jsonb"),
        column("count", "bigint"),
        column("sum", "double precision"),
        column("quantiles", "jsonb"),
        column("flags", "integer"),
        column("resource_id", "bigint"),
        column("scope_id", "bigint"),
    ],
    indexes: &[BRIN, METRIC],
    daily: true,
};

/// Every table that is written to.
pub static TABLES: [&Table; 10] =
    [&RESOURCES, &SCOPES, &BATCHES, &LOGS, &SPANS, &GAUGE, &SUM, &HISTOGRAM, &EXP_HISTOGRAM, &SUMMARY];

/// The tables that are divided into days.
pub(super) fn daily() -> impl Iterator<Item = &'static Table> {
    TABLES.into_iter().filter(|table| table.daily)
}

const fn column(name: &'static str, kind: &'static str) -> Column {
    Column { name, kind, more: "" }
}

const fn key(name: &'static str, kind: &'static str) -> Column {
    Column { name, kind, more: " PRIMARY KEY" }
}

const fn time() -> Column {
    Column { name: "time", kind: "timestamptz", more: " NOT NULL" }
}
