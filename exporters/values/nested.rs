//! Lists of events, links, exemplars and quantiles as JSON, as the relational databases keep them.

use pipelines::otlp::view::{AnyView, AttributesView, DataPointView, NumberValue, SpanView};

use super::json::Json;
use super::text::hex;
use super::time::nanos;

// === impl Json ===

impl Json {
    /// Appends the events of a span.
    pub(crate) fn events(self, span: &SpanView<'_>, out: &mut Vec<u8>) {
        objects(span.events(), out, |event, out| {
            self.member("time_unix_nano", AnyView::Int(nanos(event.time_unix_nano())), out);
            self.member("name", AnyView::Str(event.name()), out);
            self.attributes("attributes", event.attributes(), out);
            self.member("dropped_attributes_count", AnyView::Int(event.dropped_attributes_count().into()), out);
        });
    }

    /// Appends the links of a span.
    pub(crate) fn links(self, span: &SpanView<'_>, out: &mut Vec<u8>) {
        objects(span.links(), out, |link, out| {
            id("trace_id", link.trace_id(), out);
            id("span_id", link.span_id(), out);
            self.member("trace_state", AnyView::Str(link.trace_state()), out);
            self.attributes("attributes", link.attributes(), out);
            self.member("flags", AnyView::Int(link.flags().into()), out);
        });
    }

    /// Appends the exemplars of a data point.
    pub(crate) fn exemplars(self, point: &DataPointView<'_>, out: &mut Vec<u8>) {
        objects(point.exemplars(), out, |exemplar, out| {
            let value = match exemplar.value() {
                NumberValue::Empty => AnyView::Empty,
                NumberValue::Int(value) => AnyView::Int(value),
                NumberValue::Double(value) => AnyView::Double(value),
            };
            self.member("time_unix_nano", AnyView::Int(nanos(exemplar.time_unix_nano())), out);
            self.member("value", value, out);
            id("trace_id", exemplar.trace_id(), out);
            id("span_id", exemplar.span_id(), out);
            self.attributes("filtered_attributes", exemplar.filtered_attributes(), out);
        });
    }

    /// Appends the quantiles of a summary's point.
    pub(crate) fn quantiles(self, point: &DataPointView<'_>, out: &mut Vec<u8>) {
        objects(point.quantile_values(), out, |quantile, out| {
            self.member("quantile", AnyView::Double(quantile.quantile), out);
            self.member("value", AnyView::Double(quantile.value), out);
        });
    }

    fn member(self, name: &str, value: AnyView<'_>, out: &mut Vec<u8>) {
        key(name, out);
        self.value(value, out);
        out.push(b',');
    }

    fn attributes(self, name: &str, attributes: AttributesView<'_>, out: &mut Vec<u8>) {
        key(name, out);
        self.object(attributes, out);
        out.push(b',');
    }
}

fn objects<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        out.extend_from_slice(if at == 0 { b"{" } else { b",{" });
        write(item, out);
        // In place of the last comma.
        out.pop();
        out.push(b'}');
    }
    out.push(b']');
}

fn id(name: &str, id: &[u8], out: &mut Vec<u8>) {
    key(name, out);
    out.push(b'"');
    hex(id, out);
    out.extend_from_slice(b"\",");
}

fn key(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}
