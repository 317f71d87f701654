//! `metrics/v1/metrics.proto` and its collector service.

use super::common::{INSTRUMENTATION_SCOPE, KEY_VALUE, RESOURCE};
use super::{Enum, Kind, Message, many, one, oneof, optional};

/// `opentelemetry.proto.metrics.v1.AggregationTemporality`.
pub static AGGREGATION_TEMPORALITY: Enum = Enum {
    name: "AggregationTemporality",
    values: &[
        ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
        ("AGGREGATION_TEMPORALITY_DELTA", 1),
        ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
    ],
};

/// `opentelemetry.proto.metrics.v1.ResourceMetrics`.
pub static RESOURCE_METRICS: Message = Message {
    name: "ResourceMetrics",
    fields: &[
        one(1, "resource", Kind::Message(&RESOURCE)),
        many(2, "scopeMetrics", Kind::Message(&SCOPE_METRICS)),
        one(3, "schemaUrl", Kind::String),
    ],
};

/// `opentelemetry.proto.metrics.v1.ScopeMetrics`.
pub static SCOPE_METRICS: Message = Message {
    name: "ScopeMetrics",
    fields: &[
        one(1, "scope", Kind::Message(&INSTRUMENTATION_SCOPE)),
        many(2, "metrics", Kind::Message(&METRIC)),
        one(3, "schemaUrl", Kind::String),
    ],
};

/// `opentelemetry.proto.metrics.v1.Metric`.
pub static METRIC: Message = Message {
    name: "Metric",
    fields: &[
        one(1, "name", Kind::String),
        one(2, "description", Kind::String),
        one(3, "unit", Kind::String),
        oneof(5, "gauge", Kind::Message(&GAUGE)),
        oneof(7, "sum", Kind::Message(&SUM)),
        oneof(9, "histogram", Kind::Message(&HISTOGRAM)),
        oneof(10, "exponentialHistogram", Kind::Message(&EXPONENTIAL_HISTOGRAM)),
        oneof(11, "summary", Kind::Message(&SUMMARY)),
        many(12, "metadata", Kind::Message(&KEY_VALUE)),
    ],
};

/// `opentelemetry.proto.metrics.v1.Gauge`.
pub static GAUGE: Message =
    Message { name: "Gauge", fields: &[many(1, "dataPoints", Kind::Message(&NUMBER_DATA_POINT))] };

/// `opentelemetry.proto.metrics.v1.Sum`.
pub static SUM: Message = Message {
    name: "Sum",
    fields: &[
        many(1, "dataPoints", Kind::Message(&NUMBER_DATA_POINT)),
        one(2, "aggregationTemporality", Kind::Enum(&AGGREGATION_TEMPORALITY)),
        one(3, "isMonotonic", Kind::Bool),
    ],
};

/// `opentelemetry.proto.metrics.v1.Histogram`.
pub static HISTOGRAM: Message = Message {
    name: "Histogram",
    fields: &[
        many(1, "dataPoints", Kind::Message(&HISTOGRAM_DATA_POINT)),
        one(2, "aggregationTemporality", Kind::Enum(&AGGREGATION_TEMPORALITY)),
    ],
};

/// `opentelemetry.proto.metrics.v1.ExponentialHistogram`.
pub static EXPONENTIAL_HISTOGRAM: Message = Message {
    name: "ExponentialHistogram",
    fields: &[
        many(1, "dataPoints", Kind::Message(&EXPONENTIAL_HISTOGRAM_DATA_POINT)),
        one(2, "aggregationTemporality", Kind::Enum(&AGGREGATION_TEMPORALITY)),
    ],
};

/// `opentelemetry.proto.metrics.v1.Summary`.
pub static SUMMARY: Message =
    Message { name: "Summary", fields: &[many(1, "dataPoints", Kind::Message(&SUMMARY_DATA_POINT))] };

/// `opentelemetry.proto.metrics.v1.NumberDataPoint`.
pub static NUMBER_DATA_POINT: Message = Message {
    name: "NumberDataPoint",
    fields: &[
        many(7, "attributes", Kind::Message(&KEY_VALUE)),
        one(2, "startTimeUnixNano", Kind::Fixed64),
        one(3, "timeUnixNano", Kind::Fixed64),
        oneof(4, "asDouble", Kind::Double),
        oneof(6, "asInt", Kind::Sfixed64),
        many(5, "exemplars", Kind::Message(&EXEMPLAR)),
        one(8, "flags", Kind::Uint32),
    ],
};

/// `opentelemetry.proto.metrics.v1.HistogramDataPoint`.
pub static HISTOGRAM_DATA_POINT: Message = Message {
    name: "HistogramDataPoint",
    fields: &[
        many(9, "attributes", Kind::Message(&KEY_VALUE)),
        one(2, "startTimeUnixNano", Kind::Fixed64),
        one(3, "timeUnixNano", Kind::Fixed64),
        one(4, "count", Kind::Fixed64),
        optional(5, "sum", Kind::Double),
        many(6, "bucketCounts", Kind::Fixed64),
        many(7, "explicitBounds", Kind::Double),
        many(8, "exemplars", Kind::Message(&EXEMPLAR)),
        one(10, "flags", Kind::Uint32),
        optional(11, "min", Kind::Double),
        optional(12, "max", Kind::Double),
    ],
};

/// `opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint`.
pub static EXPONENTIAL_HISTOGRAM_DATA_POINT: Message = Message {
    name: "ExponentialHistogramDataPoint",
    fields: &[
        many(1, "attributes", Kind::Message(&KEY_VALUE)),
        one(2, "startTimeUnixNano", Kind::Fixed64),
        one(3, "timeUnixNano", Kind::Fixed64),
        one(4, "count", Kind::Fixed64),
        optional(5, "sum", Kind::Double),
        one(6, "scale", Kind::Sint32),
        one(7, "zeroCount", Kind::Fixed64),
        one(8, "positive", Kind::Message(&EXPONENTIAL_HISTOGRAM_DATA_POINT_BUCKETS)),
        one(9, "negative", Kind::Message(&EXPONENTIAL_HISTOGRAM_DATA_POINT_BUCKETS)),
        one(10, "flags", Kind::Uint32),
        many(11, "exemplars", Kind::Message(&EXEMPLAR)),
        optional(12, "min", Kind::Double),
        optional(13, "max", Kind::Double),
        one(14, "zeroThreshold", Kind::Double),
    ],
};

/// `opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets`.
pub static EXPONENTIAL_HISTOGRAM_DATA_POINT_BUCKETS: Message = Message {
    name: "ExponentialHistogramDataPoint.Buckets",
    fields: &[one(1, "offset", Kind::Sint32), many(2, "bucketCounts", Kind::Uint64)],
};

/// `opentelemetry.proto.metrics.v1.SummaryDataPoint`.
pub static SUMMARY_DATA_POINT: Message = Message {
    name: "SummaryDataPoint",
    fields: &[
        many(7, "attributes", Kind::Message(&KEY_VALUE)),
        one(2, "startTimeUnixNano", Kind::Fixed64),
        one(3, "timeUnixNano", Kind::Fixed64),
        one(4, "count", Kind::Fixed64),
        one(5, "sum", Kind::Double),
        many(6, "quantileValues", Kind::Message(&VALUE_AT_QUANTILE)),
        one(8, "flags", Kind::Uint32),
    ],
};

/// `opentelemetry.proto.metrics.v1.SummaryDataPoint.ValueAtQuantile`.
pub static VALUE_AT_QUANTILE: Message = Message {
    name: "SummaryDataPoint.ValueAtQuantile",
    fields: &[one(1, "quantile", Kind::Double), one(2, "value", Kind::Double)],
};

/// `opentelemetry.proto.metrics.v1.Exemplar`.
pub static EXEMPLAR: Message = Message {
    name: "Exemplar",
    fields: &[
        many(7, "filteredAttributes", Kind::Message(&KEY_VALUE)),
        one(2, "timeUnixNano", Kind::Fixed64),
        oneof(3, "asDouble", Kind::Double),
        oneof(6, "asInt", Kind::Sfixed64),
        one(4, "spanId", Kind::Id(8)),
        one(5, "traceId", Kind::Id(16)),
    ],
};

/// `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest`.
pub static EXPORT_METRICS_SERVICE_REQUEST: Message = Message {
    name: "ExportMetricsServiceRequest",
    fields: &[many(1, "resourceMetrics", Kind::Message(&RESOURCE_METRICS))],
};

/// `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse`.
pub static EXPORT_METRICS_SERVICE_RESPONSE: Message = Message {
    name: "ExportMetricsServiceResponse",
    fields: &[one(1, "partialSuccess", Kind::Message(&EXPORT_METRICS_PARTIAL_SUCCESS))],
};

/// `opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess`.
pub static EXPORT_METRICS_PARTIAL_SUCCESS: Message = Message {
    name: "ExportMetricsPartialSuccess",
    fields: &[one(1, "rejectedDataPoints", Kind::Int64), one(2, "errorMessage", Kind::String)],
};
