//! The resources and scopes around what is being built.

use bytes::Bytes;

use super::attributes::AttributesBuilder;
use crate::otlp::field;
use crate::otlp::wire::put_len;
use crate::{Signal, Telemetry};

/// A request with its last resource and scope still open.
#[derive(Debug, Default)]
pub(super) struct Layers {
    request: Vec<u8>,
    resource: Option<Vec<u8>>,
    scope: Option<Vec<u8>>,
    /// Kept for its capacity.
    spare: Vec<u8>,
}

// === impl Layers ===

impl Layers {
    /// Begins a resource with these attributes.
    pub(super) fn resource(&mut self, attributes: impl FnOnce(&mut AttributesBuilder<'_>)) {
        self.close_resource();
        let mut context = std::mem::take(&mut self.spare);
        context.clear();
        attributes(&mut AttributesBuilder::new(&mut context, field::RESOURCE_ATTRIBUTES));
        let mut resource = Vec::new();
        put_len(&mut resource, field::CONTEXT, &context);
        self.resource = Some(resource);
        self.spare = context;
    }

    /// Begins a scope; empty strings are left out.
    pub(super) fn scope(&mut self, name: &str, version: &str) {
        self.close_scope();
        let mut context = std::mem::take(&mut self.spare);
        context.clear();
        put_text(&mut context, 1, name);
        put_text(&mut context, 2, version);
        let mut scope = Vec::new();
        put_len(&mut scope, field::CONTEXT, &context);
        self.scope = Some(scope);
        self.spare = context;
    }

    /// Adds an item to the present scope; without one, to a scope or resource without attributes.
    pub(super) fn item(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut item = std::mem::take(&mut self.spare);
        item.clear();
        write(&mut item);
        put_len(self.scope.get_or_insert_default(), field::CHILDREN, &item);
        self.spare = item;
    }

    pub(super) fn finish(mut self, signal: Signal) -> Telemetry {
        self.close_resource();
        Telemetry::from_trusted(signal, Bytes::from(self.request))
    }

    fn close_scope(&mut self) {
        if let Some(scope) = self.scope.take() {
            put_len(self.resource.get_or_insert_default(), field::CHILDREN, &scope);
        }
    }

    fn close_resource(&mut self) {
        self.close_scope();
        if let Some(resource) = self.resource.take() {
            put_len(&mut self.request, field::RESOURCES, &resource);
        }
    }
}

/// Appends a string field, unless it is empty.
pub(super) fn put_text(out: &mut Vec<u8>, number: u32, text: &str) {
    if !text.is_empty() {
        put_len(out, number, text.as_bytes());
    }
}
