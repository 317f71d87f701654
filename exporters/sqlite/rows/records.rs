//! The rows of log records and spans.

use pipelines::otlp::view::{AnyView, LogView, SpanView};

use super::{Fields, Group, JSON, Table};
use crate::values::{kind_name, log_nanos, nanos, status_name, text};

/// A row of `otel_logs`.
pub(super) fn log<F: Fields>(row: &mut F, group: &Group<'_>, log: &LogView<'_>) -> Result<(), F::Error> {
    row.begin(Table::Logs);
    // A record without any time came just now: under 1970 nobody would find it.
    row.int(match log_nanos(log) {
        0 => group.now,
        time => time,
    });
    row.int(nanos(log.observed_time_unix_nano()));
    row.id(log.trace_id());
    row.id(log.span_id());
    row.int(log.flags().into());
    row.int(log.severity_number().into());
    row.name(log.severity_text());
    row.name(group.service_name);
    row.name(log.event_name());
    match log.body() {
        AnyView::Empty => row.null(),
        AnyView::Str(body) => row.text(body.as_bytes()),
        body => row.written(|out| text(body, out)),
    }
    row.written(|out| JSON.object(log.attributes(), out));
    row.int(log.dropped_attributes_count().into());
    row.int(group.resource_id);
    row.int(group.scope_id);
    row.end()
}

/// A row of `otel_spans`.
pub(super) fn span<F: Fields>(row: &mut F, group: &Group<'_>, span: &SpanView<'_>) -> Result<(), F::Error> {
    let (start, end) = (nanos(span.start_time_unix_nano()), nanos(span.end_time_unix_nano()));
    row.begin(Table::Spans);
    row.int(start);
    row.int(end);
    row.int(end.saturating_sub(start));
    row.id(span.trace_id());
    row.id(span.span_id());
    row.id(span.parent_span_id());
    row.name(span.trace_state());
    row.name(span.name());
    row.name(kind_name(span.kind()));
    row.name(group.service_name);
    row.name(status_name(span.status_code()));
    row.name(span.status_message());
    row.written(|out| JSON.object(span.attributes(), out));
    row.written(|out| JSON.events(span, out));
    row.written(|out| JSON.links(span, out));
    row.int(span.flags().into());
    row.int(span.dropped_attributes_count().into());
    row.int(span.dropped_events_count().into());
    row.int(span.dropped_links_count().into());
    row.int(group.resource_id);
    row.int(group.scope_id);
    row.end()
}
