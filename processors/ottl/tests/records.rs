//! Records that the tests ask about.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use pipelines::otlp::view::{LogView, ResourceView, ScopeView};
use prost::Message;

use crate::ottl::{Condition, Context, EvalError, Record};

pub(super) fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

pub(super) fn text(value: &str) -> AnyValue {
    any(Value::StringValue(value.to_owned()))
}

pub(super) fn pair(key: &str, value: AnyValue) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

pub(super) fn map(pairs: Vec<KeyValue>) -> AnyValue {
    any(Value::KvlistValue(KeyValueList { values: pairs }))
}

pub(super) fn list(values: Vec<AnyValue>) -> AnyValue {
    any(Value::ArrayValue(ArrayValue { values }))
}

/// Asks a condition about a log record of a resource `service.name=shop` and a scope `lib`.
pub(super) fn ask_log(source: &str, log: &LogRecord) -> Result<bool, EvalError> {
    let condition = Condition::compile(source, Context::Log).unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
    let resource = ResourceLogs {
        resource: Some(Resource { attributes: vec![pair("service.name", text("shop"))], ..Resource::default() }),
        ..ResourceLogs::default()
    };
    let mut scope = ScopeLogs::default();
    scope.scope.get_or_insert_default().name = "lib".to_owned();
    let (resource, scope, log) = (resource.encode_to_vec(), scope.encode_to_vec(), log.encode_to_vec());
    let (resource, scope, log) = (ResourceView::new(&resource), ScopeView::new(&scope), LogView::new(&log));
    let record = Record { resource: Some(&resource), scope: Some(&scope), log: Some(&log), ..Record::default() };
    condition.matches(&record)
}
