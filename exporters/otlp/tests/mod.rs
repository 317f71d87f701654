//! The exporter against real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod credentials;
mod server;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use pipelines::component::{
    BuildContext, Check, CheckContext, ComponentId, Config as _, Depth, ExportError, Exporter, Problems,
};
use pipelines::net::compress::{Encoding, encode};
use pipelines::{BatchId, Context, Signal, Telemetry};
use prost::Message;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tonic::{Code, Status};

use self::server::Server;
use super::{Client, Compression, Config};
use crate::client::PartialSuccess;

fn request(records: usize) -> ExportLogsServiceRequest {
    let body = |at| AnyValue { value: Some(any_value::Value::StringValue(format!("record {at}"))) };
    let log_records = (0..records).map(|at| LogRecord { body: Some(body(at)), ..LogRecord::default() }).collect();
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }
}

fn logs(records: usize) -> Telemetry {
    Telemetry::from_wire(Signal::Logs, request(records).encode_to_vec().into()).unwrap()
}

fn config(endpoint: impl std::fmt::Display, more: &str) -> Config {
    serde_yaml::from_str(&format!("endpoint: \"{endpoint}\"\ntls: {{insecure: true}}\n{more}")).unwrap()
}

fn cx() -> BuildContext {
    BuildContext::new(ComponentId::of("tested"))
}

async fn export(client: &Client, telemetry: &Telemetry) -> Result<pipelines::component::Exported, ExportError> {
    let context = Context::default();
    let export = client.export(BatchId::fresh(), telemetry, &context);
    tokio::time::timeout(Duration::from_secs(20), export).await.expect("an answer within 20 s")
}

/// Scenario: batches of one and of several parts, every compression. Guarantee: the server decodes exactly what was
/// sent, with our User-Agent and the user's headers.
#[tokio::test]
async fn delivers_what_it_was_given() {
    for compression in ["none", "gzip", "zstd"] {
        let server = Server::start().await;
        let more = format!("compression: {compression}\nheaders: {{X-Token: abc}}\n");
        let client = Client::new(&config(server.address, &more), &cx()).unwrap();
        let mut batch = logs(1000);
        batch.append(logs(3)).unwrap();
        let exported = export(&client, &batch).await.unwrap();
        assert_eq!((exported.rejected, exported.message), (0, None));
        let seen = server.seen.logs.lock().unwrap();
        let (metadata, body) = &seen[0];
        let mut expected = request(1000);
        expected.resource_logs.extend(request(3).resource_logs);
        assert_eq!(*body, expected, "{compression}");
        assert_eq!(metadata.get("x-token").unwrap(), "abc");
        assert!(metadata.get("user-agent").unwrap().to_str().unwrap().starts_with("tfo/"));
    }
}

/// Scenario: many requests at once on several connections. Guarantee: all arrive.
#[tokio::test]
async fn multiplexes_requests() {
    let server = Server::start().await;
    let client = Arc::new(Client::new(&config(server.address, "num_connections: 3\n"), &cx()).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        tasks.spawn(async move { export(&client, &logs(10)).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(server.seen.logs.lock().unwrap().len(), 200);
}

/// Scenario: every gRPC status. Guarantee: exactly those OTLP names are retryable, and the text names the code.
#[tokio::test]
async fn tells_retryable_statuses_from_permanent_ones() {
    for code in 1..=16 {
        let server =
            Server::answering(Duration::ZERO, move || Err(Status::new(Code::from_i32(code), "no: 100 %"))).await;
        let client = Client::new(&config(server.address, ""), &cx()).unwrap();
        let error = export(&client, &logs(1)).await.unwrap_err();
        let retryable = matches!(error, ExportError::Retry { .. });
        assert_eq!(retryable, [1, 4, 10, 11, 14, 15].contains(&code), "{code}: {error}");
        assert!(error.to_string().ends_with(": no: 100 %"), "{error}");
    }
}

/// Scenario: the server is overloaded and says for how long (RetryInfo in grpc-status-details-bin).
/// Guarantee: retryable after that time; without RetryInfo it is permanent.
#[tokio::test]
async fn honours_retry_info() {
    // google.rpc.Status { code: 8, details: [Any { RetryInfo { retry_delay: 1 s 500,000,000 ns } }] }
    let url = b"type.googleapis.com/google.rpc.RetryInfo";
    let info = b"\x0a\x08\x08\x01\x10\x80\xca\xb5\xee\x01";
    let any = [&b"\x0a\x28"[..], url, b"\x12\x0a", info].concat();
    let status = [&b"\x08\x08\x1a\x36"[..], &any].concat();
    let answer = move || Err(Status::with_details(Code::ResourceExhausted, "later", status.clone().into()));
    let server = Server::answering(Duration::ZERO, answer).await;
    let client = Client::new(&config(server.address, ""), &cx()).unwrap();
    let error = export(&client, &logs(1)).await.unwrap_err();
    let ExportError::Retry { after, .. } = error else { panic!("{error:?}") };
    assert_eq!(after, Some(Duration::from_millis(1500)));
}

/// Scenario: the server takes a part. Guarantee: the count and its words come back as a success.
#[tokio::test]
async fn reports_partial_success() {
    let partial = || {
        let error_message = "two are too old".to_owned();
        Ok(ExportLogsServiceResponse {
            partial_success: Some(ExportLogsPartialSuccess { rejected_log_records: 2, error_message }),
        })
    };
    let server = Server::answering(Duration::ZERO, partial).await;
    let client = Client::new(&config(server.address, ""), &cx()).unwrap();
    let exported = export(&client, &logs(5)).await.unwrap();
    assert_eq!((exported.rejected, exported.message.as_deref()), (2, Some("two are too old")));
}

/// Scenario: the answer is compressed, as Go servers do when the request was. Guarantee: it is read all the same.
#[test]
fn reads_compressed_answers() {
    let answer = encode(Encoding::Gzip, None, [&b"\x0a\x07\x08\x02\x12\x03old"[..]]).unwrap();
    let prefix = [&[1_u8][..], &u32::try_from(answer.len()).unwrap().to_be_bytes()].concat();
    let message = [prefix.as_slice(), &answer].concat().into();
    let expected = PartialSuccess { rejected: 2, message: "old".into() };
    assert_eq!(super::call::success(&message, Some("gzip")), Some(expected));
    assert_eq!(super::call::success(&message, Some("lzma")), None);
}

/// Scenario: nobody listens, then a server comes, dies in the middle and comes back.
/// Guarantee: retryable errors that name the place while it is away, delivery when it is there.
#[tokio::test]
async fn survives_a_server_that_comes_and_goes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::new(&config(address, ""), &cx()).unwrap();
    let error = export(&client, &logs(1)).await.unwrap_err();
    assert!(matches!(&error, ExportError::Retry { reason, .. } if reason.contains(&address.to_string())), "{error}");
    for _ in 0..2 {
        let listener = TcpListener::bind(address).await.unwrap();
        let server = Server::on(listener, Duration::ZERO, || Ok(ExportLogsServiceResponse::default()));
        let mut tries = 0;
        while let Err(error) = export(&client, &logs(1)).await {
            assert!(matches!(error, ExportError::Retry { .. }), "{error}");
            tries += 1;
            assert!(tries < 100, "no delivery: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.kill().await;
        // Its connections die with their tasks; the client must notice by itself.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Scenario: `wait_for_ready` and a server that comes later. Guarantee: the request waits and is delivered.
#[tokio::test]
async fn waits_for_a_server_when_told_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::new(&config(address, "wait_for_ready: true\n"), &cx()).unwrap();
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Server::on(TcpListener::bind(address).await.unwrap(), Duration::ZERO, || {
            Ok(ExportLogsServiceResponse::default())
        })
    };
    let batch = logs(1);
    let (result, server) = tokio::join!(export(&client, &batch), later);
    result.unwrap();
    assert_eq!(server.seen.logs.lock().unwrap().len(), 1);
}

/// Scenario: the server is slow and the engine gives up waiting. Guarantee: the stream is cancelled and the connection
/// carries the next request.
#[tokio::test]
async fn a_dropped_request_leaves_the_connection_usable() {
    let server = Server::answering(Duration::from_millis(300), || Ok(ExportLogsServiceResponse::default())).await;
    let client = Client::new(&config(server.address, ""), &cx()).unwrap();
    let (batch, context) = (logs(1), Context::default());
    assert!(
        tokio::time::timeout(Duration::from_millis(100), client.export(BatchId::fresh(), &batch, &context))
            .await
            .is_err()
    );
    export(&client, &batch).await.unwrap();
    assert_eq!(server.seen.logs.lock().unwrap().len(), 1);
}

/// Scenario: the port belongs to something that is not gRPC. Guarantee: a retryable error in words, no hang.
#[tokio::test]
async fn says_so_when_the_other_side_is_not_grpc() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut start = [0; 24];
            let _ = socket.read(&mut start).await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut socket, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let client = Client::new(&config(address, ""), &cx()).unwrap();
    let error = export(&client, &logs(1)).await.unwrap_err();
    assert!(matches!(&error, ExportError::Retry { reason, .. } if reason.contains("HTTP/2")), "{error}");
}

/// Scenario: a dry run. Guarantee: the body is what would be sent, the destination has no credentials.
#[test]
fn encodes_without_sending() {
    let client = Client::new(&config("collector:4317", "compression: none\nheaders: {a: secret}\n"), &cx()).unwrap();
    let encoded = client.encode(&logs(2)).unwrap();
    assert_eq!(encoded.destination, "collector:4317");
    assert_eq!(encoded.body, request(2).encode_to_vec());
    assert!(!format!("{encoded:?} {client:?}").contains("secret"));
}

fn depth(depth: Depth) -> CheckContext {
    CheckContext { id: ComponentId::of("otlp"), signals: Vec::new(), depth, timeout: Duration::from_secs(5) }
}

/// Scenario: a check against a server for logs and traces only, one that refuses, and none.
/// Guarantee: what it takes and what not; refused credentials and unreachable places are told apart; nothing is left.
#[tokio::test]
async fn checks_reach_as_far_as_an_empty_export() {
    let server = Server::start().await;
    let findings = super::check::check(Arc::new(config(server.address, "")), depth(Depth::Connect)).await;
    let texts: Vec<_> = findings.iter().map(|finding| (finding.check, finding.text.as_str())).collect();
    let place = server.address;
    assert_eq!(texts[0], (Check::Passed, &*format!("{place} accepts connections without TLS")));
    assert_eq!(texts[1], (Check::Passed, &*format!("{place} takes traces, logs over OTLP/gRPC")));
    assert_eq!(texts[2], (Check::Warned, &*format!("{place} does not take metrics over OTLP/gRPC")));
    let sent = server.seen.logs.lock().unwrap().iter().map(|(_, body)| body.resource_logs.len()).sum::<usize>();
    assert_eq!(sent, 0);

    let denying = Server::answering(Duration::ZERO, || Err(Status::unauthenticated("who are you"))).await;
    let findings = super::check::check(Arc::new(config(denying.address, "")), depth(Depth::Connect)).await;
    assert_eq!(findings.last().unwrap().check, Check::Denied);

    let address = denying.address;
    denying.kill().await;
    let findings = super::check::check(Arc::new(config(address, "")), depth(Depth::Connect)).await;
    assert_eq!(findings.iter().map(|finding| finding.check).collect::<Vec<_>>(), [Check::Unreachable]);
    assert_eq!(super::check::check(Arc::new(config(address, "")), depth(Depth::Resolve)).await, []);
}

/// Scenario: contradicting keys. Guarantee: each is reported at its own path.
#[test]
fn validation_names_the_key() {
    let bad = "headers: {\"a b\": x}\nwrite_buffer_size: 1024\nauthority: \"a b\"\n";
    let mut problems = Problems::default();
    config("collector", bad).validate(&mut problems);
    let found: Vec<_> = problems.into_vec().into_iter().map(|problem| (problem.path, problem.warning)).collect();
    let expected = [("endpoint", false), ("headers.a b", false), ("write_buffer_size", true), ("authority", false)];
    assert_eq!(found, expected.map(|(path, warning)| (path.to_owned(), warning)));
    assert_eq!(config("c:4317", "").compression, Compression::Gzip);
}
