//! Values as text, as the Collector's `AsString` writes them, and other conversions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pipelines::otlp::edit::EncodedValue;
use pipelines::otlp::view::AnyView;
use serde_json::{Map, Value};

use super::Convert;

/// A value as text: strings as they are, bytes in base64, lists and maps in JSON, nothing as empty text.
pub(crate) fn text(value: AnyView<'_>) -> String {
    match value {
        AnyView::Empty => String::new(),
        AnyView::Str(value) => value.to_owned(),
        AnyView::Bool(value) => value.to_string(),
        AnyView::Int(value) => value.to_string(),
        AnyView::Double(value) => double(value),
        AnyView::Bytes(value) => STANDARD.encode(value),
        AnyView::Array(_) | AnyView::Map(_) => json(value).to_string(),
    }
}

/// The value converted, `None` if it is of this type already or cannot be converted.
pub(super) fn convert(value: AnyView<'_>, to: Convert) -> Option<EncodedValue> {
    match (to, value) {
        (Convert::String, AnyView::Str(_)) => None,
        (Convert::String, value) => Some(EncodedValue::new(&text(value))),
        (Convert::Int, AnyView::Double(value)) => Some(EncodedValue::new(value as i64)),
        (Convert::Int, AnyView::Bool(value)) => Some(EncodedValue::new(i64::from(value))),
        (Convert::Int, AnyView::Str(text)) => Some(EncodedValue::new(text.parse::<i64>().ok()?)),
        (Convert::Double, AnyView::Int(value)) => Some(EncodedValue::new(value as f64)),
        (Convert::Double, AnyView::Bool(value)) => Some(EncodedValue::new(f64::from(u8::from(value)))),
        (Convert::Double, AnyView::Str(text)) => Some(EncodedValue::new(parse_double(text)?)),
        _ => None,
    }
}

/// A number too large for a double is not a number here, though Rust reads it as infinity.
fn parse_double(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    (value.is_finite() || !text.contains(|c: char| c.is_ascii_digit())).then_some(value)
}

/// Like JavaScript: plain digits, with an exponent from 1e21 and below 1e-6.
fn double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((_, exponent)) if exponent.starts_with('-') => text,
        Some((digits, exponent)) => format!("{digits}e+{exponent}"),
        None => text,
    }
}

/// Whole numbers without a point, as Go writes them, where they are exact.
fn number(value: f64) -> Value {
    let is_exact = value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive());
    if is_exact { Value::from(value as i64) } else { Value::from(value) }
}

fn json(value: AnyView<'_>) -> Value {
    match value {
        AnyView::Empty => Value::Null,
        AnyView::Bool(value) => Value::Bool(value),
        AnyView::Int(value) => Value::from(value),
        AnyView::Double(value) => number(value),
        AnyView::Array(values) => Value::Array(values.iter().map(json).collect()),
        AnyView::Map(entries) => {
            // In the order of the keys, as Go writes maps.
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), json(value))).collect::<Map<_, _>>())
        }
        AnyView::Str(_) | AnyView::Bytes(_) => Value::String(text(value)),
    }
}
