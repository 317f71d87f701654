//! Attribute values, ids and numbers as the Collector prints them.

use std::fmt::{self, Write};

use pipelines::otlp::view::{AnyView, AttributesView};

use crate::values;

/// A value with its type: `Str(hello)`.
pub(super) struct Typed<'a>(pub(super) AnyView<'a>);

/// A value alone: `hello`; lists and maps as JSON.
pub(super) struct Plain<'a>(pub(super) AnyView<'a>);

/// Bytes in lower-case hexadecimal digits.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

/// A number as Go prints one by itself, `%v`: `1e-07`, `1e+20`.
pub(super) struct Double(pub(super) f64);

/// A number with six digits after the point, `%f`.
pub(super) struct Fixed(pub(super) f64);

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
        let mut text = Vec::new();
        values::text(self.0, &mut text);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

// === impl Hex ===

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

// === impl Double ===

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            value if value == 0.0 || value.is_nan() => value.fmt(f),
            value if value.is_infinite() => Fixed(value).fmt(f),
            value if (1e-4..1e6).contains(&value.abs()) => value.fmt(f),
            value => exponent(value, f),
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

/// Digits, `e`, a sign and at least two digits.
fn exponent(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    write!(f, "{digits}e{sign}{power:0>2}")
}

/// Appends ` key=value` for every attribute.
pub(super) fn pairs(attributes: AttributesView<'_>, out: &mut String) {
    for (key, value) in attributes {
        let _ = write!(out, " {key}={}", Plain(value));
    }
}
