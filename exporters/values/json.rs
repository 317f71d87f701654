//! Values as JSON.

use pipelines::otlp::view::{AnyView, AttributesView};

use super::number::{double, integer};
use super::text::{base64, hex};

/// How JSON is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json {
    /// What stands for the character U+0000: [`ESCAPED_NUL`], or another text where that cannot be stored.
    pub(super) nul: &'static str,
    /// Whether numbers that JSON does not have are `"NaN"`, `"Infinity"`, `"-Infinity"`, as OTLP JSON has them, and not
    /// `null`.
    pub(super) names_non_finite: bool,
    /// Whether the keys of maps are sorted, as Go prints them; else they are in the sender's order.
    pub(super) is_sorted: bool,
}

/// The character U+0000 in JSON.
pub(crate) const ESCAPED_NUL: &str = "\\u0000";

// === impl Json ===

impl Json {
    /// As databases keep it: in the sender's order, and no number is lost. `nul` stands for the character U+0000.
    #[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
    pub(crate) const fn stored(nul: &'static str) -> Self {
        Self { nul, names_non_finite: true, is_sorted: false }
    }

    /// Appends an object.
    pub(crate) fn object(self, attributes: AttributesView<'_>, out: &mut Vec<u8>) {
        out.push(b'{');
        if self.is_sorted {
            let mut pairs: Vec<_> = attributes.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            pairs.into_iter().enumerate().for_each(|(at, pair)| self.pair(at, pair, out));
        } else {
            attributes.iter().enumerate().for_each(|(at, pair)| self.pair(at, pair, out));
        }
        out.push(b'}');
    }

    /// Appends a value.
    pub(crate) fn value(self, value: AnyView<'_>, out: &mut Vec<u8>) {
        match value {
            AnyView::Empty => out.extend_from_slice(b"null"),
            AnyView::Str(text) => self.string(text, out),
            AnyView::Bytes(bytes) => {
                out.push(b'"');
                base64(bytes, out);
                out.push(b'"');
            }
            AnyView::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            AnyView::Int(value) => integer(value, out),
            AnyView::Double(value) => self.number(value, out),
            AnyView::Array(values) => {
                out.push(b'[');
                for (at, value) in values.iter().enumerate() {
                    comma(at, out);
                    self.value(value, out);
                }
                out.push(b']');
            }
            AnyView::Map(attributes) => self.object(attributes, out),
        }
    }

    /// Appends a number.
    pub(crate) fn number(self, value: f64, out: &mut Vec<u8>) {
        if value.is_finite() {
            double(value, out);
        } else if self.names_non_finite {
            out.push(b'"');
            double(value, out);
            out.push(b'"');
        } else {
            out.extend_from_slice(b"null");
        }
    }

    /// Appends a string, in quotes. As in Go, the two line ends of JavaScript are escaped.
    pub(crate) fn string(self, text: &str, out: &mut Vec<u8>) {
        out.push(b'"');
        let bytes = text.as_bytes();
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let (escaped, length): (&[u8], usize) = match byte {
                b'"' => (b"\\\"", 1),
                b'\\' => (b"\\\\", 1),
                b'\n' => (b"\\n", 1),
                b'\r' => (b"\\r", 1),
                b'\t' => (b"\\t", 1),
                0x08 => (b"\\b", 1),
                0x0c => (b"\\f", 1),
                0 => (self.nul.as_bytes(), 1),
                1..0x20 => (b"", 1),
                0xe2 if bytes[at..].starts_with(&[0xe2, 0x80, 0xa8]) => (b"\\u2028", 3),
                0xe2 if bytes[at..].starts_with(&[0xe2, 0x80, 0xa9]) => (b"\\u2029", 3),
                _ => continue,
            };
            out.extend_from_slice(&bytes[from..at]);
            if escaped.is_empty() {
                out.extend_from_slice(b"\\u00");
                hex(&[*byte], out);
            } else {
                out.extend_from_slice(escaped);
            }
            from = at + length;
        }
        out.extend_from_slice(&bytes[from..]);
        out.push(b'"');
    }

    fn pair(self, at: usize, (key, value): (&str, AnyView<'_>), out: &mut Vec<u8>) {
        comma(at, out);
        self.string(key, out);
        out.push(b':');
        self.value(value, out);
    }
}

fn comma(at: usize, out: &mut Vec<u8>) {
    if at > 0 {
        out.push(b',');
    }
}
