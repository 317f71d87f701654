//! Values as text, the way the Collector writes them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

use pipelines::otlp::view::{AnyView, ArrayView, AttributesView};

use super::value::Val;

/// How bytes that are not inside a map or a list become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BytesAs {
    /// For functions.
    Hex,
    /// For `body.string`.
    Base64,
}

/// The text of a value, `None` for nil. Strings are borrowed.
pub(super) fn text<'a>(value: &Val<'a>, bytes_as: BytesAs) -> Option<Cow<'a, str>> {
    Some(match value {
        Val::Nil => return None,
        Val::Str(text) => text.clone(),
        Val::Bool(true) => Cow::Borrowed("true"),
        Val::Bool(false) => Cow::Borrowed("false"),
        Val::Int(value) | Val::Time(value) | Val::Duration(value) => value.to_string().into(),
        Val::Double(value) => float(*value).into(),
        Val::Bytes(bytes) if bytes_as == BytesAs::Hex => hex(bytes).into(),
        Val::Bytes(bytes) => STANDARD.encode(bytes).into(),
        Val::Map(_) | Val::Array(_) | Val::List(_) => html_safe(&json(value).to_string()).into(),
    })
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The shortest decimal form; an exponent from 1e21 and below 1e-6, as in ECMAScript.
fn float(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || size == 0.0 || (1e-6..1e21).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if size >= 1.0 { text.replace('e', "e+") } else { text }
}

fn json(value: &Val<'_>) -> Value {
    match value {
        Val::Nil => Value::Null,
        Val::Bool(value) => Value::Bool(*value),
        Val::Int(value) | Val::Time(value) | Val::Duration(value) => Value::from(*value),
        Val::Double(value) => number(*value),
        Val::Str(text) => Value::from(text.as_ref()),
        Val::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
        Val::Map(map) => object(map),
        Val::Array(array) => list(array),
        Val::List(all) => all.iter().map(json).collect(),
    }
}

/// Whole numbers are written without a fraction.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Keys are sorted.
fn object(map: &AttributesView<'_>) -> Value {
    let mut members: Vec<(&str, AnyView<'_>)> = map.iter().collect();
    members.sort_by_key(|(key, _)| *key);
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), json(&value.into()))).collect::<Map<_, _>>())
}

fn list(array: &ArrayView<'_>) -> Value {
    array.iter().map(|value| json(&value.into())).collect()
}

/// Go escapes the characters that are special in HTML when it writes JSON.
fn html_safe(json: &str) -> String {
    if !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return json.to_owned();
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => safe.push(c),
        }
    }
    safe
}
