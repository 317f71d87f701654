//! The text of a value, `AsString` in the Collector.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipelines::otlp::view::AnyView;

use super::json::{ESCAPED_NUL, Json};
use super::number::{double, integer};

/// Lists and maps inside of a text.
const NESTED: Json = Json { nul: ESCAPED_NUL, names_non_finite: false, is_sorted: true };
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends a value as text: strings as they are, bytes as Base64, lists and maps as JSON, nothing for no value.
pub(crate) fn text(value: AnyView<'_>, out: &mut Vec<u8>) {
    match value {
        AnyView::Empty => {}
        AnyView::Str(text) => out.extend_from_slice(text.as_bytes()),
        AnyView::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        AnyView::Int(value) => integer(value, out),
        AnyView::Double(value) => double(value, out),
        AnyView::Bytes(bytes) => base64(bytes, out),
        list @ (AnyView::Array(_) | AnyView::Map(_)) => NESTED.value(list, out),
    }
}

/// Appends bytes in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    let digit = |nibble: u8| DIGITS[usize::from(nibble & 0xf)];
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]));
}

/// Appends bytes in Base64.
pub(super) fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // The room is exact, so this cannot fail.
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
}
