//! Values written in YAML, as attribute values.

use pipelines::otlp::edit::{EncodedValue, ValueRef};
use serde_json::Value;

/// Encodes a value of any type; whole numbers are `int_value`, null is an empty value.
pub(crate) fn literal(value: &Value) -> EncodedValue {
    match value {
        Value::Null => EncodedValue::new(ValueRef::Empty),
        Value::Bool(value) => EncodedValue::new(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => EncodedValue::new(whole),
            None => EncodedValue::new(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => EncodedValue::new(text),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(literal).collect();
            EncodedValue::array(values.iter().map(ValueRef::from))
        }
        Value::Object(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| (key.as_str(), literal(value))).collect();
            EncodedValue::map(entries.iter().map(|(key, value)| (*key, value.into())))
        }
    }
}
