//! Building spans.

use super::attributes::AttributesBuilder;
use super::layers::{Layers, put_text};
use crate::otlp::field;
use crate::otlp::wire::{put_fixed32, put_fixed64, put_len, put_uint};
use crate::{Signal, Telemetry};

/// Builds an `ExportTraceServiceRequest`.
#[derive(Debug, Default)]
pub struct TracesBuilder(Layers);

/// Writes one `Span`. Set each field once; what is not set is absent.
pub struct SpanBuilder<'b> {
    out: &'b mut Vec<u8>,
}

// === impl TracesBuilder ===

impl TracesBuilder {
    /// A request without resources.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a resource; what follows belongs to it.
    pub fn resource(&mut self, attributes: impl FnOnce(&mut AttributesBuilder<'_>)) {
        self.0.resource(attributes);
    }

    /// Begins a scope; what follows belongs to it.
    pub fn scope(&mut self, name: &str, version: &str) {
        self.0.scope(name, version);
    }

    /// Adds a span.
    pub fn span(&mut self, write: impl FnOnce(&mut SpanBuilder<'_>)) {
        self.0.item(|out| write(&mut SpanBuilder { out }));
    }

    /// The finished telemetry.
    #[must_use]
    pub fn finish(self) -> Telemetry {
        self.0.finish(Signal::Traces)
    }
}

// === impl SpanBuilder ===

impl SpanBuilder<'_> {
    /// The trace it belongs to.
    pub fn trace_id(&mut self, id: &[u8; 16]) {
        put_len(self.out, 1, id);
    }

    /// Its own id.
    pub fn span_id(&mut self, id: &[u8; 8]) {
        put_len(self.out, 2, id);
    }

    /// W3C trace state.
    pub fn trace_state(&mut self, state: &str) {
        put_text(self.out, 3, state);
    }

    /// The span above it.
    pub fn parent_span_id(&mut self, id: &[u8; 8]) {
        put_len(self.out, 4, id);
    }

    /// Its name.
    pub fn name(&mut self, name: &str) {
        put_text(self.out, 5, name);
    }

    /// `SpanKind`, 1 (internal) to 5 (consumer).
    pub fn kind(&mut self, kind: i32) {
        put_uint(self.out, 6, i64::from(kind).cast_unsigned());
    }

    /// When it began and ended, nanoseconds since the Unix epoch.
    pub fn times(&mut self, start_time_unix_nano: u64, end_time_unix_nano: u64) {
        put_fixed64(self.out, 7, start_time_unix_nano);
        put_fixed64(self.out, 8, end_time_unix_nano);
    }

    /// To add attributes.
    pub fn attributes(&mut self) -> AttributesBuilder<'_> {
        AttributesBuilder::new(self.out, field::SPAN_ATTRIBUTES)
    }

    /// Adds an event.
    pub fn event(&mut self, time_unix_nano: u64, name: &str, attributes: impl FnOnce(&mut AttributesBuilder<'_>)) {
        let mut event = Vec::new();
        put_fixed64(&mut event, 1, time_unix_nano);
        put_text(&mut event, 2, name);
        attributes(&mut AttributesBuilder::new(&mut event, field::EVENT_ATTRIBUTES));
        put_len(self.out, field::SPAN_EVENTS, &event);
    }

    /// Adds a link to another span.
    pub fn link(
        &mut self,
        trace_id: &[u8; 16],
        span_id: &[u8; 8],
        attributes: impl FnOnce(&mut AttributesBuilder<'_>),
    ) {
        let mut link = Vec::new();
        put_len(&mut link, 1, trace_id);
        put_len(&mut link, 2, span_id);
        attributes(&mut AttributesBuilder::new(&mut link, 4));
        put_len(self.out, 13, &link);
    }

    /// `StatusCode` (0 unset, 1 ok, 2 error) and what it says.
    pub fn status(&mut self, code: i32, message: &str) {
        let mut status = Vec::new();
        put_text(&mut status, 2, message);
        put_uint(&mut status, 3, i64::from(code).cast_unsigned());
        put_len(self.out, 15, &status);
    }

    /// `SpanFlags`.
    pub fn flags(&mut self, flags: u32) {
        put_fixed32(self.out, 16, flags);
    }
}
