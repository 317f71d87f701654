//! Any list of actions on any attributes gives what the same actions give on decoded objects.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue};
use pipelines::otlp::edit::Level;
use pipelines::{Context, Signal};
use proptest::prelude::*;

use super::super::{Action, Actions};
use super::{key_value, model, text};
use crate::testing::{config, signals_with};

/// Keys from so few that actions meet attributes, some with several occurrences left out by `unique`.
fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "d.e", "d.f", ""]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-z0-9]{0,200}".prop_map(Value::StringValue),
        any::<bool>().prop_map(Value::BoolValue),
        any::<i64>().prop_map(Value::IntValue),
        (-1e9..1e9).prop_map(Value::DoubleValue),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::BytesValue),
        Just(Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: Some(Value::IntValue(1)) }] })),
    ]
}

/// The model of one action: its YAML and what it does to a list of attributes.
#[derive(Clone, Debug)]
enum Change {
    Set(&'static str, String, i64),
    Copy(&'static str, String, String),
    /// A copy whose source is deleted next.
    Move(&'static str, String, String),
    Delete(String),
    DeleteMatching,
    Rename(String, String),
    Extract(String),
    ToString(String),
}

fn change() -> impl Strategy<Value = Change> {
    let verb = || prop::sample::select(vec!["insert", "update", "upsert"]);
    let key = || key().prop_filter("actions need keys", |key| !key.is_empty());
    prop_oneof![
        (verb(), key(), any::<i64>()).prop_map(|(verb, key, value)| Change::Set(verb, key, value)),
        (verb(), key(), key()).prop_map(|(verb, from, to)| Change::Copy(verb, from, to)),
        (verb(), key(), key()).prop_map(|(verb, from, to)| Change::Move(verb, from, to)),
        key().prop_map(Change::Delete),
        Just(Change::DeleteMatching),
        (key(), key()).prop_map(|(from, to)| Change::Rename(from, to)),
        key().prop_map(Change::Extract),
        key().prop_map(Change::ToString),
    ]
}

// === impl Change ===

impl Change {
    fn yaml(&self) -> String {
        match self {
            Self::Set(verb, key, value) => format!("{{action: {verb}, key: {key}, value: {value}}}"),
            Self::Copy(verb, from, to) => format!("{{action: {verb}, key: {to}, from_attribute: {from}}}"),
            Self::Move(verb, from, to) => {
                let steps = [Self::Copy(verb, from.clone(), to.clone()), Self::Delete(from.clone())];
                steps.map(|step| step.yaml()).join(", ")
            }
            Self::Delete(key) => format!("{{action: delete, key: {key}}}"),
            Self::DeleteMatching => "{action: delete, pattern: '^d\\.'}".to_owned(),
            Self::Rename(from, to) => format!("{{action: rename, key: {from}, new_key: {to}}}"),
            Self::Extract(key) => format!("{{action: extract, key: {key}, pattern: '(?P<a>[a-z])(?P<x>[0-9])'}}"),
            Self::ToString(key) => format!("{{action: convert, key: {key}, converted_type: string}}"),
        }
    }

    fn apply(&self, all: &mut Vec<KeyValue>) {
        match self {
            Self::Set(verb, key, value) => set(all, verb, key, key_value(key, Value::IntValue(*value))),
            Self::Copy(verb, from, to) => {
                if let Some(found) = all.iter().find(|one| one.key == *from).cloned() {
                    set(all, verb, to, KeyValue { key: to.clone(), ..found });
                }
            }
            Self::Move(verb, from, to) => {
                Self::Copy(verb, from.clone(), to.clone()).apply(all);
                all.retain(|one| one.key != *from);
            }
            Self::Delete(key) => all.retain(|one| one.key != *key),
            Self::DeleteMatching => all.retain(|one| !one.key.starts_with("d.")),
            Self::Rename(from, to) if from != to && all.iter().any(|one| one.key == *from) => {
                all.retain(|one| one.key != *to);
                all.iter_mut().filter(|one| one.key == *from).for_each(|one| one.key.clone_from(to));
            }
            Self::Rename(..) => {}
            Self::Extract(key) => {
                let Some(found) = string(all, key) else { return };
                let pairs: Vec<char> = found.chars().collect();
                let fits = |pair: &&[char]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_digit();
                if let Some(pair) = pairs.windows(2).find(fits) {
                    set(all, "upsert", "a", text("a", &pair[0].to_string()));
                    set(all, "upsert", "x", text("x", &pair[1].to_string()));
                }
            }
            Self::ToString(key) => {
                let Some(one) = all.iter_mut().find(|one| one.key == *key) else { return };
                let written = match one.value.take().and_then(|value| value.value) {
                    Some(Value::StringValue(value)) => value,
                    Some(Value::BoolValue(value)) => value.to_string(),
                    Some(Value::IntValue(value)) => value.to_string(),
                    Some(Value::DoubleValue(value)) => value.to_string(),
                    Some(Value::ArrayValue(_)) => "[1]".to_owned(),
                    Some(Value::BytesValue(value)) => base64::Engine::encode(&base64::prelude::BASE64_STANDARD, value),
                    _ => String::new(),
                };
                *one = text(key, &written);
            }
        }
    }
}

fn string(all: &[KeyValue], key: &str) -> Option<String> {
    match all.iter().find(|one| one.key == key)?.value.as_ref()?.value.as_ref()? {
        Value::StringValue(value) => Some(value.clone()),
        _ => None,
    }
}

fn set(all: &mut Vec<KeyValue>, verb: &str, key: &str, new: KeyValue) {
    match all.iter_mut().find(|one| one.key == key) {
        Some(one) if verb != "insert" => *one = new,
        None if verb != "update" => all.push(new),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn actions_equal_the_model(
        attributes in prop::collection::btree_map(key(), value(), 0..6),
        changes in prop::collection::vec(change(), 1..5),
        signal in prop::sample::select(vec![Signal::Traces, Signal::Metrics, Signal::Logs]),
        level in prop::sample::select(vec![Level::Record, Level::Resource]),
    ) {
        let attributes: Vec<_> = attributes.iter().map(|(key, value)| key_value(key, value.clone())).collect();
        let before = signals_with(signal, attributes);
        let yaml = format!("[{}]", changes.iter().map(Change::yaml).collect::<Vec<_>>().join(", "));
        let actions: Vec<Action> = config(&yaml);
        let after = Actions::new(&actions).unwrap().apply(&before, level, &Context::default());
        let expected = model::apply(&before, level, |all| changes.iter().for_each(|change| change.apply(all)));
        model::assert_same(&after, &expected);
    }
}
