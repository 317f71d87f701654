//! Read-only views over encoded messages, borrowing from their bytes.
//!
//! A view of a record reads its fields in one walk when it is made and is `Copy`; attributes, events, points and lists
//! are read when they are iterated. Views cannot fail: the bytes were checked when they came in
//! ([`Telemetry::from_wire`](crate::Telemetry::from_wire)), and what cannot be read in unchecked bytes is treated as
//! absent. Fields may come in any order. Of a singular field that occurs several times the last one counts (the check
//! refuses this for message fields, which protobuf would merge).

mod any;
mod attributes;
mod extent;
mod group;
mod item;
mod list;
mod log;
mod metric;
mod point;
mod span;

pub use any::{AnyView, ArrayView};
pub use attributes::{AttributeRef, Attributes, AttributesView};
pub use group::{ResourceView, ScopeView};
pub use item::{Item, ItemRef};
pub use list::{Doubles, Fixed64s, Messages, Varints};
pub use log::LogView;
pub use metric::{MetricKind, MetricView};
pub use point::{BucketsView, DataPointView, ExemplarView, NumberValue, QuantileView};
pub use span::{SpanEventView, SpanLinkView, SpanView};

/// A string field. Checked bytes are UTF-8; anything else reads as empty.
#[inline]
fn text(bytes: &[u8]) -> &str {
    // The SIMD check pays from about one vector on.
    if bytes.len() < 32 {
        std::str::from_utf8(bytes).unwrap_or_default()
    } else {
        simdutf8::basic::from_utf8(bytes).unwrap_or_default()
    }
}
