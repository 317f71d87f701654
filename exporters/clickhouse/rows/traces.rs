//! Rows of `otel_traces`.

use pipelines::Telemetry;
use pipelines::otlp::view::{ResourceView, ScopeView, SpanView};

use super::Insert;
use super::block::{Rows, TableColumns, columns, context_bytes};
use super::column::{Array, Keys, Number, Pairs, Text, Time};
use crate::values::{kind_name, service_name, status_name};

/// Spans on their way into an insert.
pub(super) type SpanRows = Rows<SpanColumns>;

columns! {
    /// The columns of `otel_traces`.
    SpanColumns {
        timestamp: Time = "Timestamp",
        trace_id: Text = "TraceId",
        span_id: Text = "SpanId",
        parent_span_id: Text = "ParentSpanId",
        trace_state: Text = "TraceState",
        name: Text = "SpanName",
        kind: Text = "SpanKind",
        service_name: Text = "ServiceName",
        resource_attributes: Pairs = "ResourceAttributes",
        scope_name: Text = "ScopeName",
        scope_version: Text = "ScopeVersion",
        attributes: Pairs = "SpanAttributes",
        duration: Number<8> = "Duration",
        status_code: Text = "StatusCode",
        status_message: Text = "StatusMessage",
        event_times: Array<Time> = "Events.Timestamp",
        event_names: Array<Text> = "Events.Name",
        event_attributes: Array<Pairs> = "Events.Attributes",
        link_trace_ids: Array<Text> = "Links.TraceId",
        link_span_ids: Array<Text> = "Links.SpanId",
        link_trace_states: Array<Text> = "Links.TraceState",
        link_attributes: Array<Pairs> = "Links.Attributes",
        resource_keys: Keys = "ResourceAttributesKeys",
        keys: Keys = "SpanAttributesKeys",
    }
}

/// Encodes spans.
pub(super) fn encode(telemetry: &Telemetry, rows: &mut SpanRows) -> Result<Option<Insert>, String> {
    for resource in telemetry.resources() {
        for scope in resource.scopes() {
            let context = context_bytes(&resource, &scope);
            for span in scope.spans() {
                rows.row(context + span.encoded().len()).put(&span);
                if rows.is_full() {
                    rows.end_scope(&scope);
                    rows.end_resource(&resource);
                    rows.end_block()?;
                }
            }
            rows.end_scope(&scope);
        }
        rows.end_resource(&resource);
    }
    rows.finish()
}

// === impl SpanColumns ===

impl SpanColumns {
    #[inline]
    fn put(&mut self, span: &SpanView<'_>) {
        let (start, end) = (span.start_time_unix_nano(), span.end_time_unix_nano());
        self.timestamp.put(start);
        self.trace_id.put_id(span.trace_id());
        self.span_id.put_id(span.span_id());
        self.parent_span_id.put_id(span.parent_span_id());
        self.trace_state.put(span.trace_state().as_bytes());
        self.name.put(span.name().as_bytes());
        self.kind.put(kind_name(span.kind()).as_bytes());
        self.attributes.put(span.attributes());
        // The Collector subtracts unsigned numbers: a span that ends before it starts lasts for centuries.
        self.duration.put(end.wrapping_sub(start).to_le_bytes());
        self.status_code.put(status_name(span.status_code()).as_bytes());
        self.status_message.put(span.status_message().as_bytes());
        self.put_events(span);
        self.put_links(span);
        if self.keys.is_sent() {
            self.keys.put_all(span.attributes(), 1);
        }
    }

    #[inline]
    fn put_events(&mut self, span: &SpanView<'_>) {
        for event in span.events() {
            self.event_times.values().put(event.time_unix_nano());
            self.event_names.values().put(event.name().as_bytes());
            self.event_attributes.values().put(event.attributes());
        }
        self.event_times.end_row();
        self.event_names.end_row();
        self.event_attributes.end_row();
    }

    #[inline]
    fn put_links(&mut self, span: &SpanView<'_>) {
        for link in span.links() {
            self.link_trace_ids.values().put_id(link.trace_id());
            self.link_span_ids.values().put_id(link.span_id());
            self.link_trace_states.values().put(link.trace_state().as_bytes());
            self.link_attributes.values().put(link.attributes());
        }
        self.link_trace_ids.end_row();
        self.link_span_ids.end_row();
        self.link_trace_states.end_row();
        self.link_attributes.end_row();
    }
}

impl TableColumns for SpanColumns {
    fn put_resource(&mut self, resource: &ResourceView<'_>, rows: usize) {
        self.service_name.put_all(service_name(resource).as_bytes(), rows);
        self.resource_attributes.put_all(resource.attributes(), rows);
        if self.resource_keys.is_sent() {
            self.resource_keys.put_all(resource.attributes(), rows);
        }
    }

    fn put_scope(&mut self, scope: &ScopeView<'_>, rows: usize) {
        self.scope_name.put_all(scope.name().as_bytes(), rows);
        self.scope_version.put_all(scope.version().as_bytes(), rows);
    }
}
