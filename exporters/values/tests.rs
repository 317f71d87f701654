//! Texts and JSON of every kind of value; ids that tell resources apart.
#![allow(clippy::unwrap_used)]

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use pipelines::otlp::view::AnyView;
use prost::Message as _;
use serde_json::json;

use super::json::{ESCAPED_NUL, Json};
use super::number::double;
use super::text::{hex, text};

const STORED: Json = Json { nul: "\u{fffd}", names_non_finite: true, is_sorted: false };

fn value(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn string(text: &str) -> AnyValue {
    value(Value::StringValue(text.to_owned()))
}

fn map(pairs: Vec<(&str, AnyValue)>) -> AnyValue {
    let values =
        pairs.into_iter().map(|(key, value)| KeyValue { key: key.into(), value: Some(value), ..Default::default() });
    value(Value::KvlistValue(KeyValueList { values: values.collect() }))
}

fn list(values: Vec<AnyValue>) -> AnyValue {
    value(Value::ArrayValue(ArrayValue { values }))
}

fn as_text(value: &AnyValue) -> String {
    let mut out = Vec::new();
    text(AnyView::new(&value.encode_to_vec()), &mut out);
    String::from_utf8(out).unwrap()
}

fn as_json(style: Json, value: &AnyValue) -> String {
    let mut out = Vec::new();
    style.value(AnyView::new(&value.encode_to_vec()), &mut out);
    String::from_utf8(out).unwrap()
}

/// Scenario: every kind of value as text. Guarantee: as the Collector's `AsString`.
#[test]
fn texts() {
    assert_eq!(as_text(&string("plain \"text\"")), "plain \"text\"");
    assert_eq!(as_text(&value(Value::BoolValue(true))), "true");
    assert_eq!(as_text(&value(Value::IntValue(i64::MIN))), "-9223372036854775808");
    assert_eq!(as_text(&value(Value::DoubleValue(0.25))), "0.25");
    assert_eq!(as_text(&value(Value::BytesValue(b"\0\x01bytes".to_vec()))), "AAFieXRlcw==");
    assert_eq!(as_text(&value(Value::BytesValue(Vec::new()))), "");
    assert_eq!(as_text(&AnyValue { value: None }), "");
    let nested =
        map(vec![("b", list(vec![value(Value::IntValue(1)), AnyValue { value: None }])), ("a", string("x\u{2028}"))]);
    assert_eq!(as_text(&nested), r#"{"a":"x\u2028","b":[1,null]}"#);
}

/// Scenario: numbers of every size. Guarantee: as Go's JSON writes them; what JSON does not have is named.
#[test]
fn numbers() {
    for (number, expected) in [
        (0.0, "0"),
        (1.0, "1"),
        (1e-7, "1e-7"),
        (1.5e21, "1.5e+21"),
        (1e20, "100000000000000000000"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        let mut out = Vec::new();
        double(number, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

/// Scenario: strings with everything JSON escapes. Guarantee: a JSON reader finds the same string; where NUL is
/// replaced, everything but NUL.
#[test]
fn strings_survive_json() {
    let hostile: String = (0..0x3000).filter_map(char::from_u32).collect();
    let escaping = Json { nul: ESCAPED_NUL, names_non_finite: false, is_sorted: false };
    let read: String = serde_json::from_str(&as_json(escaping, &string(&hostile))).unwrap();
    assert_eq!(read, hostile);
    let read: String = serde_json::from_str(&as_json(STORED, &string(&hostile))).unwrap();
    assert_eq!(read, hostile.replace('\0', "\u{fffd}"));
}

/// Scenario: a map as databases keep it. Guarantee: keys in the sender's order, numbers named, the rest as JSON.
#[test]
fn stored_objects() {
    let number = |number| value(Value::DoubleValue(number));
    let all = map(vec![
        ("z", number(f64::NAN)),
        ("a", number(-0.5)),
        ("bytes", value(Value::BytesValue(vec![255]))),
        ("list", list(vec![number(f64::INFINITY), value(Value::BoolValue(false))])),
        ("map", map(vec![("nul\0key", AnyValue { value: None })])),
    ]);
    let written = as_json(STORED, &all);
    let expected = json!({
        "z": "NaN", "a": -0.5, "bytes": "/w==", "list": ["Infinity", false], "map": { "nul\u{fffd}key": null },
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), expected);
    assert!(written.starts_with(r#"{"z""#));
}

/// Guarantee: ids are lower-case hexadecimal, two digits for each byte.
#[test]
fn hexadecimal() {
    let mut out = Vec::new();
    hex(&[0, 0x0f, 0xab, 0xff], &mut out);
    assert_eq!(out, b"000fabff");
}
