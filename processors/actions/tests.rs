//! Actions on wire bytes do what the same actions do on decoded objects.
#![allow(clippy::unwrap_used)]

mod model;
mod random;
mod validation;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use pipelines::otlp::edit::Level;
use pipelines::{Context, Signal};

use super::{Action, Actions};
use crate::testing::{config, context, decode, logs_with, sent_attributes, signals_with};

fn key_value(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    key_value(key, Value::StringValue(value.into()))
}

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

/// Runs YAML actions on one log record with these attributes.
fn run_in(yaml: &str, attributes: Vec<KeyValue>, context: &Context) -> Vec<KeyValue> {
    let actions: Vec<Action> = config(yaml);
    let edited = Actions::new(&actions).unwrap().apply(&logs_with(attributes), Level::Record, context);
    sent_attributes(&decode(&edited))
}

fn run(yaml: &str, attributes: Vec<KeyValue>) -> Vec<KeyValue> {
    run_in(yaml, attributes, &Context::default())
}

/// Scenario: insert, update and upsert meet present and absent keys. Guarantee: each writes only where it should.
#[test]
fn set_modes() {
    for (verb, present, absent) in [("insert", "old", true), ("update", "new", false), ("upsert", "new", true)] {
        let yaml = format!("[{{key: a, value: new, action: {verb}}}, {{key: b, value: new, action: {verb}}}]");
        let mut expected = vec![text("a", present)];
        expected.extend(absent.then(|| text("b", "new")));
        assert_eq!(run(&yaml, vec![text("a", "old")]), expected, "{verb}");
    }
}

/// Scenario: values of every YAML type. Guarantee: they become attributes of that type.
#[test]
fn values_of_every_type() {
    let yaml = "[{key: s, value: '1', action: upsert}, {key: i, value: -7, action: upsert}, \
        {key: d, value: 1.5, action: upsert}, {key: b, value: true, action: upsert}, \
        {key: l, value: [1, x], action: upsert}, {key: m, value: {k: [true]}, action: upsert}]";
    let list = |values| Value::ArrayValue(ArrayValue { values });
    let inner = KeyValueList { values: vec![key_value("k", list(vec![any(Value::BoolValue(true))]))] };
    let expected = vec![
        text("s", "1"),
        key_value("i", Value::IntValue(-7)),
        key_value("d", Value::DoubleValue(1.5)),
        key_value("b", Value::BoolValue(true)),
        key_value("l", list(vec![any(Value::IntValue(1)), any(Value::StringValue("x".into()))])),
        key_value("m", Value::KvlistValue(inner)),
    ];
    assert_eq!(run(yaml, vec![]), expected);
}

/// Scenario: values from other attributes. Guarantee: copied with their type; absent sources do nothing.
#[test]
fn from_attribute() {
    let yaml = "[{key: b, from_attribute: a, action: insert}, {key: c, from_attribute: none, action: upsert}]";
    let a = key_value("a", Value::IntValue(5));
    assert_eq!(run(yaml, vec![a.clone()]), [a, key_value("b", Value::IntValue(5))]);
}

/// Scenario: values from the request. Guarantee: headers in any case, joined when repeated; the client's address
/// without its port; absent ones do nothing.
#[test]
fn from_context() {
    let yaml = "[{key: t, from_context: metadata.X-Tenant, action: upsert}, {key: old, from_context: x-tenant, action: \
        upsert}, {key: c, from_context: client.address, action: upsert}, {key: n, from_context: metadata.no, action: upsert}]";
    let context = context(&[("x-tenant", "a"), ("x-tenant", "b")]);
    let expected = [text("t", "a;b"), text("old", "a;b"), text("c", "10.1.2.3")];
    assert_eq!(run_in(yaml, vec![], &context), expected);
    assert!(run(yaml, vec![]).is_empty());
}

/// Scenario: delete by key and by pattern. Guarantee: both are gone, the rest stays in order.
#[test]
fn delete() {
    let attributes = || vec![text("a", "1"), text("http.url", "2"), text("http.path", "3"), text("z", "4")];
    let left = run("[{key: a, pattern: '^http\\.', action: delete}]", attributes());
    assert_eq!(left, [text("z", "4")]);
    assert_eq!(run("[{key: z, action: DELETE}]", attributes()).len(), 3);
}

/// Scenario: values of several types are hashed. Guarantee: SHA-256 of the text, of one byte or of eight
/// little-endian bytes, in hexadecimal; other values become empty text.
#[test]
fn hash() {
    let attributes = vec![
        text("text", "abc"),
        text("blank", ""),
        key_value("true", Value::BoolValue(true)),
        key_value("one", Value::IntValue(1)),
        key_value("list", Value::ArrayValue(ArrayValue::default())),
    ];
    let hashed = run("[{pattern: '.*', action: hash}]", attributes);
    let expected = [
        // sha256sum of `abc`, of nothing, of the byte 01, and of 01 00 00 00 00 00 00 00.
        text("text", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        text("blank", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        text("true", "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"),
        text("one", "7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8"),
        text("list", ""),
    ];
    assert_eq!(hashed, expected);
}

/// Scenario: the Collector's example for extract. Guarantee: groups become attributes, present ones are replaced, and
/// what does not match or is no text stays untouched.
#[test]
fn extract() {
    let yaml = "[{key: url, pattern: '^(?P<scheme>.*):\\/\\/(?P<host>[^/]*)(\\/(?P<path>.*))?', action: extract}]";
    let found = run(yaml, vec![text("host", "old"), text("url", "http://example.com")]);
    let expected =
        [text("host", "example.com"), text("url", "http://example.com"), text("scheme", "http"), text("path", "")];
    assert_eq!(found, expected);
    assert_eq!(run(yaml, vec![text("url", "no")]), [text("url", "no")]);
    let number = vec![key_value("url", Value::IntValue(1))];
    assert_eq!(run(yaml, number.clone()), number);
}

/// Scenario: conversions that work and that do not. Guarantee: the Collector's results.
#[test]
fn convert() {
    let cases = [
        ("int", Value::StringValue("42".into()), Value::IntValue(42)),
        ("int", Value::StringValue("4x".into()), Value::StringValue("4x".into())),
        ("int", Value::DoubleValue(-1.9), Value::IntValue(-1)),
        ("int", Value::BoolValue(true), Value::IntValue(1)),
        ("double", Value::StringValue("1.5".into()), Value::DoubleValue(1.5)),
        ("double", Value::StringValue("1e999".into()), Value::StringValue("1e999".into())),
        ("double", Value::IntValue(2), Value::DoubleValue(2.0)),
        ("string", Value::IntValue(2), Value::StringValue("2".into())),
        ("string", Value::DoubleValue(1e21), Value::StringValue("1e+21".into())),
        ("string", Value::DoubleValue(0.5), Value::StringValue("0.5".into())),
        ("string", Value::BytesValue(vec![1, 2]), Value::StringValue("AQI=".into())),
        (
            "string",
            Value::KvlistValue(KeyValueList { values: vec![key_value("a", Value::IntValue(1))] }),
            Value::StringValue(r#"{"a":1}"#.into()),
        ),
    ];
    for (to, from, expected) in cases {
        let yaml = format!("[{{key: k, converted_type: {to}, action: convert}}]");
        assert_eq!(run(&yaml, vec![key_value("k", from)]), [key_value("k", expected)]);
    }
}

/// Scenario: rename, alone and behind another action. Guarantee: the value moves; the new key is there once.
#[test]
fn rename() {
    let yaml = "[{key: a, new_key: b, action: rename}]";
    assert_eq!(run(yaml, vec![text("a", "1"), text("b", "2")]), [text("b", "1")]);
    let chain =
        "[{key: a, new_key: b, action: rename}, {key: b, new_key: c, action: rename}, {key: x, action: delete}]";
    assert_eq!(run(chain, vec![text("x", "0"), text("a", "1")]), [text("c", "1")]);
}

/// Scenario: the same action on every signal and level. Guarantee: it reaches spans, points of every kind of metric,
/// log records and resources, and nothing else.
#[test]
fn every_signal_and_level() {
    let actions: Vec<Action> = config("[{key: new, value: 1, action: insert}, {key: a, action: hash}]");
    let actions = Actions::new(&actions).unwrap();
    for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
        for level in [Level::Record, Level::Resource] {
            let before = signals_with(signal, vec![text("a", "abc")]);
            let after = actions.apply(&before, level, &Context::default());
            let expected = model::apply(&before, level, |attributes| {
                let hashed = text("a", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
                attributes.iter_mut().for_each(|attribute| *attribute = hashed.clone());
                attributes.push(key_value("new", Value::IntValue(1)));
            });
            model::assert_same(&after, &expected);
            assert_eq!(after.items(), before.items());
        }
    }
}
