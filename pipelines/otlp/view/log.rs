//! `LogRecord`.

use super::any::AnyView;
use super::attributes::AttributesView;
use super::extent::Extent;
use super::text;
use crate::otlp::field;
use crate::otlp::wire::{LEN, Value, fields};

/// One log record. Times are nanoseconds since the Unix epoch, 0 when unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogView<'a> {
    time_unix_nano: u64,
    observed_time_unix_nano: u64,
    severity_number: i32,
    dropped_attributes_count: u32,
    flags: u32,
    severity_text: &'a [u8],
    event_name: &'a [u8],
    trace_id: &'a [u8],
    span_id: &'a [u8],
    body: Option<&'a [u8]>,
    attributes: &'a [u8],
    encoded: &'a [u8],
}

const ATTRIBUTES_TAG: u8 = (field::LOG_ATTRIBUTES << 3 | LEN) as u8;

// === impl LogView ===

impl<'a> LogView<'a> {
    /// Reads an encoded `LogRecord`.
    #[inline]
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self { encoded: message, ..Self::default() };
        let mut attributes = Extent::default();
        let mut all = fields(message);
        while let Some(Ok(field)) = all.next() {
            match (field.number, field.value) {
                (field::LOG_ATTRIBUTES, Value::Len(_)) => {
                    let first = all.offset();
                    // Attributes are most of the fields and stand side by side: what is in them is not asked for here.
                    all.pass_run(ATTRIBUTES_TAG);
                    attributes.cover(&field, first);
                    attributes.reach(all.offset());
                }
                (1, Value::Fixed64(value)) => view.time_unix_nano = value,
                (2, Value::Varint(value)) => view.severity_number = value as i32,
                (3, Value::Len(value)) => view.severity_text = value,
                (5, Value::Len(value)) => view.body = Some(value),
                (7, Value::Varint(value)) => view.dropped_attributes_count = value as u32,
                (8, Value::Fixed32(value)) => view.flags = value,
                (9, Value::Len(value)) => view.trace_id = value,
                (10, Value::Len(value)) => view.span_id = value,
                (11, Value::Fixed64(value)) => view.observed_time_unix_nano = value,
                (12, Value::Len(value)) => view.event_name = value,
                _ => {}
            }
        }
        view.attributes = attributes.of(message);
        view
    }

    /// When the event happened.
    #[must_use]
    pub fn time_unix_nano(&self) -> u64 {
        self.time_unix_nano
    }

    /// When the event was observed by the collection system.
    #[must_use]
    pub fn observed_time_unix_nano(&self) -> u64 {
        self.observed_time_unix_nano
    }

    /// `SeverityNumber`, 0 when unspecified, 1 (TRACE) to 24 (FATAL4).
    #[must_use]
    pub fn severity_number(&self) -> i32 {
        self.severity_number
    }

    /// The severity as the source wrote it.
    #[must_use]
    pub fn severity_text(&self) -> &'a str {
        text(self.severity_text)
    }

    /// The body, [`AnyView::Empty`] when absent.
    #[must_use]
    pub fn body(&self) -> AnyView<'a> {
        self.body.map_or(AnyView::Empty, AnyView::new)
    }

    /// The attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, field::LOG_ATTRIBUTES)
    }

    /// How many attributes the source left out.
    #[must_use]
    pub fn dropped_attributes_count(&self) -> u32 {
        self.dropped_attributes_count
    }

    /// `LogRecordFlags`; the low 8 bits are W3C trace flags.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
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

    /// The name that identifies the type of event.
    #[must_use]
    pub fn event_name(&self) -> &'a str {
        text(self.event_name)
    }

    /// The encoded `LogRecord`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}
