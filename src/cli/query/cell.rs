//! What stands in a row, whatever its type: a store is data, and data may be damaged or made by others.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};

/// Text; `None` for NULL. Bytes that are not UTF-8 become U+FFFD.
pub(crate) fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(hex(bytes)),
    })
}

/// A whole number; 0 for anything else.
pub(crate) fn integer(row: &Row<'_>, at: usize) -> rusqlite::Result<i64> {
    Ok(match row.get_ref(at)? {
        ValueRef::Integer(number) => number,
        ValueRef::Real(number) => number as i64,
        _ => 0,
    })
}

/// A number; `None` for NULL, which is how SQLite keeps NaN.
pub(crate) fn real(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<f64>> {
    Ok(match row.get_ref(at)? {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        _ => None,
    })
}

/// A JSON object: attributes.
pub(crate) fn object(row: &Row<'_>, at: usize) -> rusqlite::Result<Map<String, Value>> {
    Ok(match document(row, at)? {
        Value::Object(object) => object,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    })
}

/// A JSON document; text that is none is a string.
pub(crate) fn document(row: &Row<'_>, at: usize) -> rusqlite::Result<Value> {
    let text = text(row, at)?;
    Ok(text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or(Value::String(text))))
}

/// Any cell for machines. What JSON has no number for is a string, and a blob is hex.
pub(crate) fn any(row: &Row<'_>, at: usize) -> rusqlite::Result<Value> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) if number.is_finite() => number.into(),
        ValueRef::Real(number) => float(number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => hex(bytes).into(),
    })
}

/// A number for machines; infinities as OTLP/JSON writes them, NaN as null.
pub(crate) fn float(number: f64) -> Value {
    match number {
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        number => json!(number),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
