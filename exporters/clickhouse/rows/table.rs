//! The seven tables and their columns, named and typed as the Collector's ClickHouse exporter has them.

use super::shape::Type::{
    self, Bool, DateTime64, Float64, Int32, Json, LowCardinality, Map, String, UInt8, UInt32, UInt64,
};

/// A table that telemetry is inserted into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::clickhouse) enum Table {
    /// `otel_logs`.
    Logs,
    /// `otel_traces`.
    Traces,
    /// `otel_metrics_gauge`.
    Gauge,
    /// `otel_metrics_sum`.
    Sum,
    /// `otel_metrics_summary`.
    Summary,
    /// `otel_metrics_histogram`.
    Histogram,
    /// `otel_metrics_exponential_histogram`.
    ExponentialHistogram,
}

/// A column that is known here, with the type that the newest tables give it.
#[derive(Clone, Copy, Debug)]
pub(in crate::clickhouse) struct Known {
    /// Its name; a dot stands between the names of a nested column.
    pub(in crate::clickhouse) name: &'static str,
    /// The type of its values, of their elements if they are arrays.
    pub(super) ty: Type,
    /// Whether its values are arrays.
    pub(super) array: bool,
    /// Whether rows are complete without it, because older tables lack it.
    pub(in crate::clickhouse) optional: bool,
}

// === impl Table ===

impl Table {
    /// Every table.
    pub(in crate::clickhouse) const ALL: [Self; 7] =
        [Self::Logs, Self::Traces, Self::Gauge, Self::Sum, Self::Summary, Self::Histogram, Self::ExponentialHistogram];

    /// The column by whose time rows are found.
    pub(in crate::clickhouse) fn time(self) -> &'static str {
        match self {
            Self::Logs | Self::Traces => "Timestamp",
            _ => "TimeUnix",
        }
    }

    /// The columns that are filled, in the order in which they are sent.
    pub(in crate::clickhouse) fn columns(self) -> impl Iterator<Item = &'static Known> + Clone {
        let (common, own, last): (&[Known], &[Known], &[Known]) = match self {
            Self::Logs => (LOGS, &[], &[]),
            Self::Traces => (TRACES, &[], &[]),
            Self::Gauge => (POINT, NUMBER, EXEMPLARS),
            Self::Sum => (POINT, SUM, EXEMPLARS),
            Self::Summary => (POINT, SUMMARY, &[]),
            Self::Histogram => (POINT, HISTOGRAM, EXEMPLARS),
            Self::ExponentialHistogram => (POINT, EXPONENTIAL_HISTOGRAM, EXEMPLARS),
        };
        common.iter().chain(own).chain(last)
    }
}

const LOGS: &[Known] = &[
    one("Timestamp", DateTime64),
    one("TraceId", String),
    one("SpanId", String),
    one("TraceFlags", UInt8),
    one("SeverityText", LowCardinality),
    one("SeverityNumber", UInt8),
    one("ServiceName", LowCardinality),
    one("Body", String),
    one("ResourceSchemaUrl", LowCardinality),
    one("ResourceAttributes", Map),
    one("ScopeSchemaUrl", LowCardinality),
    one("ScopeName", String),
    one("ScopeVersion", LowCardinality),
    one("ScopeAttributes", Map),
    one("LogAttributes", Map),
    optional(many("ResourceAttributesKeys", LowCardinality)),
    optional(many("ScopeAttributesKeys", LowCardinality)),
    optional(many("LogAttributesKeys", LowCardinality)),
    optional(one("EventName", String)),
];

const TRACES: &[Known] = &[
    one("Timestamp", DateTime64),
    one("TraceId", String),
    one("SpanId", String),
    one("ParentSpanId", String),
    one("TraceState", String),
    one("SpanName", LowCardinality),
    one("SpanKind", LowCardinality),
    one("ServiceName", LowCardinality),
    one("ResourceAttributes", Map),
    one("ScopeName", String),
    one("ScopeVersion", String),
    one("SpanAttributes", Map),
    one("Duration", UInt64),
    one("StatusCode", LowCardinality),
    one("StatusMessage", String),
    many("Events.Timestamp", DateTime64),
    many("Events.Name", LowCardinality),
    many("Events.Attributes", Map),
    many("Links.TraceId", String),
    many("Links.SpanId", String),
    many("Links.TraceState", String),
    many("Links.Attributes", Map),
    optional(many("ResourceAttributesKeys", LowCardinality)),
    optional(many("SpanAttributesKeys", LowCardinality)),
];

/// What all tables of metrics begin with.
const POINT: &[Known] = &[
    one("ResourceAttributes", Map),
    one("ResourceSchemaUrl", String),
    one("ScopeName", String),
    one("ScopeVersion", String),
    one("ScopeAttributes", Map),
    one("ScopeDroppedAttrCount", UInt32),
    one("ScopeSchemaUrl", String),
    one("ServiceName", LowCardinality),
    one("MetricName", LowCardinality),
    one("MetricDescription", String),
    one("MetricUnit", String),
    one("Attributes", Map),
    one("StartTimeUnix", DateTime64),
    one("TimeUnix", DateTime64),
    one("Flags", UInt32),
];

const NUMBER: &[Known] = &[one("Value", Float64)];

const SUM: &[Known] = &[one("Value", Float64), one("AggregationTemporality", Int32), one("IsMonotonic", Bool)];

const SUMMARY: &[Known] = &[
    one("Count", UInt64),
    one("Sum", Float64),
    many("ValueAtQuantiles.Quantile", Float64),
    many("ValueAtQuantiles.Value", Float64),
];

const HISTOGRAM: &[Known] = &[
    one("Count", UInt64),
    one("Sum", Float64),
    many("BucketCounts", UInt64),
    many("ExplicitBounds", Float64),
    one("Min", Float64),
    one("Max", Float64),
    one("AggregationTemporality", Int32),
];

const EXPONENTIAL_HISTOGRAM: &[Known] = &[
    one("Count", UInt64),
    one("Sum", Float64),
    one("Scale", Int32),
    one("ZeroCount", UInt64),
    one("PositiveOffset", Int32),
    many("PositiveBucketCounts", UInt64),
    one("NegativeOffset", Int32),
    many("NegativeBucketCounts", UInt64),
    one("Min", Float64),
    one("Max", Float64),
    one("AggregationTemporality", Int32),
];

const EXEMPLARS: &[Known] = &[
    many("Exemplars.FilteredAttributes", Map),
    many("Exemplars.TimeUnix", DateTime64),
    many("Exemplars.Value", Float64),
    many("Exemplars.SpanId", String),
    many("Exemplars.TraceId", String),
];

// === impl Known ===

impl Known {
    /// The type its values have where attributes are of the JSON type.
    pub(super) fn as_json(&self) -> Type {
        if self.ty == Map { Json } else { self.ty }
    }
}

const fn one(name: &'static str, ty: Type) -> Known {
    Known { name, ty, array: false, optional: false }
}

const fn many(name: &'static str, ty: Type) -> Known {
    Known { name, ty, array: true, optional: false }
}

const fn optional(known: Known) -> Known {
    Known { optional: true, ..known }
}
