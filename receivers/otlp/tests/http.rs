//! OTLP/HTTP with a raw client.

use std::time::Duration;

use pipelines::outcome::{Refusal, RefusalKind};
use pipelines::{Outcome, Signal};
use prost::Message as _;

use super::raw::{post, request};
use super::{Answer, Server, logs};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

const ONE_LOG: &[u8] = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}"#;

/// Scenario: every signal, in protobuf and in JSON. Guarantee: the pipeline gets the same items; the response has the
/// request's encoding and the body of complete success.
#[tokio::test]
async fn takes_every_signal_in_both_encodings() {
    let server = Server::plain().await;
    let address = server.address("http");
    for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
        let sample = crate::otlp::sample::sample(signal).unwrap();
        let path = format!("/v1/{signal}");
        let answer = post(address, &path, PROTOBUF, &sample.to_bytes()).await;
        assert_eq!((answer.status, answer.header("content-type"), answer.body.len()), (200, Some(PROTOBUF), 0));
        let json: &[u8] = match signal {
            Signal::Traces => include_bytes!("../sample/traces.json"),
            Signal::Metrics => include_bytes!("../sample/metrics.json"),
            _ => include_bytes!("../sample/logs.json"),
        };
        let answer = post(address, &path, "application/json; charset=utf-8", json).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(JSON)));
        assert_eq!(answer.text(), r#"{"partialSuccess":{}}"#);
        let taken = std::mem::take(&mut *server.capture.taken.lock().unwrap());
        assert_eq!(taken.len(), 2);
        for batch in taken {
            assert_eq!((batch.signal(), batch.telemetry().to_bytes()), (signal, sample.to_bytes()));
        }
    }
    server.stop().await;
}

/// Scenario: wrong method, path, content type, encoding, body, signal. Guarantee: the Collector's codes and texts,
/// errors about the data as google.rpc.Status in the request's encoding, and nothing reaches the pipeline.
#[tokio::test]
async fn refuses_what_is_not_otlp() {
    let server = Server::plain().await;
    let address = server.address("http");
    let get = request(address, "GET /v1/logs", &[], b"").await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    assert_eq!(get.text(), "405 method not allowed, supported: [POST]");
    let xml = post(address, "/v1/logs", "text/xml", b"<a/>").await;
    assert_eq!(xml.status, 415);
    assert_eq!(xml.text(), "415 unsupported media type, supported: [application/json, application/x-protobuf]");
    assert_eq!(request(address, "POST /v1/logs", &[], b"").await.status, 415);
    assert_eq!(post(address, "/v1/log", PROTOBUF, b"").await.status, 404);
    assert_eq!(post(address, "/v2/logs", PROTOBUF, b"").await.status, 401);
    let profiles = post(address, "/v1development/profiles", PROTOBUF, b"").await;
    assert_eq!((profiles.status, profiles.text().contains("no pipeline")), (404, true));

    let broken = post(address, "/v1/logs", JSON, b"{\"resourceLogs\": 7}").await;
    assert_eq!((broken.status, broken.header("content-type")), (400, Some(JSON)));
    let status: serde_json::Value = serde_json::from_slice(&broken.body).unwrap();
    assert_eq!(status["code"], 3);
    assert!(status["message"].as_str().unwrap().contains("resourceLogs"), "{status}");
    let bytes = logs(1, 50).encode_to_vec();
    let cut = post(address, "/v1/logs", PROTOBUF, &bytes[..40]).await;
    assert_eq!((cut.status, cut.header("content-type")), (400, Some(PROTOBUF)));
    assert!(cut.body.starts_with(&[8, 3, 18]), "a google.rpc.Status of code 3");
    for encoding in ["br", "gzip, zstd"] {
        let headers = [&format!("Content-Type: {JSON}")[..], &format!("Content-Encoding: {encoding}")];
        let answer = request(address, "POST /v1/logs", &headers, ONE_LOG).await;
        assert_eq!(answer.status, 400, "{encoding}");
        assert!(answer.text().contains("unsupported Content-Encoding"), "{}", answer.text());
    }
    assert_eq!(server.capture.batches(), 0);
    assert_eq!(post(address, "/v1/logs", PROTOBUF, b"").await.status, 200, "an empty request is a success");
    server.stop().await;
}

/// Scenario: the pipeline ends a batch in every way there is. Guarantee: the code the OTLP specification asks for,
/// Retry-After in whole seconds, partial success in the request's encoding.
#[tokio::test]
async fn outcomes_become_codes() {
    let server = Server::plain().await;
    let address = server.address("http");
    let refused = |kind, after: Option<u64>| {
        Outcome::Refused(Refusal { kind, reason: "because".into(), after: after.map(Duration::from_millis) })
    };
    for (outcome, code, retry) in [
        (refused(RefusalKind::Invalid, None), 400, None),
        (refused(RefusalKind::Permanent, Some(5)), 500, None),
        (refused(RefusalKind::Exhausted, None), 429, None),
        (refused(RefusalKind::Exhausted, Some(1500)), 429, Some("2")),
        (refused(RefusalKind::Unavailable, None), 503, None),
        (refused(RefusalKind::Unavailable, Some(3000)), 503, Some("3")),
    ] {
        server.capture.answer(Answer::Say(outcome));
        let answer = post(address, "/v1/logs", JSON, ONE_LOG).await;
        assert_eq!((answer.status, answer.header("retry-after")), (code, retry));
        assert!(answer.text().contains("because"));
    }
    server.capture.answer(Answer::Say(Outcome::Partial { rejected: 1, reason: "odd".into() }));
    let answer = post(address, "/v1/logs", JSON, ONE_LOG).await;
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let expected = serde_json::json!({ "partialSuccess": { "rejectedLogRecords": "1", "errorMessage": "odd" } });
    assert_eq!((answer.status, json), (200, expected));
    server.stop().await;
}

/// Scenario: own paths, TelemetryFlow's paths, own response headers. Guarantee: served as configured.
#[tokio::test]
async fn paths_and_headers_are_configurable() {
    let server = Server::start(serde_json::json!({
        "protocols": { "http": {
            "endpoint": "localhost:0", "v2": "open", "logs_url_path": "in/logs", "response_headers": { "X-Served-By": "tfo" },
        }},
    }))
    .await;
    let address = server.address("http");
    for (path, code) in
        [("/in/logs", 200), ("/v1/logs", 404), ("/v2/logs", 200), ("/v2/traces", 200), ("/v1/metrics", 200)]
    {
        let answer = post(address, path, PROTOBUF, b"").await;
        assert_eq!((answer.status, answer.header("x-served-by")), (code, Some("tfo")), "{path}");
    }
    server.stop().await;
}

/// Scenario: pages of several origins ask before they send, and send. Guarantee: only allowed origins and headers are
/// let in; a bare `*` never allows credentials.
#[tokio::test]
async fn pages_are_let_in_by_origin() {
    let cors = serde_json::json!({ "cors": {
        "allowed_origins": ["https://shop.example", "https://*.shop.example"], "allowed_headers": ["X-Trace"],
        "exposed_headers": ["X-Info"], "max_age": 600,
    }});
    let server = Server::http(cors).await;
    let address = server.address("http");
    let ask = |origin: &'static str, headers: &'static str| async move {
        let lines = [
            format!("Origin: {origin}"),
            "Access-Control-Request-Method: POST".to_owned(),
            format!("Access-Control-Request-Headers: {headers}"),
        ];
        request(address, "OPTIONS /v1/traces", &[&lines[0], &lines[1], &lines[2]], b"").await
    };
    for (origin, headers, welcome) in [
        ("https://shop.example", "content-type, x-trace", true),
        ("https://eu.shop.example", "content-type", true),
        ("https://shop.example.evil", "content-type", false),
        ("https://evil-shop.example", "content-type", false),
        ("https://shop.example", "x-other", false),
    ] {
        let answer = ask(origin, headers).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), welcome.then_some(origin), "{origin} {headers}");
        assert_eq!(answer.header("access-control-allow-headers"), welcome.then_some(headers));
        assert_eq!(answer.header("access-control-allow-credentials"), welcome.then_some("true"));
        assert_eq!(answer.header("access-control-max-age"), welcome.then_some("600"));
    }
    let lines = [format!("Content-Type: {JSON}"), "Origin: https://shop.example".to_owned()];
    let sent = request(address, "POST /v1/logs", &[&lines[0], &lines[1]], ONE_LOG).await;
    assert_eq!((sent.status, sent.header("access-control-allow-origin")), (200, Some("https://shop.example")));
    assert_eq!(sent.header("access-control-expose-headers"), Some("X-Info"));
    server.stop().await;

    let open =
        Server::http(serde_json::json!({ "cors": { "allowed_origins": ["*"], "allowed_headers": ["*"] } })).await;
    let address = open.address("http");
    let lines =
        ["Origin: https://any.example", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: x-a"];
    let answer = request(address, "OPTIONS /v1/traces", &lines, b"").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-a"));
    open.stop().await;
}

/// Scenario: HTTP/2 without TLS, a chunked body of HTTP/1.1, several requests on one connection. Guarantee: served.
#[tokio::test]
async fn speaks_every_form_of_http() {
    let server = Server::plain().await;
    let address = server.address("http");
    let body = logs(2, 10).encode_to_vec();
    let answer = super::raw::call(address, "/v1/logs", &[("content-type", PROTOBUF)], body.clone()).await;
    assert_eq!(answer.http, 200);
    let mut chunked = b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(7) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let close = b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let both = super::raw::send(address, &[chunked.as_slice(), close].concat()).await;
    assert_eq!(String::from_utf8_lossy(&both).matches("HTTP/1.1 200").count(), 2);
    assert_eq!(server.capture.items(), 4);
    server.stop().await;
}
