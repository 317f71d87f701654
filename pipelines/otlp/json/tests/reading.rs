//! The rules of reading, one test each.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::NumberDataPoint;
use prost::Message as _;

use super::{JsonError, error, from_json};
use crate::Signal;
use crate::otlp::schema::{Message, common, logs, metrics, rpc};

fn record(text: &str) -> LogRecord {
    LogRecord::decode(from_json(&logs::LOG_RECORD, text.as_bytes()).unwrap().as_slice()).unwrap()
}

fn value(text: &str) -> Option<Value> {
    AnyValue::decode(from_json(&common::ANY_VALUE, text.as_bytes()).unwrap().as_slice()).unwrap().value
}

/// The shape of the specification's own log example: upper-case hex ids, times as strings, spaces between everything.
#[test]
fn specification_example_is_read() {
    let text = r#"{ "resourceLogs": [ { "resource": { "attributes": [
        { "key": "service.name", "value": { "stringValue": "my.service" } } ] },
      "scopeLogs": [ { "scope": { "name": "my.library" }, "logRecords": [ {
        "timeUnixNano": "1544712660300000000", "severityNumber": 10, "severityText": "Information",
        "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174",
        "body": { "stringValue": "Example log record" },
        "attributes": [ { "key": "map.attribute", "value": { "kvlistValue": { "values": [
          { "key": "some.map.key", "value": { "intValue": "10" } } ] } } } ] } ] } ] } ] }"#;
    let wire = from_json(Message::request(Signal::Logs), text.as_bytes()).unwrap();
    let request = ExportLogsServiceRequest::decode(wire.as_slice()).unwrap();
    let record = &request.resource_logs[0].scope_logs[0].log_records[0];
    assert_eq!(record.time_unix_nano, 1_544_712_660_300_000_000);
    assert_eq!(record.trace_id[..3], [0x5b, 0x8e, 0xff]);
    assert_eq!(record.severity_number, 10);
    assert_eq!(request.resource_logs[0].resource.as_ref().unwrap().attributes[0].key, "service.name");
}

#[test]
fn ids_are_hex_in_either_case_and_of_their_length() {
    assert_eq!(record(r#"{"spanId":"eee19b7EC3C1B174"}"#).span_id, [0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74]);
    assert_eq!(record(r#"{"spanId":""}"#).span_id, Vec::<u8>::new());
    let text = error(&logs::LOG_RECORD, r#"{"spanId":"eee1"}"#);
    assert_eq!(
        text,
        "spanId: line 1 column 11: found `\"eee1\"}`, expected an id of 16 hexadecimal digits, or an empty string"
    );
    assert!(error(&logs::LOG_RECORD, r#"{"spanId":"zze19b7EC3C1B174"}"#).contains("16 hexadecimal digits"));
}

#[test]
fn enumerations_are_integers_and_their_names_are_understood() {
    assert_eq!(record(r#"{"severityNumber":9}"#).severity_number, 9);
    assert_eq!(record(r#"{"severityNumber":"SEVERITY_NUMBER_WARN"}"#).severity_number, 13);
    assert_eq!(record(r#"{"severityNumber":99}"#).severity_number, 99);
    assert!(error(&logs::LOG_RECORD, r#"{"severityNumber":"loud"}"#).contains("an integer of SeverityNumber"));
}

#[test]
fn only_lower_camel_case_keys_are_known() {
    let record = record(
        r#"{"severity_text":"no","SeverityText":"no","severityText":"yes","new":[{"a":[1,{}]},null,"x",true,-1e5]}"#,
    );
    assert_eq!(record, LogRecord { severity_text: "yes".into(), ..LogRecord::default() });
}

#[test]
fn null_is_absent_and_a_null_element_is_empty() {
    let record =
        record(r#"{"severityText":null,"body":null,"attributes":[null,{"key":"k","value":null}],"traceId":null}"#);
    assert_eq!(record.attributes.len(), 2);
    assert_eq!((record.severity_text.as_str(), &record.body, record.attributes[1].key.as_str()), ("", &None, "k"));
    assert_eq!(value(r#"{"stringValue":null}"#), None);
}

#[test]
fn members_of_a_oneof_are_present_with_their_default() {
    assert_eq!(value(r#"{"intValue":"0"}"#), Some(Value::IntValue(0)));
    assert_eq!(value(r#"{"boolValue":false}"#), Some(Value::BoolValue(false)));
    assert_eq!(value(r#"{"stringValue":""}"#), Some(Value::StringValue(String::new())));
    assert!(matches!(value(r#"{"arrayValue":{}}"#), Some(Value::ArrayValue(_))));
    let wire = from_json(&metrics::NUMBER_DATA_POINT, br#"{"asInt":"0"}"#).unwrap();
    assert!(NumberDataPoint::decode(wire.as_slice()).unwrap().value.is_some());
}

#[test]
fn the_last_of_several_wins_and_lists_are_appended() {
    assert_eq!(value(r#"{"intValue":"1","stringValue":"s"}"#), Some(Value::StringValue("s".into())));
    let record =
        record(r#"{"severityText":"a","severityText":"","attributes":[{"key":"a"}],"attributes":[{"key":"b"}]}"#);
    assert_eq!(record.severity_text, "");
    assert_eq!(record.attributes.len(), 2);
}

#[test]
fn defaults_are_not_written() {
    let text = br#"{"severityText":"","timeUnixNano":"0","attributes":[],"flags":0,"severityNumber":0,"traceId":""}"#;
    assert_eq!(from_json(&logs::LOG_RECORD, text).unwrap(), Vec::<u8>::new());
}

#[test]
fn bytes_are_base64_with_or_without_padding_and_in_either_alphabet() {
    for text in [r#"{"bytesValue":"+/8="}"#, r#"{"bytesValue":"+/8"}"#, r#"{"bytesValue":"-_8"}"#] {
        assert_eq!(value(text), Some(Value::BytesValue(vec![0xfb, 0xff])), "{text}");
    }
    assert!(error(&common::ANY_VALUE, r#"{"bytesValue":"?"}"#).contains("expected bytes as a base64 string"));
}

#[test]
fn strings_may_be_escaped() {
    let escaped = r#"{"stringValue":"\u0041\n\/\ud83d\ude00\ud83d."}"#;
    assert_eq!(value(escaped), Some(Value::StringValue("A\n/\u{1f600}\u{fffd}.".into())));
}

/// A wrong shape is refused with its path, its place, what stands there and what should.
#[test]
fn errors_say_where_and_what() {
    let request = Message::request(Signal::Logs);
    let text = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{},{},{},\n {\"timeUnixNano\": true}]}]}]}";
    assert_eq!(
        from_json(request, text.as_bytes()),
        Err(JsonError::Text {
            path: "resourceLogs[0].scopeLogs[0].logRecords[3].timeUnixNano".into(),
            line: 2,
            column: 19,
            found: "`true}]}]}]}`".into(),
            expected: "a whole number from 0 to 18446744073709551615, bare or in a string".into(),
        })
    );
    let cases = [
        ("", "line 1 column 1: found the end of the text, expected an object"),
        ("[]", "line 1 column 1: found `[]`, expected an object (ExportLogsServiceRequest)"),
        ("{} x", "line 1 column 4: found `x`, expected the end of the text"),
        ("{\"resourceLogs\":{}}", "resourceLogs: line 1 column 17: found `{}}`, expected an array"),
        ("{\"resourceLogs\":[1]}", "resourceLogs[0]: line 1 column 18: found `1]}`, expected an object (ResourceLogs)"),
        ("{\"resourceLogs\":[{}", "resourceLogs: line 1 column 20: found the end of the text, expected `,` or `]`"),
        ("{\"resourceLogs\":[{},]}", "resourceLogs[1]: line 1 column 21: found `]}`, expected a value"),
        ("{\"a\":1,}", "line 1 column 8: found `}`, expected a key in double quotes"),
        ("{\"a\" 1}", "line 1 column 6: found `1}`, expected `:` after the key"),
        ("{\"a\":[1}]}", "line 1 column 8: found `}]}`, expected `,` or `]`"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(request, text), expected, "{text}");
    }
    let broken = from_json(request, b"{\"a\":\"\xff\"}").unwrap_err().to_string();
    assert_eq!(broken, "line 1 column 7: found byte 0xff, expected text in UTF-8");
}

/// Nesting has an end, both in what is read and in what is ignored, and does not exhaust the stack.
#[test]
fn deep_nesting_is_refused() {
    let deep = |count: usize| format!("{}{}", r#"{"arrayValue":{"values":["#.repeat(count), "]}}".repeat(count));
    assert!(from_json(&common::ANY_VALUE, deep(30).as_bytes()).is_ok());
    assert!(error(&common::ANY_VALUE, &deep(100_000)).contains("nested messages"));
    assert!(error(&common::ANY_VALUE, &format!("{{\"new\":{}", "[".repeat(1_000_000))).contains("nested values"));
}

/// The body of a refusal is understood.
#[test]
fn status_is_read() {
    let wire = from_json(&rpc::STATUS, br#"{"code":3,"message":"bad","details":[]}"#).unwrap();
    assert_eq!(wire, b"\x08\x03\x12\x03bad");
}
