//! Values as JSON.

use pipelines::otlp::view::{AnyView, AttributesView};

use super::number::{double, integer};
use super::text::base64;

/// How JSON is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json {
    /// What becomes of NUL characters.
    pub(crate) nul: Nul,
    /// What becomes of numbers that JSON does not have.
    pub(crate) non_finite: NonFinite,
    /// Whether the keys of maps are sorted, as Go prints them; else they are in the sender's order.
    pub(crate) is_sorted: bool,
}

/// What becomes of the character U+0000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nul {
    /// `\u0000`.
    Escape,
    /// U+FFFD, for PostgreSQL, whose texts cannot hold it.
    Replace,
}

/// What becomes of NaN and the infinities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonFinite {
    /// `null`.
    Null,
    /// `"NaN"`, `"Infinity"`, `"-Infinity"`, as OTLP JSON has them.
    Text,
}

// === impl Json ===

impl Json {
    /// As databases keep it: in the sender's order, and no number is lost.
    pub(crate) const fn stored(nul: Nul) -> Self {
        Self { nul, non_finite: NonFinite::Text, is_sorted: false }
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
        match self.non_finite {
            _ if value.is_finite() => double(value, out),
            NonFinite::Null => out.extend_from_slice(b"null"),
            NonFinite::Text => {
                out.push(b'"');
                double(value, out);
                out.push(b'"');
            }
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
                0 if self.nul == Nul::Replace => ("\u{fffd}".as_bytes(), 1),
                0..0x20 => (b"", 1),
                0xe2 if bytes[at..].starts_with(&[0xe2, 0x80, 0xa8]) => (b"\\u2028", 3),
                0xe2 if bytes[at..].starts_with(&[0xe2, 0x80, 0xa9]) => (b"\\u2029", 3),
                _ => continue,
            };
            out.extend_from_slice(&bytes[from..at]);
            if escaped.is_empty() {
                out.extend_from_slice(b"\\u00");
                super::hex(&[*byte], out);
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
