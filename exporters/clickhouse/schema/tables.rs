//! The tables as the OpenTelemetry Collector makes them: column names, types, indices and order.
//!
//! Two things differ, because nothing is lost by them and readers take both: times of metrics keep their nanoseconds, as
//! in every Collector before 0.160, and plain engines get a window in which equal inserts are dropped.

/// What a table holds that no setting changes.
#[derive(Debug)]
pub(super) struct Layout {
    /// Name, type, and codec of each column. `Attributes` stands for the type of attributes.
    pub(super) columns: &'static [(&'static str, &'static str, &'static str)],
    /// Name, expression, type and, where it is not 1, granularity of each index.
    pub(super) indices: &'static [(&'static str, &'static str, &'static str)],
    /// What a partition holds one day of, and what `ttl` counts from.
    pub(super) time: &'static str,
    /// The order of rows on disk.
    pub(super) order: &'static str,
}

/// How a text is cut for an index.
#[derive(Clone, Copy, Debug)]
pub(super) enum Words {
    /// Not at all, and few rows have the same.
    Id,
    /// Not at all.
    Whole,
    /// At everything but letters and digits.
    Each,
}

const ZSTD: &str = "ZSTD(1)";
const DELTA: &str = "Delta, ZSTD(1)";
const DELTA8: &str = "Delta(8), ZSTD(1)";
/// As the server likes it: LZ4.
const PLAIN: &str = "";
const LOW: &str = "LowCardinality(String)";
const TIME: &str = "DateTime64(9)";

/// Records of logs; generation B (0.151 and later). What follows are its columns of resource attributes.
pub(super) const LOGS: Layout = Layout {
    columns: &[
        ("Timestamp", TIME, DELTA8),
        ("TraceId", "String", ZSTD),
        ("SpanId", "String", ZSTD),
        ("TraceFlags", "UInt8", PLAIN),
        ("SeverityText", LOW, ZSTD),
        ("SeverityNumber", "UInt8", PLAIN),
        ("ServiceName", LOW, ZSTD),
        ("Body", "String", ZSTD),
        ("ResourceSchemaUrl", LOW, ZSTD),
        ("ResourceAttributes", "Attributes", ZSTD),
        ("ScopeSchemaUrl", LOW, ZSTD),
        ("ScopeName", "String", ZSTD),
        ("ScopeVersion", LOW, ZSTD),
        ("ScopeAttributes", "Attributes", ZSTD),
        ("LogAttributes", "Attributes", ZSTD),
        ("EventName", "String", ZSTD),
    ],
    indices: &[],
    time: "Timestamp",
    order: "toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp",
};

/// Resource attributes with a column of their own in tables of logs, which the server fills.
pub(super) const MATERIALIZED: [&str; 8] = [
    "k8s.cluster.name",
    "k8s.container.name",
    "k8s.deployment.name",
    "k8s.namespace.name",
    "k8s.node.name",
    "k8s.pod.name",
    "k8s.pod.uid",
    "deployment.environment.name",
];

/// What is found by words in tables of logs, and by what kind of tokens.
pub(super) const LOG_WORDS: [(&str, &str, Words); 8] = [
    ("idx_trace_id", "TraceId", Words::Id),
    ("idx_res_attr_key", "mapKeys(ResourceAttributes)", Words::Whole),
    ("idx_res_attr_value", "mapValues(ResourceAttributes)", Words::Whole),
    ("idx_scope_attr_key", "mapKeys(ScopeAttributes)", Words::Whole),
    ("idx_scope_attr_value", "mapValues(ScopeAttributes)", Words::Whole),
    ("idx_log_attr_key", "mapKeys(LogAttributes)", Words::Whole),
    ("idx_log_attr_value", "mapValues(LogAttributes)", Words::Whole),
    ("idx_lower_body", "lower(Body)", Words::Each),
];

/// JSON attributes, and the column and the index of their keys.
pub(super) const KEY_COLUMNS: [(&str, &str, &str); 4] = [
    ("ResourceAttributes", "ResourceAttributesKeys", "idx_res_attr_keys"),
    ("ScopeAttributes", "ScopeAttributesKeys", "idx_scope_attr_keys"),
    ("LogAttributes", "LogAttributesKeys", "idx_log_attr_keys"),
    ("SpanAttributes", "SpanAttributesKeys", "idx_span_attr_keys"),
];

/// Spans.
pub(super) const TRACES: Layout = Layout {
    columns: &[
        ("Timestamp", TIME, DELTA),
        ("TraceId", "String", ZSTD),
        ("SpanId", "String", ZSTD),
        ("ParentSpanId", "String", ZSTD),
        ("TraceState", "String", ZSTD),
        ("SpanName", LOW, ZSTD),
        ("SpanKind", LOW, ZSTD),
        ("ServiceName", LOW, ZSTD),
        ("ResourceAttributes", "Attributes", ZSTD),
        ("ScopeName", "String", ZSTD),
        ("ScopeVersion", "String", ZSTD),
        ("SpanAttributes", "Attributes", ZSTD),
        ("Duration", "UInt64", ZSTD),
        ("StatusCode", LOW, ZSTD),
        ("StatusMessage", "String", ZSTD),
        ("Events", "Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Attributes)", ZSTD),
        ("Links", "Nested (TraceId String, SpanId String, TraceState String, Attributes Attributes)", ZSTD),
    ],
    indices: &[
        ("idx_trace_id", "TraceId", "bloom_filter(0.001)"),
        ("idx_res_attr_key", "mapKeys(ResourceAttributes)", "bloom_filter(0.01)"),
        ("idx_res_attr_value", "mapValues(ResourceAttributes)", "bloom_filter(0.01)"),
        ("idx_span_attr_key", "mapKeys(SpanAttributes)", "bloom_filter(0.01)"),
        ("idx_span_attr_value", "mapValues(SpanAttributes)", "bloom_filter(0.01)"),
        ("idx_duration", "Duration", "minmax"),
    ],
    time: "Timestamp",
    order: "ServiceName, SpanName, toDateTime(Timestamp)",
};

/// When each trace began and ended, so that readers look at few partitions.
pub(super) const TRACE_TIMES: Layout = Layout {
    columns: &[("TraceId", "String", ZSTD), ("Start", "DateTime", DELTA), ("End", "DateTime", DELTA)],
    indices: &[("idx_trace_id", "TraceId", "bloom_filter(0.01)")],
    time: "Start",
    order: "TraceId, Start",
};

const METRIC_INDICES: &[(&str, &str, &str)] = &[
    ("idx_res_attr_key", "mapKeys(ResourceAttributes)", "bloom_filter(0.01)"),
    ("idx_res_attr_value", "mapValues(ResourceAttributes)", "bloom_filter(0.01)"),
    ("idx_scope_attr_key", "mapKeys(ScopeAttributes)", "bloom_filter(0.01)"),
    ("idx_scope_attr_value", "mapValues(ScopeAttributes)", "bloom_filter(0.01)"),
    ("idx_attr_key", "mapKeys(Attributes)", "bloom_filter(0.01)"),
    ("idx_attr_value", "mapValues(Attributes)", "bloom_filter(0.01)"),
    ("idx_time_minmax", "TimeUnix", "minmax"),
];

/// A table of points: `columns` are its own, behind those that all of them have.
const fn points(columns: &'static [(&'static str, &'static str, &'static str)]) -> Layout {
    Layout {
        columns,
        indices: METRIC_INDICES,
        time: "TimeUnix",
        order: "ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix",
    }
}

/// The columns every table of points begins with. Attributes of metrics are maps whatever `json` says, as there.
pub(super) const POINT: [(&str, &str, &str); 15] = [
    ("ResourceAttributes", "Map(LowCardinality(String), String)", ZSTD),
    ("ResourceSchemaUrl", "String", ZSTD),
    ("ScopeName", "String", ZSTD),
    ("ScopeVersion", "String", ZSTD),
    ("ScopeAttributes", "Map(LowCardinality(String), String)", ZSTD),
    ("ScopeDroppedAttrCount", "UInt32", ZSTD),
    ("ScopeSchemaUrl", "String", ZSTD),
    ("ServiceName", LOW, ZSTD),
    ("MetricName", LOW, ZSTD),
    ("MetricDescription", "String", ZSTD),
    ("MetricUnit", "String", ZSTD),
    ("Attributes", "Map(LowCardinality(String), String)", ZSTD),
    ("StartTimeUnix", TIME, DELTA),
    ("TimeUnix", TIME, DELTA),
    ("Flags", "UInt32", ZSTD),
];

/// Samples behind a point, in every table of points but that of summaries.
const EXEMPLARS: (&str, &str, &str) = (
    "Exemplars",
    "Nested (FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String)",
    ZSTD,
);

pub(super) const GAUGE: Layout = points(&[("Value", "Float64", ZSTD), EXEMPLARS]);

pub(super) const SUM: Layout = points(&[
    ("Value", "Float64", ZSTD),
    EXEMPLARS,
    ("AggregationTemporality", "Int32", ZSTD),
    ("IsMonotonic", "Bool", DELTA),
]);

pub(super) const SUMMARY: Layout = points(&[
    ("Count", "UInt64", DELTA),
    ("Sum", "Float64", ZSTD),
    ("ValueAtQuantiles", "Nested (Quantile Float64, Value Float64)", ZSTD),
]);

pub(super) const HISTOGRAM: Layout = points(&[
    ("Count", "UInt64", DELTA),
    ("Sum", "Float64", ZSTD),
    ("BucketCounts", "Array(UInt64)", ZSTD),
    ("ExplicitBounds", "Array(Float64)", ZSTD),
    EXEMPLARS,
    ("Min", "Float64", ZSTD),
    ("Max", "Float64", ZSTD),
    ("AggregationTemporality", "Int32", ZSTD),
]);

pub(super) const EXPONENTIAL_HISTOGRAM: Layout = points(&[
    ("Count", "UInt64", DELTA),
    ("Sum", "Float64", ZSTD),
    ("Scale", "Int32", ZSTD),
    ("ZeroCount", "UInt64", ZSTD),
    ("PositiveOffset", "Int32", ZSTD),
    ("PositiveBucketCounts", "Array(UInt64)", ZSTD),
    ("NegativeOffset", "Int32", ZSTD),
    ("NegativeBucketCounts", "Array(UInt64)", ZSTD),
    EXEMPLARS,
    ("Min", "Float64", ZSTD),
    ("Max", "Float64", ZSTD),
    ("AggregationTemporality", "Int32", ZSTD),
]);
