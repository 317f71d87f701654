//! The `hash` action: SHA-256 in hexadecimal.
//!
//! The Collector hashed with SHA-1 until its gate `coreinternal.attraction.hash.sha256` became the only way; numbers are
//! hashed as eight little-endian bytes, booleans as one byte, and values of other types become empty text.

use std::fmt::Write;

use pipelines::otlp::view::AnyView;
use sha2::{Digest, Sha256};

/// The hash of a value, as the Collector writes it.
pub(super) fn hash(value: AnyView<'_>) -> String {
    match value {
        AnyView::Str(text) => hex(text.as_bytes()),
        AnyView::Bool(value) => hex(&[u8::from(value)]),
        AnyView::Int(value) => hex(&value.to_le_bytes()),
        AnyView::Double(value) => hex(&value.to_bits().to_le_bytes()),
        _ => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
