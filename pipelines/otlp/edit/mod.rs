//! Edits by splicing: what does not change is copied once, in large runs, and never decoded.
//!
//! An edit walks a request, notes what to cut out and what to put in (`splice.rs`), and then writes the new request in
//! one pass; the length prefixes above every change are rewritten on the way. A request without a change is handed on
//! as the very same [`Bytes`](bytes::Bytes). Fields that the schema does not know survive every edit. The working
//! memory is kept per thread, so an edit allocates its output and nothing per record.
//!
//! [`edit_attributes`] runs a closure on every resource, scope or record; [`insert_attributes`],
//! [`upsert_attributes`], [`rename_attribute`] and lists of such [`ConstantEdits`] are faster; [`retain`] removes records.
//! Telemetry that was not checked is edited as far as it can be read.

mod attributes;
mod constant;
mod context;
mod entry;
mod retain;
mod space;
mod splice;
mod value;
mod walk;

pub use attributes::{AttributeEdits, Mode, edit_attributes};
pub use constant::{AttributeEdit, ConstantEdits, insert_attributes, rename_attribute, upsert_attributes};
pub use context::ItemCx;
pub use retain::retain;
pub use value::{EncodedAttribute, EncodedValue, ValueRef};
pub(crate) use value::{put_attribute, put_value};

/// What an edit or a predicate looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Every resource.
    Resource,
    /// Every instrumentation scope.
    Scope,
    /// Every metric; its attributes are its `metadata`. Nothing in other signals.
    Metric,
    /// Every item: log records, spans and data points. (Nothing in profiles.)
    Record,
    /// Every event of every span. Nothing in other signals.
    SpanEvent,
    /// Every data point. Nothing in other signals.
    DataPoint,
}
