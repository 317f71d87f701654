//! The checking walk.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

use crate::otlp::view::ItemRef;
use crate::{Signal, Telemetry};

fn log(record: LogRecord) -> Vec<u8> {
    let scope = ScopeLogs { log_records: vec![record], ..Default::default() };
    let resource = ResourceLogs { scope_logs: vec![scope], ..Default::default() };
    ExportLogsServiceRequest { resource_logs: vec![resource] }.encode_to_vec()
}

fn text(value: &str) -> Option<AnyValue> {
    Some(AnyValue { value: Some(Value::StringValue(value.into())) })
}

#[test]
fn a_log_record_is_counted_and_read() {
    let attributes = vec![KeyValue { key: "k".into(), value: text("v\u{fc}"), ..Default::default() }];
    let bytes = log(LogRecord { severity_text: "INFO".into(), body: text("hello"), attributes, ..Default::default() });
    let telemetry = Telemetry::from_wire(Signal::Logs, Bytes::from(bytes)).unwrap();
    assert_eq!(telemetry.items(), 1);
    let mut seen = 0;
    telemetry.for_each_item(|item| {
        let ItemRef::Log(log) = item.kind else { panic!("not a log") };
        assert_eq!(log.severity_text(), "INFO");
        assert_eq!(log.body().as_str(), Some("hello"));
        assert_eq!(log.attributes().get("k").unwrap().as_str(), Some("v\u{fc}"));
        seen += 1;
    });
    assert_eq!(seen, 1);
}

#[test]
fn an_error_names_signal_path_offset_and_fault() {
    let bytes = log(LogRecord { trace_id: vec![1; 7], ..Default::default() });
    let error = Telemetry::from_wire(Signal::Logs, Bytes::from(bytes)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a valid OTLP logs request: resource_logs.scope_logs.log_records.trace_id: \
         id has 7 bytes, expected 16 or none (at byte 8)"
    );
}
