//! Writing attributes.

use crate::otlp::edit::{EncodedAttribute, ValueRef, put_attribute};
use crate::otlp::wire::put_len;

/// Appends attributes to the message that is being built. Keys are not compared: put each one once.
pub struct AttributesBuilder<'b> {
    out: &'b mut Vec<u8>,
    number: u32,
}

// === impl AttributesBuilder ===

impl<'b> AttributesBuilder<'b> {
    pub(super) fn new(out: &'b mut Vec<u8>, number: u32) -> Self {
        Self { out, number }
    }

    /// Adds an attribute.
    pub fn put<'v>(&mut self, key: &str, value: impl Into<ValueRef<'v>>) {
        put_attribute(self.out, self.number, key, &value.into());
    }

    /// Adds an attribute that was encoded before.
    pub fn put_encoded(&mut self, attribute: &EncodedAttribute) {
        put_len(self.out, self.number, attribute.encoded());
    }
}
