//! `trace/v1/trace.proto` and its collector service.

use super::common::{INSTRUMENTATION_SCOPE, KEY_VALUE, RESOURCE};
use super::{Enum, Kind, Message, many, one};

/// `opentelemetry.proto.trace.v1.Span.SpanKind`.
pub static SPAN_KIND: Enum = Enum {
    name: "Span.SpanKind",
    values: &[
        ("SPAN_KIND_UNSPECIFIED", 0),
        ("SPAN_KIND_INTERNAL", 1),
        ("SPAN_KIND_SERVER", 2),
        ("SPAN_KIND_CLIENT", 3),
        ("SPAN_KIND_PRODUCER", 4),
        ("SPAN_KIND_CONSUMER", 5),
    ],
};

/// `opentelemetry.proto.trace.v1.Status.StatusCode`.
pub static STATUS_CODE: Enum = Enum {
    name: "Status.StatusCode",
    values: &[("STATUS_CODE_UNSET", 0), ("STATUS_CODE_OK", 1), ("STATUS_CODE_ERROR", 2)],
};

/// `opentelemetry.proto.trace.v1.ResourceSpans`.
pub static RESOURCE_SPANS: Message = Message {
    name: "ResourceSpans",
    fields: &[
        one(1, "resource", Kind::Message(&RESOURCE)),
        many(2, "scopeSpans", Kind::Message(&SCOPE_SPANS)),
        one(3, "schemaUrl", Kind::String),
    ],
};

/// `opentelemetry.proto.trace.v1.ScopeSpans`.
pub static SCOPE_SPANS: Message = Message {
    name: "ScopeSpans",
    fields: &[
        one(1, "scope", Kind::Message(&INSTRUMENTATION_SCOPE)),
        many(2, "spans", Kind::Message(&SPAN)),
        one(3, "schemaUrl", Kind::String),
    ],
};

/// `opentelemetry.proto.trace.v1.Span`.
pub static SPAN: Message = Message {
    name: "Span",
    fields: &[
        one(1, "traceId", Kind::Id(16)),
        one(2, "spanId", Kind::Id(8)),
        one(3, "traceState", Kind::String),
        one(4, "parentSpanId", Kind::Id(8)),
        one(16, "flags", Kind::Fixed32),
        one(5, "name", Kind::String),
        one(6, "kind", Kind::Enum(&SPAN_KIND)),
        one(7, "startTimeUnixNano", Kind::Fixed64),
        one(8, "endTimeUnixNano", Kind::Fixed64),
        many(9, "attributes", Kind::Message(&KEY_VALUE)),
        one(10, "droppedAttributesCount", Kind::Uint32),
        many(11, "events", Kind::Message(&SPAN_EVENT)),
        one(12, "droppedEventsCount", Kind::Uint32),
        many(13, "links", Kind::Message(&SPAN_LINK)),
        one(14, "droppedLinksCount", Kind::Uint32),
        one(15, "status", Kind::Message(&STATUS)),
    ],
};

/// `opentelemetry.proto.trace.v1.Span.Event`.
pub static SPAN_EVENT: Message = Message {
    name: "Span.Event",
    fields: &[
        one(1, "timeUnixNano", Kind::Fixed64),
        one(2, "name", Kind::String),
        many(3, "attributes", Kind::Message(&KEY_VALUE)),
        one(4, "droppedAttributesCount", Kind::Uint32),
    ],
};

/// `opentelemetry.proto.trace.v1.Span.Link`.
pub static SPAN_LINK: Message = Message {
    name: "Span.Link",
    fields: &[
        one(1, "traceId", Kind::Id(16)),
        one(2, "spanId", Kind::Id(8)),
        one(3, "traceState", Kind::String),
        many(4, "attributes", Kind::Message(&KEY_VALUE)),
        one(5, "droppedAttributesCount", Kind::Uint32),
        one(6, "flags", Kind::Fixed32),
    ],
};

/// `opentelemetry.proto.trace.v1.Status`.
pub static STATUS: Message =
    Message { name: "Status", fields: &[one(2, "message", Kind::String), one(3, "code", Kind::Enum(&STATUS_CODE))] };

/// `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`.
pub static EXPORT_TRACE_SERVICE_REQUEST: Message =
    Message { name: "ExportTraceServiceRequest", fields: &[many(1, "resourceSpans", Kind::Message(&RESOURCE_SPANS))] };

/// `opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse`.
pub static EXPORT_TRACE_SERVICE_RESPONSE: Message = Message {
    name: "ExportTraceServiceResponse",
    fields: &[one(1, "partialSuccess", Kind::Message(&EXPORT_TRACE_PARTIAL_SUCCESS))],
};

/// `opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess`.
pub static EXPORT_TRACE_PARTIAL_SUCCESS: Message = Message {
    name: "ExportTracePartialSuccess",
    fields: &[one(1, "rejectedSpans", Kind::Int64), one(2, "errorMessage", Kind::String)],
};
