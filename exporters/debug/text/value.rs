//! Attribute values, ids and numbers as the Collector prints them.

use std::fmt::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipelines::otlp::view::{AnyView, AttributesView};

/// A value with its type: `Str(hello)`.
pub(super) struct Typed<'a>(pub(super) AnyView<'a>);

/// A value alone: `hello`; lists and maps as JSON.
pub(super) struct Plain<'a>(pub(super) AnyView<'a>);

/// Bytes in lower-case hexadecimal digits.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

/// A number as an attribute's text has it, which is how Go's JSON writes it: `1e-7`, `100000000000000000000`.
struct Json(f64);

/// A number as Go prints one by itself, `%v`: `1e-07`, `1e+20`.
pub(super) struct Double(pub(super) f64);

/// A number with six digits after the point, `%f`.
pub(super) struct Fixed(pub(super) f64);

/// A list or map as JSON.
struct Nested<'a>(AnyView<'a>);

// === impl Typed ===

impl fmt::Display for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            AnyView::Empty => "Empty",
            AnyView::Str(_) => "Str",
            AnyView::Bool(_) => "Bool",
            AnyView::Int(_) => "Int",
            AnyView::Double(_) => "Double",
            AnyView::Bytes(_) => "Bytes",
            AnyView::Array(_) => "Slice",
            AnyView::Map(_) => "Map",
        };
        write!(f, "{kind}({})", Plain(self.0))
    }
}

// === impl Plain ===

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            AnyView::Empty => Ok(()),
            AnyView::Str(text) => f.write_str(text),
            AnyView::Bool(value) => value.fmt(f),
            AnyView::Int(value) => value.fmt(f),
            AnyView::Double(value) => Json(value).fmt(f),
            AnyView::Bytes(bytes) => f.write_str(&STANDARD.encode(bytes)),
            list @ (AnyView::Array(_) | AnyView::Map(_)) => Nested(list).fmt(f),
        }
    }
}

// === impl Hex ===

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

// === impl Json ===

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            value if value == f64::INFINITY => f.write_str("Infinity"),
            value if value == f64::NEG_INFINITY => f.write_str("-Infinity"),
            value if value == 0.0 || value.is_nan() || (1e-6..1e21).contains(&value.abs()) => value.fmt(f),
            value => exponent(value, 1, f),
        }
    }
}

// === impl Double ===

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            value if value == 0.0 || value.is_nan() => value.fmt(f),
            value if value.is_infinite() => Fixed(value).fmt(f),
            value if (1e-4..1e6).contains(&value.abs()) => value.fmt(f),
            value => exponent(value, 2, f),
        }
    }
}

// === impl Fixed ===

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            value if value == f64::INFINITY => f.write_str("+Inf"),
            value if value == f64::NEG_INFINITY => f.write_str("-Inf"),
            value => write!(f, "{value:.6}"),
        }
    }
}

// === impl Nested ===

impl fmt::Display for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            AnyView::Empty => f.write_str("null"),
            AnyView::Str(text) => quoted(text, f),
            AnyView::Bytes(bytes) => quoted(&STANDARD.encode(bytes), f),
            AnyView::Bool(value) => value.fmt(f),
            AnyView::Int(value) => value.fmt(f),
            AnyView::Double(value) if value.is_finite() => Json(value).fmt(f),
            // JSON has no such number; the Collector gives the whole list up.
            AnyView::Double(_) => f.write_str("null"),
            AnyView::Array(values) => {
                f.write_char('[')?;
                for (at, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if at == 0 { "" } else { "," }, Nested(value))?;
                }
                f.write_char(']')
            }
            AnyView::Map(attributes) => {
                // Go prints maps in the order of their keys.
                let mut pairs: Vec<_> = attributes.iter().collect();
                pairs.sort_by_key(|(key, _)| *key);
                f.write_char('{')?;
                for (at, (key, value)) in pairs.into_iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    quoted(key, f)?;
                    write!(f, ":{}", Nested(value))?;
                }
                f.write_char('}')
            }
        }
    }
}

/// Digits, `e`, a sign and at least `width` digits.
fn exponent(value: f64, width: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    write!(f, "{digits}e{sign}{power:0>width$}")
}

/// A JSON string as Go writes it, which also escapes the two line ends of JavaScript.
fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = serde_json::to_string(text).map_err(|_| fmt::Error)?;
    f.write_str(&text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

/// Appends ` key=value` for every attribute.
pub(super) fn pairs(attributes: AttributesView<'_>, out: &mut String) {
    for (key, value) in attributes {
        let _ = write!(out, " {key}={}", Plain(value));
    }
}
