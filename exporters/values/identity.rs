//! Ids of resources and scopes that follow from what they say, so that every writer of a database finds the same ones
//! without asking it.

use pipelines::otlp::view::{AttributesView, ResourceView, ScopeView};
use sha2::{Digest, Sha256};

/// Hashes fields one after the other, each with its length, so that no two resources run into the same bytes.
struct Fields(Sha256);

/// The id of a resource: attributes in their order, schema URL, dropped attributes.
pub(crate) fn resource_id(resource: &ResourceView<'_>) -> i64 {
    Fields::new(b"resource")
        .attributes(resource.attributes())
        .field(resource.schema_url().as_bytes())
        .field(&resource.dropped_attributes_count().to_le_bytes())
        .id()
}

/// The id of a scope: name, version, attributes in their order, schema URL, dropped attributes.
pub(crate) fn scope_id(scope: &ScopeView<'_>) -> i64 {
    Fields::new(b"scope")
        .field(scope.name().as_bytes())
        .field(scope.version().as_bytes())
        .attributes(scope.attributes())
        .field(scope.schema_url().as_bytes())
        .field(&scope.dropped_attributes_count().to_le_bytes())
        .id()
}

// === impl Fields ===

impl Fields {
    fn new(kind: &[u8]) -> Self {
        Self(Sha256::new()).field(kind)
    }

    fn field(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    fn attributes(self, attributes: AttributesView<'_>) -> Self {
        let counted = self.field(&(attributes.len() as u64).to_le_bytes());
        attributes.encoded().fold(counted, |fields, attribute| {
            let value = attribute.value.unwrap_or_default();
            fields.field(attribute.key).field(&[attribute.value.is_some().into()]).field(value)
        })
    }

    /// The first 64 bits.
    fn id(self) -> i64 {
        let digest = self.0.finalize();
        digest.iter().take(8).fold(0_u64, |id, byte| id << 8 | u64::from(*byte)).cast_signed()
    }
}
