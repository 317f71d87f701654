//! Building log records.

use super::attributes::AttributesBuilder;
use super::layers::{Layers, put_text};
use crate::otlp::edit::{ValueRef, put_value};
use crate::otlp::field;
use crate::otlp::wire::{put_fixed32, put_fixed64, put_len, put_uint};
use crate::{Signal, Telemetry};

/// Builds an `ExportLogsServiceRequest`.
#[derive(Debug, Default)]
pub struct LogsBuilder(Layers);

/// Writes one `LogRecord`. Set each field once; what is not set is absent.
pub struct LogRecordBuilder<'b>(&'b mut Vec<u8>);

// === impl LogsBuilder ===

impl LogsBuilder {
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

    /// Adds a log record.
    pub fn record(&mut self, write: impl FnOnce(&mut LogRecordBuilder<'_>)) {
        self.0.item(|out| write(&mut LogRecordBuilder(out)));
    }

    /// The finished telemetry.
    #[must_use]
    pub fn finish(self) -> Telemetry {
        self.0.finish(Signal::Logs)
    }
}

// === impl LogRecordBuilder ===

impl LogRecordBuilder<'_> {
    /// When the event happened, nanoseconds since the Unix epoch.
    pub fn time_unix_nano(&mut self, time: u64) {
        put_fixed64(self.0, 1, time);
    }

    /// When the event was read, nanoseconds since the Unix epoch.
    pub fn observed_time_unix_nano(&mut self, time: u64) {
        put_fixed64(self.0, 11, time);
    }

    /// `SeverityNumber`, 1 to 24.
    pub fn severity_number(&mut self, number: i32) {
        put_uint(self.0, 2, i64::from(number).cast_unsigned());
    }

    /// The severity as the source wrote it.
    pub fn severity_text(&mut self, text: &str) {
        put_text(self.0, 3, text);
    }

    /// The body.
    pub fn body<'v>(&mut self, body: impl Into<ValueRef<'v>>) {
        put_value(self.0, 5, &body.into());
    }

    /// To add attributes.
    pub fn attributes(&mut self) -> AttributesBuilder<'_> {
        AttributesBuilder::new(self.0, field::LOG_ATTRIBUTES)
    }

    /// `LogRecordFlags`.
    pub fn flags(&mut self, flags: u32) {
        put_fixed32(self.0, 8, flags);
    }

    /// The trace it belongs to.
    pub fn trace_id(&mut self, id: &[u8; 16]) {
        put_len(self.0, 9, id);
    }

    /// The span it belongs to.
    pub fn span_id(&mut self, id: &[u8; 8]) {
        put_len(self.0, 10, id);
    }

    /// The name that identifies the type of event.
    pub fn event_name(&mut self, name: &str) {
        put_text(self.0, 12, name);
    }
}
