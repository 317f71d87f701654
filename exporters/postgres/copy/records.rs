//! The rows of log records and spans.

use pipelines::otlp::view::{AnyView, LogView, SpanView};

use super::fields::Fields;
use super::{Group, JSON};
use crate::postgres::schema::{LOGS, SPANS};
use crate::values::{kind_name, log_nanos, nanos, status_name, text};

/// A row of `otel_logs`; returns its time in nanoseconds.
pub(super) fn log<F: Fields>(row: &mut F, group: &Group<'_>, log: &LogView<'_>) -> i64 {
    // A record without any time came just now: under 1970 nobody would find it, and retention would delete it.
    let time = match log_nanos(log) {
        0 => group.now,
        time => time,
    };
    row.row(LOGS.columns.len());
    row.time(time);
    row.int8(time);
    row.int8(nanos(log.observed_time_unix_nano()));
    row.id(log.trace_id());
    row.id(log.span_id());
    row.int4(log.flags().cast_signed());
    row.int2(small(log.severity_number()));
    row.name(log.severity_text());
    row.name(group.service_name);
    row.name(log.event_name());
    match log.body() {
        AnyView::Empty => row.null(),
        body => row.text(|out| text(body, out)),
    }
    row.json(|out| JSON.object(log.attributes(), out));
    row.count4(log.dropped_attributes_count());
    row.int8(group.resource_id);
    row.int8(group.scope_id);
    row.end();
    time
}

/// A row of `otel_spans`; returns its time in nanoseconds.
pub(super) fn span<F: Fields>(row: &mut F, group: &Group<'_>, span: &SpanView<'_>) -> i64 {
    let (start, end) = (nanos(span.start_time_unix_nano()), nanos(span.end_time_unix_nano()));
    row.row(SPANS.columns.len());
    row.time(start);
    row.int8(start);
    row.int8(end);
    row.int8(end.saturating_sub(start));
    row.id(span.trace_id());
    row.id(span.span_id());
    row.id(span.parent_span_id());
    row.name(span.trace_state());
    row.name(span.name());
    row.name(kind_name(span.kind()));
    row.name(group.service_name);
    row.name(status_name(span.status_code()));
    row.name(span.status_message());
    row.json(|out| JSON.object(span.attributes(), out));
    row.json(|out| JSON.events(span, out));
    row.json(|out| JSON.links(span, out));
    row.int4(span.flags().cast_signed());
    row.count4(span.dropped_attributes_count());
    row.count4(span.dropped_events_count());
    row.count4(span.dropped_links_count());
    row.int8(group.resource_id);
    row.int8(group.scope_id);
    row.end();
    start
}

/// `smallint` of a number that is one byte where it makes sense.
pub(super) fn small(number: i32) -> i16 {
    number.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
