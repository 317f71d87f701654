//! Attribute values, ids and numbers as the Collector prints them.

use std::fmt::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipelines::otlp::view::{AnyView, AttributesView, NumberValue};
use serde_json::{Map, Value};

/// A value with its type: `Str(hello)`.
pub(super) struct Typed<'a>(pub(super) AnyView<'a>);

/// A value alone: `hello`; lists and maps as JSON.
pub(super) struct Plain<'a>(pub(super) AnyView<'a>);

/// Bytes in lower-case hexadecimal digits.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

/// A number as Go's JSON writes it.
pub(super) struct Double(pub(super) f64);

/// The number of a data point or exemplar; doubles with six digits after the point.
pub(super) struct Number(pub(super) NumberValue);

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
            AnyView::Double(value) => Double(value).fmt(f),
            AnyView::Bytes(bytes) => f.write_str(&STANDARD.encode(bytes)),
            list @ (AnyView::Array(_) | AnyView::Map(_)) => json(list).fmt(f),
        }
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
        let size = self.0.abs();
        if size != 0.0 && !(1e-6..1e21).contains(&size) && size.is_finite() {
            let text = format!("{:e}", self.0);
            return match text.split_once('e') {
                Some((digits, power)) if power.starts_with('-') => write!(f, "{digits}e{power}"),
                Some((digits, power)) => write!(f, "{digits}e+{power}"),
                None => f.write_str(&text),
            };
        }
        match self.0 {
            value if value == f64::INFINITY => f.write_str("+Inf"),
            value if value == f64::NEG_INFINITY => f.write_str("-Inf"),
            value => value.fmt(f),
        }
    }
}

// === impl Number ===

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            NumberValue::Empty => Ok(()),
            NumberValue::Int(value) => value.fmt(f),
            NumberValue::Double(value) => write!(f, "{value:.6}"),
        }
    }
}

/// Appends ` key=value` for every attribute.
pub(super) fn pairs(attributes: AttributesView<'_>, out: &mut String) {
    for (key, value) in attributes {
        let _ = write!(out, " {key}={}", Plain(value));
    }
}

fn json(value: AnyView<'_>) -> Value {
    match value {
        AnyView::Empty => Value::Null,
        AnyView::Str(text) => text.into(),
        AnyView::Bool(value) => value.into(),
        AnyView::Int(value) => value.into(),
        AnyView::Double(value) => value.into(),
        AnyView::Bytes(bytes) => STANDARD.encode(bytes).into(),
        AnyView::Array(values) => values.iter().map(json).collect(),
        AnyView::Map(attributes) => {
            // Go prints maps in the order of their keys.
            let mut pairs: Vec<_> = attributes.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), json(value))).collect::<Map<_, _>>())
        }
    }
}
