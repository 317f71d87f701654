//! The two levels above every item: a resource with its scopes, a scope with its items.

use super::attributes::AttributesView;
use super::extent::{Extent, each_field};
use super::list::Messages;
use super::log::LogView;
use super::metric::MetricView;
use super::span::SpanView;
use super::text;
use crate::otlp::field;
use crate::otlp::wire::Value;

/// `ResourceLogs`, `ResourceSpans` or `ResourceMetrics`: a resource and what it sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResourceView<'a> {
    dropped_attributes_count: u32,
    attributes: &'a [u8],
    schema_url: &'a [u8],
    encoded: &'a [u8],
}

/// `ScopeLogs`, `ScopeSpans` or `ScopeMetrics`: an instrumentation scope and what it made.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScopeView<'a> {
    dropped_attributes_count: u32,
    name: &'a [u8],
    version: &'a [u8],
    attributes: &'a [u8],
    schema_url: &'a [u8],
    encoded: &'a [u8],
}

// === impl ResourceView ===

impl<'a> ResourceView<'a> {
    /// Reads an encoded `ResourceLogs`, `ResourceSpans` or `ResourceMetrics`.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self { encoded: message, ..Self::default() };
        let mut resource: &[u8] = &[];
        each_field(message, |field, _| match (field.number, field.value) {
            (field::CONTEXT, Value::Len(value)) => resource = value,
            (field::SCHEMA_URL, Value::Len(value)) => view.schema_url = value,
            _ => {}
        });
        let mut attributes = Extent::default();
        each_field(resource, |field, end| match (field.number, field.value) {
            (field::RESOURCE_ATTRIBUTES, Value::Len(_)) => attributes.cover(&field, end),
            (2, Value::Varint(value)) => view.dropped_attributes_count = value as u32,
            _ => {}
        });
        view.attributes = attributes.of(resource);
        view
    }

    /// The resource's attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, field::RESOURCE_ATTRIBUTES)
    }

    /// How many attributes the source left out.
    #[must_use]
    pub fn dropped_attributes_count(&self) -> u32 {
        self.dropped_attributes_count
    }

    /// The schema of the resource's attributes.
    #[must_use]
    pub fn schema_url(&self) -> &'a str {
        text(self.schema_url)
    }

    /// The scopes, in order.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeView<'a>> + Clone + use<'a> {
        Messages::new(self.encoded, field::CHILDREN).map(ScopeView::new)
    }

    /// The encoded `ResourceLogs`, `ResourceSpans` or `ResourceMetrics`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}

// === impl ScopeView ===

impl<'a> ScopeView<'a> {
    /// Reads an encoded `ScopeLogs`, `ScopeSpans` or `ScopeMetrics`.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self { encoded: message, ..Self::default() };
        let mut scope: &[u8] = &[];
        each_field(message, |field, _| match (field.number, field.value) {
            (field::CONTEXT, Value::Len(value)) => scope = value,
            (field::SCHEMA_URL, Value::Len(value)) => view.schema_url = value,
            _ => {}
        });
        let mut attributes = Extent::default();
        each_field(scope, |field, end| match (field.number, field.value) {
            (field::SCOPE_ATTRIBUTES, Value::Len(_)) => attributes.cover(&field, end),
            (1, Value::Len(value)) => view.name = value,
            (2, Value::Len(value)) => view.version = value,
            (4, Value::Varint(value)) => view.dropped_attributes_count = value as u32,
            _ => {}
        });
        view.attributes = attributes.of(scope);
        view
    }

    /// The scope's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        text(self.name)
    }

    /// The scope's version.
    #[must_use]
    pub fn version(&self) -> &'a str {
        text(self.version)
    }

    /// The scope's attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, field::SCOPE_ATTRIBUTES)
    }

    /// How many attributes the source left out.
    #[must_use]
    pub fn dropped_attributes_count(&self) -> u32 {
        self.dropped_attributes_count
    }

    /// The schema of the items below.
    #[must_use]
    pub fn schema_url(&self) -> &'a str {
        text(self.schema_url)
    }

    /// The log records, in order, if this is a `ScopeLogs`.
    pub fn logs(&self) -> impl Iterator<Item = LogView<'a>> + Clone + use<'a> {
        Messages::new(self.encoded, field::CHILDREN).map(LogView::new)
    }

    /// The spans, in order, if this is a `ScopeSpans`.
    pub fn spans(&self) -> impl Iterator<Item = SpanView<'a>> + Clone + use<'a> {
        Messages::new(self.encoded, field::CHILDREN).map(SpanView::new)
    }

    /// The metrics, in order, if this is a `ScopeMetrics`.
    pub fn metrics(&self) -> impl Iterator<Item = MetricView<'a>> + Clone + use<'a> {
        Messages::new(self.encoded, field::CHILDREN).map(MetricView::new)
    }

    /// The encoded `ScopeLogs`, `ScopeSpans` or `ScopeMetrics`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}
