//! The rules of writing, one test each.

use super::{JsonError, json, to_json};
use crate::Signal;
use crate::otlp::json::append_json;
use crate::otlp::schema::{Message, common, logs, metrics};
use crate::otlp::wire::{put_len, put_uint};

/// A small request as the Collector's file exporter writes it.
#[test]
fn text_is_compact_and_in_schema_order() {
    let mut record = Vec::new();
    put_len(&mut record, 10, &[0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74]);
    put_len(&mut record, 5, b"\x0a\x05a\"b\n\x1f");
    put_uint(&mut record, 2, 9);
    record.extend_from_slice(b"\x09\x01\0\0\0\0\0\0\0");
    let mut wire = Vec::new();
    for (number, _) in [(2, "logRecords"), (2, "scopeLogs"), (1, "resourceLogs")] {
        wire.clear();
        put_len(&mut wire, number, &record);
        record.clone_from(&wire);
    }
    assert_eq!(
        json(Message::request(Signal::Logs), &wire),
        concat!(
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","severityNumber":9,"#,
            r#""body":{"stringValue":"a\"b\n\u001f"},"spanId":"eee19b7ec3c1b174"}]}]}]}"#
        )
    );
}

/// A list scattered over the message, partly packed and partly not, is one array; so is one scattered over parts.
#[test]
fn scattered_lists_are_one_array() {
    // bucketCounts: packed 1, then count, then unpacked 2, then an empty run.
    let wire = b"\x32\x08\x01\0\0\0\0\0\0\0\x21\x05\0\0\0\0\0\0\0\x31\x02\0\0\0\0\0\0\0\x32\x00";
    assert_eq!(json(&metrics::HISTOGRAM_DATA_POINT, wire), r#"{"count":"5","bucketCounts":["1","2"]}"#);
    let parts: [&[u8]; 4] = [b"\x0a\x02\x1a\0", b"", b"\x0a\x03\x1a\x01x\x12\0", b"\x0a\0"];
    let text = to_json(Message::request(Signal::Logs), &parts).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), r#"{"resourceLogs":[{},{"schemaUrl":"x"},{}]}"#);
    assert_eq!(json(&metrics::HISTOGRAM_DATA_POINT, b"\x32\x00"), "{}");
}

/// A message that stands twice is merged, of a oneof the last member counts, unknown fields are skipped.
#[test]
fn repeated_singles_are_merged_and_the_last_member_wins() {
    assert_eq!(
        json(&logs::RESOURCE_LOGS, b"\x0a\x02\x10\x01\x0a\x02\x10\x02\xfa\x7f\x01a"),
        r#"{"resource":{"droppedAttributesCount":2}}"#
    );
    assert_eq!(json(&common::ANY_VALUE, b"\x0a\x01a\x18\x07"), r#"{"intValue":"7"}"#);
    assert_eq!(json(&common::ANY_VALUE, b"\x0a\x01a\x18\x07\x0a\x00"), r#"{"stringValue":""}"#);
    // An array, an integer, another array: only what came last is there.
    assert_eq!(
        json(&common::ANY_VALUE, b"\x2a\x04\x0a\x02\x10\x01\x18\x01\x2a\x04\x0a\x02\x10\x00"),
        r#"{"arrayValue":{"values":[{"boolValue":false}]}}"#
    );
}

/// Bytes that are not the message are refused with the place, and leave the output as it was.
#[test]
fn malformed_bytes_are_refused() {
    let mut out = b"before".to_vec();
    let error =
        append_json(Message::request(Signal::Logs), &[b"\x0a\x06\x12\x04\x12\x02\x1a\x01"], &mut out).unwrap_err();
    assert_eq!(out, b"before");
    assert_eq!(
        error.to_string(),
        "resourceLogs[0].scopeLogs[0].logRecords[0]: byte 0 of LogRecord: length runs past the end of the message"
    );
    let error = to_json(&logs::LOG_RECORD, &[b"\x18\x01"]).unwrap_err();
    assert_eq!(error.to_string(), "severityText: byte 0 of LogRecord: wire type does not fit the field");
    assert!(matches!(
        to_json(&logs::LOG_RECORD, &[b"\x1a\x01\xff"]),
        Err(JsonError::Wire { what: "string is not UTF-8", .. })
    ));
    let mut deep = Vec::new();
    for _ in 0..200 {
        let mut outer = Vec::new();
        put_len(&mut outer, 1, &deep);
        deep.clear();
        put_len(&mut deep, 5, &outer);
    }
    assert!(to_json(&common::ANY_VALUE, &[&deep]).unwrap_err().to_string().contains("nested too deep"));
}
