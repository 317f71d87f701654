//! Reading a field of a record.

use std::borrow::Cow;

use pipelines::otlp::view::{
    DataPointView, LogView, MetricKind, MetricView, NumberValue, ScopeView, SpanEventView, SpanView,
};

use super::field::Field as F;
use super::record::Record;
use super::text::{BytesAs, hex, text};
use super::value::Val;

/// The value of `field`, nil if the record has no such part.
#[inline]
pub(super) fn read<'a>(field: F, record: &Record<'a>) -> Val<'a> {
    let value = match field {
        F::ResourceAttributes | F::ResourceDroppedAttributesCount | F::ResourceSchemaUrl => {
            record.resource.map(|view| match field {
                F::ResourceAttributes => Val::Map(view.attributes()),
                F::ResourceSchemaUrl => Val::str(view.schema_url()),
                _ => Val::Int(view.dropped_attributes_count().into()),
            })
        }
        F::ScopeAttributes | F::ScopeDroppedAttributesCount | F::ScopeName | F::ScopeVersion | F::ScopeSchemaUrl => {
            record.scope.map(|view| match field {
                F::ScopeAttributes => Val::Map(view.attributes()),
                F::ScopeName => Val::str(view.name()),
                F::ScopeVersion => Val::str(view.version()),
                F::ScopeSchemaUrl => Val::str(view.schema_url()),
                _ => Val::Int(view.dropped_attributes_count().into()),
            })
        }
        _ => match (record.log, record.span, record.event, record.metric, record.point) {
            (Some(view), ..) => log(field, view),
            (_, _, Some((view, index)), ..) => {
                event(field, view, index).or_else(|| record.span.and_then(|view| span(field, view)))
            }
            (_, Some(view), ..) => span(field, view),
            (.., Some(view)) => point(field, view).or_else(|| record.metric.and_then(|view| metric(field, view))),
            (_, _, _, Some(view), _) => metric(field, view),
            _ => None,
        },
    };
    value.unwrap_or(Val::Nil)
}

/// The value of `field` if it is text that is stored as such.
#[inline]
pub(super) fn read_text<'a>(field: F, record: &Record<'a>) -> Option<&'a str> {
    match field {
        F::LogSeverityText => record.log.map(LogView::severity_text),
        F::LogEventName => record.log.map(LogView::event_name),
        F::SpanName if record.event.is_none() => record.span.map(SpanView::name),
        F::MetricName => record.metric.map(MetricView::name),
        F::ScopeName => record.scope.map(ScopeView::name),
        _ => None,
    }
}

fn log<'a>(field: F, view: &LogView<'a>) -> Option<Val<'a>> {
    Some(match field {
        F::LogAttributes => Val::Map(view.attributes()),
        F::LogBody => view.body().into(),
        F::LogBodyString => Val::Str(text(&Val::from(view.body()), BytesAs::Base64).unwrap_or_default()),
        F::LogDroppedAttributesCount => Val::Int(view.dropped_attributes_count().into()),
        F::LogEventName => Val::str(view.event_name()),
        F::LogFlags => Val::Int(view.flags().into()),
        F::LogObservedTime => time(view.observed_time_unix_nano()),
        F::LogObservedTimeUnixNano => int(view.observed_time_unix_nano()),
        F::LogSeverityNumber => Val::Int(view.severity_number().into()),
        F::LogSeverityText => Val::str(view.severity_text()),
        F::LogSpanId => id(view.span_id(), 8),
        F::LogSpanIdString => id_text(view.span_id()),
        F::LogTime => time(view.time_unix_nano()),
        F::LogTimeUnixNano => int(view.time_unix_nano()),
        F::LogTraceId => id(view.trace_id(), 16),
        F::LogTraceIdString => id_text(view.trace_id()),
        _ => return None,
    })
}

fn span<'a>(field: F, view: &SpanView<'a>) -> Option<Val<'a>> {
    Some(match field {
        F::SpanAttributes => Val::Map(view.attributes()),
        F::SpanDroppedAttributesCount => Val::Int(view.dropped_attributes_count().into()),
        F::SpanDroppedEventsCount => Val::Int(view.dropped_events_count().into()),
        F::SpanDroppedLinksCount => Val::Int(view.dropped_links_count().into()),
        F::SpanEndTime => time(view.end_time_unix_nano()),
        F::SpanEndTimeUnixNano => int(view.end_time_unix_nano()),
        F::SpanFlags => Val::Int(view.flags().into()),
        F::SpanKind => Val::Int(view.kind().into()),
        F::SpanKindString => Val::str(kind_name(view.kind())),
        F::SpanKindDeprecatedString => Val::str(deprecated_kind_name(view.kind())),
        F::SpanName => Val::str(view.name()),
        F::SpanParentSpanId => id(view.parent_span_id(), 8),
        F::SpanParentSpanIdString => id_text(view.parent_span_id()),
        F::SpanSpanId => id(view.span_id(), 8),
        F::SpanSpanIdString => id_text(view.span_id()),
        F::SpanStartTime => time(view.start_time_unix_nano()),
        F::SpanStartTimeUnixNano => int(view.start_time_unix_nano()),
        F::SpanStatusCode => Val::Int(view.status_code().into()),
        F::SpanStatusMessage => Val::str(view.status_message()),
        F::SpanTraceId => id(view.trace_id(), 16),
        F::SpanTraceIdString => id_text(view.trace_id()),
        F::SpanTraceState => Val::str(view.trace_state()),
        _ => return None,
    })
}

fn event<'a>(field: F, view: &SpanEventView<'a>, index: usize) -> Option<Val<'a>> {
    Some(match field {
        F::EventAttributes => Val::Map(view.attributes()),
        F::EventDroppedAttributesCount => Val::Int(view.dropped_attributes_count().into()),
        F::EventIndex => int(index as u64),
        F::EventName => Val::str(view.name()),
        F::EventTime => time(view.time_unix_nano()),
        F::EventTimeUnixNano => int(view.time_unix_nano()),
        _ => return None,
    })
}

fn metric<'a>(field: F, view: &MetricView<'a>) -> Option<Val<'a>> {
    let aggregates = matches!(view.kind(), MetricKind::Sum | MetricKind::Histogram | MetricKind::ExponentialHistogram);
    Some(match field {
        F::MetricAggregationTemporality if aggregates => Val::Int(view.aggregation_temporality().into()),
        F::MetricIsMonotonic if view.kind() == MetricKind::Sum => Val::Bool(view.is_monotonic()),
        F::MetricDescription => Val::str(view.description()),
        F::MetricMetadata => Val::Map(view.metadata()),
        F::MetricName => Val::str(view.name()),
        F::MetricType => Val::Int(i64::from(view.kind() as i32)),
        F::MetricUnit => Val::str(view.unit()),
        _ => return None,
    })
}

fn point<'a>(field: F, view: &DataPointView<'a>) -> Option<Val<'a>> {
    let number = matches!(view.kind(), MetricKind::Gauge | MetricKind::Sum);
    let exponential = view.kind() == MetricKind::ExponentialHistogram;
    let histogram = view.kind() == MetricKind::Histogram;
    Some(match field {
        F::PointAttributes => Val::Map(view.attributes()),
        F::PointFlags => Val::Int(view.flags().into()),
        F::PointStartTime => time(view.start_time_unix_nano()),
        F::PointStartTimeUnixNano => int(view.start_time_unix_nano()),
        F::PointTime => time(view.time_unix_nano()),
        F::PointTimeUnixNano => int(view.time_unix_nano()),
        F::PointValueDouble if number => match view.value() {
            NumberValue::Double(value) => Val::Double(value),
            _ => Val::Double(0.0),
        },
        F::PointValueInt if number => match view.value() {
            NumberValue::Int(value) => Val::Int(value),
            _ => Val::Int(0),
        },
        F::PointCount if !number => int(view.count()),
        F::PointSum => Val::Double(view.sum()?),
        F::PointMin => Val::Double(view.min()?),
        F::PointMax => Val::Double(view.max()?),
        F::PointBucketCounts if histogram => Val::List(view.bucket_counts().map(int).collect()),
        F::PointExplicitBounds if histogram => Val::List(view.explicit_bounds().map(Val::Double).collect()),
        F::PointScale if exponential => Val::Int(view.scale().into()),
        F::PointZeroCount if exponential => int(view.zero_count()),
        F::PointPositiveOffset if exponential => Val::Int(view.positive().map_or(0, |b| b.offset()).into()),
        F::PointNegativeOffset if exponential => Val::Int(view.negative().map_or(0, |b| b.offset()).into()),
        F::PointPositiveBucketCounts if exponential => {
            Val::List(view.positive().map_or_else(Vec::new, |b| b.bucket_counts().map(int).collect()))
        }
        F::PointNegativeBucketCounts if exponential => {
            Val::List(view.negative().map_or_else(Vec::new, |b| b.bucket_counts().map(int).collect()))
        }
        _ => return None,
    })
}

fn int<'a>(value: u64) -> Val<'a> {
    Val::Int(value.cast_signed())
}

fn time<'a>(unix_nano: u64) -> Val<'a> {
    Val::Time(unix_nano.cast_signed())
}

/// An id; one that is absent reads as zeros, as in the Collector.
fn id(bytes: &[u8], len: usize) -> Val<'_> {
    static ZEROS: [u8; 16] = [0; 16];
    Val::Bytes(Cow::Borrowed(if bytes.is_empty() { &ZEROS[..len] } else { bytes }))
}

/// An id in hexadecimal digits; an id of zeros is empty, as in the Collector.
fn id_text<'a>(bytes: &[u8]) -> Val<'a> {
    let absent = bytes.iter().all(|byte| *byte == 0);
    Val::Str(if absent { Cow::Borrowed("") } else { Cow::Owned(hex(bytes)) })
}

fn kind_name(kind: i32) -> &'static str {
    match kind {
        0 => "Unspecified",
        1 => "Internal",
        2 => "Server",
        3 => "Client",
        4 => "Producer",
        5 => "Consumer",
        _ => "",
    }
}

fn deprecated_kind_name(kind: i32) -> &'static str {
    match kind {
        0 => "SPAN_KIND_UNSPECIFIED",
        1 => "SPAN_KIND_INTERNAL",
        2 => "SPAN_KIND_SERVER",
        3 => "SPAN_KIND_CLIENT",
        4 => "SPAN_KIND_PRODUCER",
        5 => "SPAN_KIND_CONSUMER",
        _ => "",
    }
}
