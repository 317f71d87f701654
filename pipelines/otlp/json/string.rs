//! Strings and bytes as JSON strings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes looked at in one step, so that the common case (nothing to escape) is a few vector instructions.
const CHUNK: usize = 32;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `text` in quotes, escaping what RFC 8259 section 7 demands and nothing else.
pub(super) fn put_string(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut start = 0;
    while let Some(at) = special(bytes, start) {
        out.extend_from_slice(&bytes[start..at]);
        match bytes[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => {
                out.extend_from_slice(b"\\u00");
                put_hex_byte(out, byte);
            }
        }
        start = at + 1;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// Appends `bytes` as lower-case hexadecimal digits in quotes.
pub(super) fn put_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(2 * bytes.len() + 2);
    out.push(b'"');
    bytes.iter().for_each(|byte| put_hex_byte(out, *byte));
    out.push(b'"');
}

/// Appends `bytes` as padded standard base64 in quotes.
pub(super) fn put_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.push(b'"');
}

/// Where the first byte from `start` on is that cannot stand in a JSON string as it is.
fn special(bytes: &[u8], start: usize) -> Option<usize> {
    let must_escape = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let mut at = start;
    for chunk in bytes[start..].chunks(CHUNK) {
        if chunk.iter().fold(false, |found, byte| found | must_escape(byte)) {
            return chunk.iter().position(must_escape).map(|within| at + within);
        }
        at += chunk.len();
    }
    None
}

fn put_hex_byte(out: &mut Vec<u8>, byte: u8) {
    out.push(HEX[usize::from(byte >> 4)]);
    out.push(HEX[usize::from(byte & 15)]);
}
