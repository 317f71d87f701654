//! `Span`, its events and its links.

use super::attributes::AttributesView;
use super::extent::{Extent, each_field};
use super::list::Messages;
use super::text;
use crate::otlp::field;
use crate::otlp::wire::Value;

/// `links` of `Span`.
const LINKS: u32 = 13;

/// One span. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanView<'a> {
    start_time_unix_nano: u64,
    end_time_unix_nano: u64,
    kind: i32,
    flags: u32,
    dropped_attributes_count: u32,
    dropped_events_count: u32,
    dropped_links_count: u32,
    trace_id: &'a [u8],
    span_id: &'a [u8],
    parent_span_id: &'a [u8],
    trace_state: &'a [u8],
    name: &'a [u8],
    status: &'a [u8],
    attributes: &'a [u8],
    events: &'a [u8],
    links: &'a [u8],
    encoded: &'a [u8],
}

/// One event of a span.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanEventView<'a> {
    time_unix_nano: u64,
    dropped_attributes_count: u32,
    name: &'a [u8],
    attributes: &'a [u8],
    encoded: &'a [u8],
}

/// A link from a span to another one.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanLinkView<'a> {
    flags: u32,
    dropped_attributes_count: u32,
    trace_id: &'a [u8],
    span_id: &'a [u8],
    trace_state: &'a [u8],
    attributes: &'a [u8],
}

// === impl SpanView ===

impl<'a> SpanView<'a> {
    /// Reads an encoded `Span`.
    #[inline]
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self { encoded: message, ..Self::default() };
        let (mut attributes, mut events, mut links) = (Extent::default(), Extent::default(), Extent::default());
        each_field(message, |field, end| match (field.number, field.value) {
            (field::SPAN_ATTRIBUTES, Value::Len(_)) => attributes.cover(&field, end),
            (field::SPAN_EVENTS, Value::Len(_)) => events.cover(&field, end),
            (LINKS, Value::Len(_)) => links.cover(&field, end),
            (1, Value::Len(value)) => view.trace_id = value,
            (2, Value::Len(value)) => view.span_id = value,
            (3, Value::Len(value)) => view.trace_state = value,
            (4, Value::Len(value)) => view.parent_span_id = value,
            (5, Value::Len(value)) => view.name = value,
            (6, Value::Varint(value)) => view.kind = value as i32,
            (7, Value::Fixed64(value)) => view.start_time_unix_nano = value,
            (8, Value::Fixed64(value)) => view.end_time_unix_nano = value,
            (10, Value::Varint(value)) => view.dropped_attributes_count = value as u32,
            (12, Value::Varint(value)) => view.dropped_events_count = value as u32,
            (14, Value::Varint(value)) => view.dropped_links_count = value as u32,
            (15, Value::Len(value)) => view.status = value,
            (16, Value::Fixed32(value)) => view.flags = value,
            _ => {}
        });
        view.attributes = attributes.of(message);
        view.events = events.of(message);
        view.links = links.of(message);
        view
    }

    /// 16 bytes, or none.
    #[must_use]
    pub fn trace_id(&self) -> &'a [u8] {
        self.trace_id
    }

    /// 8 bytes, or none.
    #[must_use]
    pub fn span_id(&self) -> &'a [u8] {
        self.span_id
    }

    /// 8 bytes, or none for a root span.
    #[must_use]
    pub fn parent_span_id(&self) -> &'a [u8] {
        self.parent_span_id
    }

    /// W3C trace state.
    #[must_use]
    pub fn trace_state(&self) -> &'a str {
        text(self.trace_state)
    }

    /// The span's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        text(self.name)
    }

    /// `SpanKind`, 0 (unspecified) to 5 (consumer).
    #[must_use]
    pub fn kind(&self) -> i32 {
        self.kind
    }

    /// When the span began.
    #[must_use]
    pub fn start_time_unix_nano(&self) -> u64 {
        self.start_time_unix_nano
    }

    /// When the span ended.
    #[must_use]
    pub fn end_time_unix_nano(&self) -> u64 {
        self.end_time_unix_nano
    }

    /// The attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, field::SPAN_ATTRIBUTES)
    }

    /// The events, in order.
    pub fn events(&self) -> impl Iterator<Item = SpanEventView<'a>> + Clone + use<'a> {
        Messages::new(self.events, field::SPAN_EVENTS).map(SpanEventView::new)
    }

    /// The links, in order.
    pub fn links(&self) -> impl Iterator<Item = SpanLinkView<'a>> + Clone + use<'a> {
        Messages::new(self.links, LINKS).map(SpanLinkView::new)
    }

    /// `StatusCode`: 0 unset, 1 ok, 2 error.
    #[must_use]
    pub fn status_code(&self) -> i32 {
        let mut code = 0;
        each_field(self.status, |field, _| {
            if let (3, Value::Varint(value)) = (field.number, field.value) {
                code = value as i32;
            }
        });
        code
    }

    /// What the status says.
    #[must_use]
    pub fn status_message(&self) -> &'a str {
        text(Messages::new(self.status, 2).last().unwrap_or_default())
    }

    /// `SpanFlags`; the low 8 bits are W3C trace flags.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// How many attributes the source left out.
    #[must_use]
    pub fn dropped_attributes_count(&self) -> u32 {
        self.dropped_attributes_count
    }

    /// How many events the source left out.
    #[must_use]
    pub fn dropped_events_count(&self) -> u32 {
        self.dropped_events_count
    }

    /// How many links the source left out.
    #[must_use]
    pub fn dropped_links_count(&self) -> u32 {
        self.dropped_links_count
    }

    /// The encoded `Span`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}

// === impl SpanEventView ===

impl<'a> SpanEventView<'a> {
    /// Reads an encoded `Span.Event`.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self { encoded: message, ..Self::default() };
        let mut attributes = Extent::default();
        each_field(message, |field, end| match (field.number, field.value) {
            (field::EVENT_ATTRIBUTES, Value::Len(_)) => attributes.cover(&field, end),
            (1, Value::Fixed64(value)) => view.time_unix_nano = value,
            (2, Value::Len(value)) => view.name = value,
            (4, Value::Varint(value)) => view.dropped_attributes_count = value as u32,
            _ => {}
        });
        view.attributes = attributes.of(message);
        view
    }

    /// When the event happened.
    #[must_use]
    pub fn time_unix_nano(&self) -> u64 {
        self.time_unix_nano
    }

    /// The event's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        text(self.name)
    }

    /// The attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, field::EVENT_ATTRIBUTES)
    }

    /// How many attributes the source left out.
    #[must_use]
    pub fn dropped_attributes_count(&self) -> u32 {
        self.dropped_attributes_count
    }

    /// The encoded `Span.Event`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}

// === impl SpanLinkView ===

impl<'a> SpanLinkView<'a> {
    /// Reads an encoded `Span.Link`.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self::default();
        let mut attributes = Extent::default();
        each_field(message, |field, end| match (field.number, field.value) {
            (4, Value::Len(_)) => attributes.cover(&field, end),
            (1, Value::Len(value)) => view.trace_id = value,
            (2, Value::Len(value)) => view.span_id = value,
            (3, Value::Len(value)) => view.trace_state = value,
            (5, Value::Varint(value)) => view.dropped_attributes_count = value as u32,
            (6, Value::Fixed32(value)) => view.flags = value,
            _ => {}
        });
        view.attributes = attributes.of(message);
        view
    }

    /// 16 bytes, or none.
    #[must_use]
    pub fn trace_id(&self) -> &'a [u8] {
        self.trace_id
    }

    /// 8 bytes, or none.
    #[must_use]
    pub fn span_id(&self) -> &'a [u8] {
        self.span_id
    }

    /// W3C trace state of the linked span.
    #[must_use]
    pub fn trace_state(&self) -> &'a str {
        text(self.trace_state)
    }

    /// The attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, 4)
    }

    /// How many attributes the source left out.
    #[must_use]
    pub fn dropped_attributes_count(&self) -> u32 {
        self.dropped_attributes_count
    }

    /// `SpanFlags` of the linked span.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }
}
