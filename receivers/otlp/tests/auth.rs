//! Who comes in: API keys over both protocols, versions open and closed.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderValue};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use pipelines::auth::{Hash, Pair};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::raw::{Response, request};
use super::{Answer, Server, logs};

const PROTOBUF: &str = "Content-Type: application/x-protobuf";
const JSON: &str = "Content-Type: application/json";

/// A key, and its line.
fn key(options: &str) -> (Pair, String) {
    let pair = Pair::random().unwrap();
    let line = format!("{}:{}{options}", pair.id, Hash::of(&pair.secret).unwrap());
    (pair, line)
}

/// A server with these keys, v1 required over gRPC, and over HTTP what `http` says.
async fn server(lines: &[&str], mut http: Value) -> Server {
    http["endpoint"] = "127.0.0.1:0".into();
    Server::start(json!({
        "keys": { "list": lines },
        "protocols": { "grpc": { "endpoint": "127.0.0.1:0", "v1": "required" }, "http": http },
    }))
    .await
}

fn shown(id: &str, secret: &str) -> Vec<String> {
    vec![format!("X-TelemetryFlow-Key-ID: {id}"), format!("X-TelemetryFlow-Key-Secret: {secret}")]
}

async fn post(address: SocketAddr, path: &str, headers: &[String]) -> Response {
    let mut headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    headers.push(PROTOBUF);
    request(address, &format!("POST {path}"), &headers, &logs(1, 1).encode_to_vec()).await
}

async fn call(address: SocketAddr, headers: &[String]) -> Result<(), Status> {
    let mut client = LogsServiceClient::connect(format!("http://{address}")).await.unwrap();
    let mut request = tonic::Request::new(logs(1, 1));
    let metadata: &mut HeaderMap = &mut HeaderMap::new();
    for header in headers {
        let (name, value) = header.split_once(": ").unwrap();
        metadata.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    *request.metadata_mut() = tonic::metadata::MetadataMap::from_headers(metadata.clone());
    client.export(request).await.map(drop)
}

/// Scenario: no key, a cut one, a wrong one, the right one, over HTTP and gRPC. Guarantee: 401, 401, 403, 200 and the
/// same of gRPC; the pipeline learns who it was, and hears of nobody else.
#[tokio::test]
async fn keys_are_checked_alike_on_both_protocols() {
    let (pair, line) = key(":name=shop");
    let server = server(&[&line], json!({})).await;
    let (http, grpc) = (server.address("http"), server.address("grpc"));
    let (id, secret, stranger) = (pair.id.as_str(), pair.secret.reveal(), Pair::random().unwrap());
    let bearer = vec![format!("Authorization: Bearer {id}:{secret}")];
    for (headers, status, code) in [
        (vec![], 401, Some(Code::Unauthenticated)),
        (shown(id, ""), 401, Some(Code::Unauthenticated)),
        (shown(id, &secret[..30]), 401, Some(Code::Unauthenticated)),
        (shown(id, stranger.secret.reveal()), 403, Some(Code::PermissionDenied)),
        (shown(&stranger.id, secret), 403, Some(Code::PermissionDenied)),
        (shown(id, secret), 200, None),
        (bearer, 200, None),
    ] {
        let answer = post(http, "/v2/logs", &headers).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.text());
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
        assert_eq!(call(grpc, &headers).await.err().map(|status| status.code()), code, "{headers:?}");
    }
    assert_eq!(server.capture.batches(), 4);
    for batch in server.capture.taken.lock().unwrap().iter() {
        assert_eq!((batch.context().auth("subject"), batch.context().auth("name")), (Some(id), Some("shop")));
        assert!(batch.context().client().is_some());
    }
    server.stop().await;
}

/// Scenario: refusals in both encodings of HTTP. Guarantee: `google.rpc.Status` in the request's, without the secret.
#[tokio::test]
async fn refusals_are_in_the_encoding_of_the_request() {
    let (pair, line) = key("");
    let server = server(&[&line], json!({})).await;
    let secret = Pair::random().unwrap().secret;
    let mut headers = shown(&pair.id, secret.reveal());
    headers.push(JSON.to_owned());
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let answer = request(server.address("http"), "POST /v2/logs", &headers, b"{}").await;
    assert_eq!((answer.status, answer.header("content-type")), (403, Some("application/json")));
    let status: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(status, json!({ "code": 7, "message": "the API key is not known" }));
    let answer = post(server.address("http"), "/v2/logs", &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (401, Some("application/x-protobuf")));
    assert!(answer.body.starts_with(&[8, 16, 18]), "{:?}", answer.body);
    server.stop().await;
}

/// Scenario: a body that never comes behind a request without a key. Guarantee: it is refused without waiting for it.
#[tokio::test]
async fn bodies_of_strangers_are_not_waited_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (_, line) = key("");
    let server = server(&[&line], json!({})).await;
    let mut stream = tokio::net::TcpStream::connect(server.address("http")).await.unwrap();
    let head = format!("POST /v2/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\nContent-Length: 1000000\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    assert_eq!(server.budget.used(), 0);
    drop(stream);
    server.stop().await;
}

/// Scenario: over HTTP/2 the answer to a stranger comes before the body was sent. Guarantee: the stream is not reset, which
/// some clients take for a network error, and the connection serves the next request.
#[tokio::test]
async fn strangers_may_finish_what_they_send() {
    let (pair, line) = key("");
    let server = server(&[&line], json!({})).await;
    let stream = tokio::net::TcpStream::connect(server.address("http")).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = || http::Request::post("http://a/v2/logs").header("content-type", "application/x-protobuf");
    let (answer, mut body) = client.send_request(request().body(()).unwrap(), false).unwrap();
    assert_eq!(answer.await.unwrap().status(), 401);
    for last in [false, true] {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        body.send_data(bytes::Bytes::from_static(b"body"), last).expect("the stream is open");
    }
    let headers = [("x-telemetryflow-key-id", pair.id.as_str()), ("x-telemetryflow-key-secret", pair.secret.reveal())];
    let request = headers.into_iter().fold(request(), |request, (name, value)| request.header(name, value));
    let (answer, mut body) = client.send_request(request.body(()).unwrap(), false).unwrap();
    body.send_data(logs(1, 1).encode_to_vec().into(), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    server.stop().await;
}

/// Scenario: versions open, required and off. Guarantee: each path answers as it is told to; v2 without keys lets nobody
/// in; a wrong key is refused on an open path, too.
#[tokio::test]
async fn versions_are_open_required_or_off() {
    let (pair, line) = key("");
    let right = shown(&pair.id, pair.secret.reveal());
    let wrong = shown(&pair.id, Pair::random().unwrap().secret.reveal());
    for (http, v1, v2) in [
        (json!({}), [200, 403, 200], [401, 403, 200]),
        (json!({ "v1": "required", "v2": "open" }), [401, 403, 200], [200, 403, 200]),
        (json!({ "v1": "off" }), [404; 3], [401, 403, 200]),
        (json!({ "v1": "open", "v2": "off" }), [200, 403, 200], [404; 3]),
    ] {
        let server = server(&[&line], http.clone()).await;
        let address = server.address("http");
        for (path, expected) in [("/v1/logs", v1), ("/v2/logs", v2)] {
            for (headers, status) in [&vec![], &wrong, &right].into_iter().zip(expected) {
                assert_eq!(post(address, path, headers).await.status, status, "{http} {path} {headers:?}");
            }
        }
        server.stop().await;
    }
    let server = Server::plain().await;
    let answer = post(server.address("http"), "/v2/logs", &right).await;
    assert_eq!((answer.status, answer.text().contains("given `keys`")), (401, true));
    assert_eq!(post(server.address("http"), "/v1/logs", &right).await.status, 200);
    assert!(call(server.address("grpc"), &right).await.is_ok(), "without keys nobody looks at them");
    server.stop().await;
}

/// Scenario: a client hangs up on its request while the destination is slow, and another one, with a key of its own, sends
/// the very same bytes. Guarantee: the other's request is its own: it is sent on, with its sender's name.
#[tokio::test]
async fn requests_of_others_are_not_joined() {
    let ((one, first), (two, second)) = (key(""), key(""));
    let server = server(&[&first, &second], json!({})).await;
    server.capture.answer(Answer::Hold);
    for batches in [1, 2] {
        let (address, headers) = (server.address("http"), shown(&one.id, one.secret.reveal()));
        let request = tokio::spawn(async move { post(address, "/v2/logs", &headers).await });
        server.capture.wait_for(batches).await;
        request.abort();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let (address, headers) = (server.address("http"), shown(&two.id, two.secret.reveal()));
    let other = tokio::spawn(async move { post(address, "/v2/logs", &headers).await });
    server.capture.wait_for(3).await;
    let last = server.capture.taken.lock().unwrap().last().unwrap().context().auth("subject").map(str::to_owned);
    assert_eq!(last, Some(two.id));
    server.capture.release(&pipelines::Outcome::Delivered);
    assert_eq!(other.await.unwrap().status, 200);
    server.stop().await;
}

/// Scenario: more requests than a key may send. Guarantee: 429 with when to come again over HTTP, RESOURCE_EXHAUSTED with
/// details over gRPC; both count together.
#[tokio::test]
async fn a_key_that_sends_too_much_is_told_when_to_come_again() {
    let (pair, line) = key(":rate=2");
    let server = server(&[&line], json!({})).await;
    let headers = shown(&pair.id, pair.secret.reveal());
    assert_eq!(post(server.address("http"), "/v2/logs", &headers).await.status, 200);
    call(server.address("grpc"), &headers).await.unwrap();
    let answer = post(server.address("http"), "/v2/logs", &headers).await;
    assert_eq!(answer.status, 429);
    for (name, value) in
        [("retry-after", "30"), ("x-ratelimit-limit", "2"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "30")]
    {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let status = call(server.address("grpc"), &headers).await.unwrap_err();
    assert_eq!((status.code(), status.details().is_empty()), (Code::ResourceExhausted, false));
    server.stop().await;
}
