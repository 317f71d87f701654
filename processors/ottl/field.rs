//! The fields of every context by the names OTTL gives them.

use super::context::Context;

/// A field of a record that a path can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    ResourceAttributes,
    ResourceDroppedAttributesCount,
    ResourceSchemaUrl,
    ScopeAttributes,
    ScopeDroppedAttributesCount,
    ScopeName,
    ScopeVersion,
    ScopeSchemaUrl,
    LogAttributes,
    LogBody,
    LogBodyString,
    LogDroppedAttributesCount,
    LogEventName,
    LogFlags,
    LogObservedTime,
    LogObservedTimeUnixNano,
    LogSeverityNumber,
    LogSeverityText,
    LogSpanId,
    LogSpanIdString,
    LogTime,
    LogTimeUnixNano,
    LogTraceId,
    LogTraceIdString,
    SpanAttributes,
    SpanDroppedAttributesCount,
    SpanDroppedEventsCount,
    SpanDroppedLinksCount,
    SpanEndTime,
    SpanEndTimeUnixNano,
    SpanFlags,
    SpanKind,
    SpanKindString,
    SpanKindDeprecatedString,
    SpanName,
    SpanParentSpanId,
    SpanParentSpanIdString,
    SpanSpanId,
    SpanSpanIdString,
    SpanStartTime,
    SpanStartTimeUnixNano,
    SpanStatusCode,
    SpanStatusMessage,
    SpanTraceId,
    SpanTraceIdString,
    SpanTraceState,
    EventAttributes,
    EventDroppedAttributesCount,
    EventIndex,
    EventName,
    EventTime,
    EventTimeUnixNano,
    MetricAggregationTemporality,
    MetricDescription,
    MetricIsMonotonic,
    MetricMetadata,
    MetricName,
    MetricType,
    MetricUnit,
    PointAttributes,
    PointBucketCounts,
    PointCount,
    PointExplicitBounds,
    PointFlags,
    PointMax,
    PointMin,
    PointNegativeBucketCounts,
    PointNegativeOffset,
    PointPositiveBucketCounts,
    PointPositiveOffset,
    PointScale,
    PointStartTime,
    PointStartTimeUnixNano,
    PointSum,
    PointTime,
    PointTimeUnixNano,
    PointValueDouble,
    PointValueInt,
    PointZeroCount,
}

/// What may stand in brackets behind a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Nothing.
    None,
    /// Keys of a map, and then whatever its values are.
    Map,
    /// Anything, as the value turns out.
    Any,
    /// One key of a W3C trace state.
    TraceState,
}

use Field as F;

const RESOURCE: &[(&str, Field)] = &[
    ("attributes", F::ResourceAttributes),
    ("dropped_attributes_count", F::ResourceDroppedAttributesCount),
    ("schema_url", F::ResourceSchemaUrl),
];

const SCOPE: &[(&str, Field)] = &[
    ("attributes", F::ScopeAttributes),
    ("dropped_attributes_count", F::ScopeDroppedAttributesCount),
    ("name", F::ScopeName),
    ("version", F::ScopeVersion),
    ("schema_url", F::ScopeSchemaUrl),
];

const LOG: &[(&str, Field)] = &[
    ("attributes", F::LogAttributes),
    ("body", F::LogBody),
    ("body.string", F::LogBodyString),
    ("dropped_attributes_count", F::LogDroppedAttributesCount),
    ("event_name", F::LogEventName),
    ("flags", F::LogFlags),
    ("observed_time", F::LogObservedTime),
    ("observed_time_unix_nano", F::LogObservedTimeUnixNano),
    ("severity_number", F::LogSeverityNumber),
    ("severity_text", F::LogSeverityText),
    ("span_id", F::LogSpanId),
    ("span_id.string", F::LogSpanIdString),
    ("time", F::LogTime),
    ("time_unix_nano", F::LogTimeUnixNano),
    ("trace_id", F::LogTraceId),
    ("trace_id.string", F::LogTraceIdString),
];

const SPAN: &[(&str, Field)] = &[
    ("attributes", F::SpanAttributes),
    ("dropped_attributes_count", F::SpanDroppedAttributesCount),
    ("dropped_events_count", F::SpanDroppedEventsCount),
    ("dropped_links_count", F::SpanDroppedLinksCount),
    ("end_time", F::SpanEndTime),
    ("end_time_unix_nano", F::SpanEndTimeUnixNano),
    ("flags", F::SpanFlags),
    ("kind", F::SpanKind),
    ("kind.string", F::SpanKindString),
    ("kind.deprecated_string", F::SpanKindDeprecatedString),
    ("name", F::SpanName),
    ("parent_span_id", F::SpanParentSpanId),
    ("parent_span_id.string", F::SpanParentSpanIdString),
    ("span_id", F::SpanSpanId),
    ("span_id.string", F::SpanSpanIdString),
    ("start_time", F::SpanStartTime),
    ("start_time_unix_nano", F::SpanStartTimeUnixNano),
    ("status.code", F::SpanStatusCode),
    ("status.message", F::SpanStatusMessage),
    ("trace_id", F::SpanTraceId),
    ("trace_id.string", F::SpanTraceIdString),
    ("trace_state", F::SpanTraceState),
];

const EVENT: &[(&str, Field)] = &[
    ("attributes", F::EventAttributes),
    ("dropped_attributes_count", F::EventDroppedAttributesCount),
    ("event_index", F::EventIndex),
    ("name", F::EventName),
    ("time", F::EventTime),
    ("time_unix_nano", F::EventTimeUnixNano),
];

const METRIC: &[(&str, Field)] = &[
    ("aggregation_temporality", F::MetricAggregationTemporality),
    ("description", F::MetricDescription),
    ("is_monotonic", F::MetricIsMonotonic),
    ("metadata", F::MetricMetadata),
    ("name", F::MetricName),
    ("type", F::MetricType),
    ("unit", F::MetricUnit),
];

const POINT: &[(&str, Field)] = &[
    ("attributes", F::PointAttributes),
    ("bucket_counts", F::PointBucketCounts),
    ("count", F::PointCount),
    ("explicit_bounds", F::PointExplicitBounds),
    ("flags", F::PointFlags),
    ("max", F::PointMax),
    ("min", F::PointMin),
    ("negative.bucket_counts", F::PointNegativeBucketCounts),
    ("negative.offset", F::PointNegativeOffset),
    ("positive.bucket_counts", F::PointPositiveBucketCounts),
    ("positive.offset", F::PointPositiveOffset),
    ("scale", F::PointScale),
    ("start_time", F::PointStartTime),
    ("start_time_unix_nano", F::PointStartTimeUnixNano),
    ("sum", F::PointSum),
    ("time", F::PointTime),
    ("time_unix_nano", F::PointTimeUnixNano),
    ("value_double", F::PointValueDouble),
    ("value_int", F::PointValueInt),
    ("zero_count", F::PointZeroCount),
];

/// Fields the Collector has and this program does not read yet, by the first name of their paths.
const NOT_BUILT: &[(Context, &str)] = &[
    (Context::Resource, "cache"),
    (Context::Scope, "cache"),
    (Context::Log, "cache"),
    (Context::Span, "cache"),
    (Context::Span, "events"),
    (Context::Span, "links"),
    (Context::Span, "status"),
    (Context::SpanEvent, "cache"),
    (Context::Metric, "cache"),
    (Context::Metric, "data_points"),
    (Context::DataPoint, "cache"),
    (Context::DataPoint, "exemplars"),
    (Context::DataPoint, "negative"),
    (Context::DataPoint, "positive"),
    (Context::DataPoint, "quantile_values"),
];

/// The fields of a context by their dotted names.
pub(super) const fn fields(context: Context) -> &'static [(&'static str, Field)] {
    match context {
        Context::Resource => RESOURCE,
        Context::Scope => SCOPE,
        Context::Span => SPAN,
        Context::SpanEvent => EVENT,
        Context::Metric => METRIC,
        Context::DataPoint => POINT,
        Context::Log => LOG,
    }
}

/// The field of a context with this dotted name.
pub(super) fn find(context: Context, name: &str) -> Option<Field> {
    fields(context).iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
}

/// Whether the Collector has a field here that is not built yet.
pub(super) fn is_not_built(context: Context, first: &str) -> bool {
    NOT_BUILT.contains(&(context, first))
}

// === impl Field ===

impl Field {
    /// What may stand in brackets behind it.
    pub(super) const fn keys(self) -> Keys {
        match self {
            F::ResourceAttributes
            | F::ScopeAttributes
            | F::LogAttributes
            | F::SpanAttributes
            | F::EventAttributes
            | F::PointAttributes
            | F::MetricMetadata => Keys::Map,
            F::LogBody
            | F::PointBucketCounts
            | F::PointExplicitBounds
            | F::PointNegativeBucketCounts
            | F::PointPositiveBucketCounts => Keys::Any,
            F::SpanTraceState => Keys::TraceState,
            _ => Keys::None,
        }
    }
}
