//! Bodies that are not what they say.

use crate::client::{Answer, JSON, OPEN, PROTOBUF, address, assert_peak, assert_serves, call, framed, logs, post};
use crate::support::Tfo;

/// A length-delimited field.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    prost::encoding::encode_varint(value.len() as u64, &mut out);
    out.extend_from_slice(value);
    out
}

/// A request with one log record of these bytes.
fn record(record: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, record)))
}

/// A log record whose body is `depth` lists in each other.
fn nested(depth: usize) -> Vec<u8> {
    let mut value = vec![0x10, 1];
    for _ in 0..depth {
        value = field(5, &field(1, &value));
    }
    record(&field(5, &value))
}

/// Protobuf that is broken in every way, and what the message has to name.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let whole = logs(["a", "b"]);
    vec![
        ("cut off", whole[..whole.len() - 1].to_vec()),
        ("a length far beyond the end", [&[0x0a][..], &[0xff; 4], &[0x0f]].concat()),
        ("a length of 2^63", [&[0x0a][..], &[0xff; 8], &[0x7f]].concat()),
        ("a varint of eleven bytes", [&[0x0a][..], &[0xff; 10], &[0x01]].concat()),
        ("field number 0", vec![0x02, 0x00]),
        ("wire type 7", vec![0x0f, 0x00]),
        ("a group that is never closed", vec![0x0b, 0x0b, 0x0b]),
        ("a number where a message belongs", vec![0x08, 0x01]),
        ("text that is not UTF-8", record(&field(5, &field(1, b"\xff\xfe")))),
        ("a lone surrogate", record(&field(5, &field(1, b"\xed\xa0\x80")))),
        ("an attribute key that is not UTF-8", record(&field(6, &field(1, b"\x80")))),
        ("20,000 lists in each other", nested(20_000)),
        ("a million open groups", vec![0x0b; 1 << 20]),
        ("noise", (0_u32..4096).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80).collect()),
    ]
}

/// Scenario: protobuf that is cut off, over-long, deeply nested, not UTF-8. Guarantee: 400 and INVALID_ARGUMENT with a
/// message, never to be sent again, and the process lives.
#[tokio::test]
async fn broken_protobuf_is_invalid() {
    let tfo = Tfo::start(OPEN);
    for (what, body) in broken() {
        let answer = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &body).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/x-protobuf"), "{what}");
        assert!(answer.header("retry-after").is_none() && answer.body.starts_with(&[0x08, 3]), "{what}: {answer:?}");
        let reply = call(address(&tfo, "grpc"), &[], framed(0, &body)).await;
        assert_eq!((reply.status, reply.retry_info), (3, false), "{what}: {reply:?}");
        assert!(!reply.message.is_empty(), "{what}");
    }
    let answer = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &nested(30)).await;
    assert_eq!(answer.status, 200, "what people nest is taken");
    assert_serves(&tfo).await;
    assert_peak(&tfo, 96);
}

/// Scenario: JSON of the wrong shape, cut off, nested without end, with wrong types and numbers. Guarantee: 400 with a
/// JSON status, and the process lives; what the specification lets pass (unknown keys, empty objects) is a success.
#[tokio::test]
async fn wrong_json_is_invalid() {
    let tfo = Tfo::start(OPEN);
    let deep = |open: &str| open.repeat(200_000).into_bytes();
    let inside =
        |body: &str| format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{body}]}}]}}]}}"#).into_bytes();
    let wrong: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"[]".to_vec(),
        b"3".to_vec(),
        b"\"x\"".to_vec(),
        b"{".to_vec(),
        b"{}}".to_vec(),
        b"\xff\xfe{}".to_vec(),
        br#"{"resourceLogs":{}}"#.to_vec(),
        br#"{"resourceLogs":[3]}"#.to_vec(),
        br#"{"resourceLogs":[{"scopeLogs":"x"}]}"#.to_vec(),
        inside(r#"{"timeUnixNano":"-1"}"#),
        inside(r#"{"timeUnixNano":1e400}"#),
        inside(r#"{"timeUnixNano":"99999999999999999999999"}"#),
        inside(r#"{"severityNumber":4294967296}"#),
        inside(r#"{"traceId":"xyz"}"#),
        inside(r#"{"body":{"stringValue":7}}"#),
        inside("{\"body\":{\"stringValue\":\"\\u00"),
        deep("["),
        deep(r#"{"a":"#),
        deep(r#"{"resourceLogs":["#),
        inside(&format!("{{\"body\":{}", r#"{"arrayValue":{"values":["#.repeat(100_000))),
    ];
    for body in wrong {
        let answer = post(address(&tfo, "http"), "/v1/logs", &[JSON], &body).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        assert_eq!(answer.status, 400, "{shown}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{shown}");
        let status: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(status["code"], 3, "{shown}");
        assert!(status["message"].as_str().is_some_and(|text| !text.is_empty() && text.len() < 1000), "{shown}");
    }
    for fine in [
        b"{}".to_vec(),
        br#"{"resourceLogs":[]}"#.to_vec(),
        br#"{"unknown":{"a":[1,{}]},"resourceLogs":null}"#.to_vec(),
        // Half a pair becomes U+FFFD, as in the Collector.
        inside(r#"{"body":{"stringValue":"\ud800"}}"#),
    ] {
        let answer = post(address(&tfo, "http"), "/v1/logs", &[JSON], &fine).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 96);
}

/// Scenario: wrong or missing content types, unknown encodings, wrong methods and paths. Guarantee: the status the OTLP
/// and gRPC specifications name for each.
#[tokio::test]
async fn wrong_headers_are_refused() {
    let tfo = Tfo::start(OPEN);
    let (http, grpc) = (address(&tfo, "http"), address(&tfo, "grpc"));
    let body = logs(["a"]);
    for (path, headers, status) in [
        ("/v1/logs", &["Content-Type: text/plain"][..], 415),
        ("/v1/logs", &[], 415),
        ("/v1/logs", &["Content-Type: application/x-protobuffer"], 415),
        ("/v1/logs", &["Content-Type: application/grpc"], 415),
        ("/v1/logs", &[PROTOBUF, "Content-Encoding: br"], 400),
        ("/v1/logs", &[PROTOBUF, "Content-Encoding: gzip, gzip"], 400),
        ("/v1/logs", &[PROTOBUF, "Content-Encoding: \u{e9}"], 400),
        ("/v1/logs", &[PROTOBUF, "Content-Encoding: gzip"], 400),
        ("/v1/logs", &["Content-Type: application/json"], 400),
        ("/v1/log", &[PROTOBUF], 404),
        ("/", &[PROTOBUF], 404),
        ("/v1/logs/../logs", &[PROTOBUF], 404),
        ("/v1development/profiles", &[PROTOBUF], 404),
        ("/v1/logs?a=b", &[PROTOBUF], 200),
        ("/v1/logs", &["Content-Type: APPLICATION/X-Protobuf ; charset=utf-8"], 200),
    ] {
        let answer = post(http, path, headers, &body).await;
        assert_eq!(answer.status, status, "{path} {headers:?}: {answer:?}");
    }
    for method in ["GET", "PUT", "DELETE", "BREW"] {
        let request = format!("{method} /v1/logs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = Answer::parse(&crate::client::raw(http, request.as_bytes()).await);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    for (headers, body, http, status) in [
        (&[("content-type", "application/json")][..], framed(0, &body), 415, -1),
        (&[("content-type", "application/grpc-web")], framed(0, &body), 415, -1),
        (&[("grpc-encoding", "br")], framed(1, &body), 200, 12),
        (&[("grpc-encoding", "gzip")], framed(1, &body), 200, 3),
        (&[], framed(1, &body), 200, 13),
        (&[], framed(2, &body), 200, 3),
        (&[], vec![], 200, 3),
        (&[], vec![0, 0], 200, 3),
        (&[], framed(0, &body)[..20].to_vec(), 200, 3),
        (&[], [framed(0, &body), framed(0, &body)].concat(), 200, 3),
        (&[], vec![0, 0xff, 0xff, 0xff, 0xff, 1], 200, 8),
    ] {
        let reply = call(grpc, headers, body).await;
        assert_eq!((reply.http, reply.status, reply.retry_info), (http, status, false), "{headers:?}: {reply:?}");
    }
    assert_serves(&tfo).await;
}

/// Scenario: the paths of TelemetryFlow's agents, open, as they are by default, and off. Guarantee: the same payloads are
/// taken, or 401 without a key, or 404.
#[tokio::test]
async fn v2_paths_need_a_key_unless_they_are_open() {
    for (v2, status) in [("v2: open, ", 200), ("", 401), ("v2: off, ", 404)] {
        let tfo = Tfo::start(&OPEN.replace("http: { ", &format!("http: {{ {v2}")));
        for signal in ["logs", "traces", "metrics"] {
            let answer = post(address(&tfo, "http"), &format!("/v2/{signal}"), &[JSON], b"{}").await;
            assert_eq!(answer.status, status, "{signal}");
        }
        let answer = post(address(&tfo, "http"), "/v2/logs", &[PROTOBUF], &logs(["a"])).await;
        assert_eq!(answer.status, status);
        assert_serves(&tfo).await;
    }
}
