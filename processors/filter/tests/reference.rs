//! Random conditions on random logs drop what a plain evaluation on decoded records drops.

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use proptest::prelude::*;

use super::data::{decode_logs, encode_logs, pair, resource, scope};
use super::run;

/// A condition as the test understands it.
#[derive(Clone, Debug)]
enum Wanted {
    /// `log.attributes["key"] op literal`.
    Attribute(&'static str, &'static str, Literal),
    Severity(&'static str, i64),
    /// `IsMatch(log.body, "^prefix")`.
    BodyBegins(&'static str),
    Service(&'static str),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

#[derive(Clone, Debug)]
enum Literal {
    Nil,
    Text(&'static str),
    Int(i64),
    Double(f64),
    Bool(bool),
}

const OPERATORS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
const KEYS: &[&str] = &["a", "b", "c"];
const TEXTS: &[&str] = &["", "x", "xy", "z"];

impl Wanted {
    fn source(&self) -> String {
        match self {
            Self::Attribute(key, op, literal) => format!("log.attributes[\"{key}\"] {op} {}", literal.source()),
            Self::Severity(op, number) => format!("log.severity_number {op} {number}"),
            Self::BodyBegins(prefix) => format!("IsMatch(log.body, \"^{prefix}\")"),
            Self::Service(name) => format!("resource.attributes[\"service.name\"] == \"{name}\""),
            Self::Not(inner) => format!("not ({})", inner.source()),
            Self::And(all) => Self::join(all, " and "),
            Self::Or(all) => Self::join(all, " or "),
        }
    }

    fn join(all: &[Self], word: &str) -> String {
        let parts: Vec<String> = all.iter().map(|part| format!("({})", part.source())).collect();
        parts.join(word)
    }

    fn holds(&self, service: &str, log: &LogRecord) -> bool {
        match self {
            Self::Attribute(key, op, literal) => {
                let found = log.attributes.iter().find(|pair| pair.key == *key);
                compare(op, found.and_then(|pair| pair.value.as_ref()?.value.as_ref()), literal)
            }
            Self::Severity(op, number) => ordered(op, f64::from(log.severity_number).partial_cmp(&(*number as f64))),
            Self::BodyBegins(prefix) => match log.body.as_ref().and_then(|body| body.value.as_ref()) {
                Some(Value::StringValue(text)) => text.starts_with(prefix),
                Some(Value::IntValue(value)) => value.to_string().starts_with(prefix),
                Some(Value::DoubleValue(value)) => value.to_string().starts_with(prefix),
                Some(Value::BoolValue(value)) => value.to_string().starts_with(prefix),
                Some(Value::BytesValue(_)) => "01".starts_with(prefix),
                _ => false,
            },
            Self::Service(name) => *name == service,
            Self::Not(inner) => !inner.holds(service, log),
            Self::And(all) => all.iter().all(|part| part.holds(service, log)),
            Self::Or(all) => all.iter().any(|part| part.holds(service, log)),
        }
    }
}

impl Literal {
    fn source(&self) -> String {
        match self {
            Self::Nil => "nil".to_owned(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Int(value) => value.to_string(),
            Self::Double(value) => format!("{value:?}"),
            Self::Bool(value) => value.to_string(),
        }
    }
}

fn compare(op: &str, value: Option<&Value>, literal: &Literal) -> bool {
    let order = match (value, literal) {
        (None, Literal::Nil) => Some(std::cmp::Ordering::Equal),
        (Some(Value::StringValue(a)), Literal::Text(b)) => Some(a.as_str().cmp(b)),
        (Some(Value::IntValue(a)), Literal::Int(b)) => Some(a.cmp(b)),
        (Some(Value::IntValue(a)), Literal::Double(b)) => (*a as f64).partial_cmp(b),
        (Some(Value::DoubleValue(a)), Literal::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Some(Value::DoubleValue(a)), Literal::Double(b)) => a.partial_cmp(b),
        (Some(Value::BoolValue(a)), Literal::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    };
    ordered(op, order)
}

fn ordered(op: &str, order: Option<std::cmp::Ordering>) -> bool {
    match (op, order) {
        ("==", order) => order.is_some_and(|order| order.is_eq()),
        ("!=", order) => order.is_none_or(|order| order.is_ne()),
        (_, None) => false,
        ("<", Some(order)) => order.is_lt(),
        ("<=", Some(order)) => order.is_le(),
        (">", Some(order)) => order.is_gt(),
        (_, Some(order)) => order.is_ge(),
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(TEXTS).prop_map(|text| Value::StringValue(text.to_owned())),
        (-2_i64..3).prop_map(Value::IntValue),
        prop::sample::select(vec![0.0, 1.0, 1.5, f64::NAN]).prop_map(Value::DoubleValue),
        any::<bool>().prop_map(Value::BoolValue),
        Just(Value::BytesValue(vec![1])),
    ]
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Nil),
        prop::sample::select(TEXTS).prop_map(Literal::Text),
        (-2_i64..3).prop_map(Literal::Int),
        prop::sample::select(vec![0.0, 1.0, 1.5]).prop_map(Literal::Double),
        any::<bool>().prop_map(Literal::Bool),
    ]
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let operator = || prop::sample::select(OPERATORS);
    let leaf = prop_oneof![
        4 => (prop::sample::select(KEYS), operator(), literal()).prop_map(|(key, op, to)| Wanted::Attribute(key, op, to)),
        1 => (operator(), 0_i64..24).prop_map(|(op, number)| Wanted::Severity(op, number)),
        1 => prop::sample::select(TEXTS).prop_map(Wanted::BodyBegins),
        1 => prop::sample::select(vec!["s0", "s1"]).prop_map(Wanted::Service),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Wanted::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Wanted::And),
            prop::collection::vec(inner, 2..4).prop_map(Wanted::Or),
        ]
    })
}

fn log() -> impl Strategy<Value = LogRecord> {
    let attributes = prop::collection::btree_map(prop::sample::select(KEYS), value(), 0..3);
    (0_i32..25, prop::option::of(value()), attributes).prop_map(|(severity_number, body, attributes)| LogRecord {
        severity_number,
        body: body.map(|value| AnyValue { value: Some(value) }),
        attributes: attributes
            .into_iter()
            .map(|(key, value)| {
                let mut attribute = pair(key, "");
                attribute.value = Some(AnyValue { value: Some(value) });
                attribute
            })
            .collect(),
        ..LogRecord::default()
    })
}

fn request() -> impl Strategy<Value = Vec<ResourceLogs>> {
    let scopes = prop::collection::vec(prop::collection::vec(log(), 1..5), 1..3);
    prop::collection::vec(scopes, 0..3).prop_map(|resources| {
        let scoped = |log_records| ScopeLogs { scope: scope("a"), log_records, ..ScopeLogs::default() };
        let resources = resources.into_iter().enumerate().map(|(index, scopes)| ResourceLogs {
            resource: resource(&format!("s{index}")),
            scope_logs: scopes.into_iter().map(scoped).collect(),
            ..ResourceLogs::default()
        });
        resources.collect()
    })
}

/// The same on decoded records.
fn filtered(mut request: Vec<ResourceLogs>, wanted: &Wanted) -> Vec<ResourceLogs> {
    for (index, resource) in request.iter_mut().enumerate() {
        let service = format!("s{index}");
        for scope in &mut resource.scope_logs {
            scope.log_records.retain(|log| !wanted.holds(&service, log));
        }
        resource.scope_logs.retain(|scope| !scope.log_records.is_empty());
    }
    request.retain(|resource| !resource.scope_logs.is_empty());
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_filter_agrees_with_a_plain_evaluation(request in request(), wanted in wanted()) {
        // The group names the context, so that conditions on resources alone are evaluated on records too.
        let source = wanted.source().replace('\'', "''");
        let yaml = format!("log_conditions: [{{context: log, error_mode: propagate, conditions: ['{source}']}}]");
        let kept = run(&yaml, &encode_logs(request.clone())).kept;
        let kept = kept.map(|kept| decode_logs(&kept)).unwrap_or_default();
        // NaN differs from itself, so texts are compared.
        prop_assert_eq!(format!("{:?}", kept), format!("{:?}", filtered(request, &wanted)), "{}", source);
    }
}
