//! Sizes, bytes in flight, and clients that are slow or never finish.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use pipelines::Outcome;
use pipelines::runtime::Budget;
use prost::Message as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;

use super::raw::{LOGS, Response, call, framed, post, send};
use super::{Answer, Server, logs};

const PROTOBUF: &str = "application/x-protobuf";

/// Scenario: a request over the limit. Guarantee: RESOURCE_EXHAUSTED without advice to try again, 413; with a length
/// that is only claimed, before the body is read.
#[tokio::test]
async fn too_large_is_final() {
    let server = Server::start(serde_json::json!({ "protocols": {
        "grpc": { "endpoint": "127.0.0.1:0", "max_recv_msg_size_mib": 1 },
        "http": { "endpoint": "127.0.0.1:0", "max_request_body_size": 1 << 20 },
    }}))
    .await;
    let mut client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
    let status = client.export(logs(1, (1 << 20) + 1)).await.unwrap_err();
    assert_eq!((status.code(), status.details().len()), (Code::ResourceExhausted, 0), "{status:?}");
    client.export(logs(1, (1 << 20) - 100)).await.unwrap();
    let claimed = [&[0][..], &u32::MAX.to_be_bytes()].concat();
    assert_eq!(call(server.address("grpc"), LOGS, &[], claimed).await.status.as_deref(), Some("8"));

    let address = server.address("http");
    let big = vec![b'x'; (1 << 20) + 1];
    let claimed = send(address, b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n{").await;
    let answer = Response::parse(&claimed);
    assert_eq!((answer.status, answer.header("retry-after")), (413, None));
    assert!(answer.text().contains("larger than the limit of 1048576 bytes"), "{}", answer.text());
    // Those who send first and listen then hear it, too, instead of a reset.
    let whole = post(address, "/v1/logs", PROTOBUF, &vec![0; 30 << 20]).await;
    assert_eq!(whole.status, 413);
    assert_eq!(post(address, "/v1/nowhere", PROTOBUF, &vec![0; 30 << 20]).await.status, 404);
    let mut chunked = b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n100001\r\n".to_vec();
    chunked.extend_from_slice(&big);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&chunked).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 413");
    drop(stream);
    server.stop().await;
}

/// Scenario: the engine's bytes in flight are used up by a request that is not delivered yet. Guarantee: the next one
/// is told to come again, on both protocols, and is served when there is room.
#[tokio::test]
async fn no_room_is_told_to_come_again() {
    let config = serde_json::json!({ "protocols": { "grpc": { "endpoint": "127.0.0.1:0" }, "http": { "endpoint": "127.0.0.1:0" } }});
    let server = Server::with_budget(config, Budget::new(100_000)).await;
    server.capture.answer(Answer::Hold);
    let address = server.address("http");
    let body = logs(1, 80_000).encode_to_vec();
    let held = tokio::spawn({
        let body = body.clone();
        async move { post(address, "/v1/logs", PROTOBUF, &body).await }
    });
    server.capture.wait_for(1).await;
    assert!(server.budget.used() >= body.len() as u64, "held until it is answered");
    let answer = post(address, "/v1/logs", PROTOBUF, &body).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")));
    let mut client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
    let status = client.export(logs(1, 80_000)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(!status.details().is_empty(), "RetryInfo makes it retryable");
    server.capture.release(&Outcome::Delivered);
    assert_eq!(held.await.unwrap().status, 200);
    server.capture.answer(Answer::Deliver);
    assert_eq!(post(address, "/v1/logs", PROTOBUF, &body).await.status, 200);
    server.stop().await;
}

/// Scenario: a client claims 60 MiB and sends nothing. Guarantee: little is accounted for it, so others are served.
#[tokio::test]
async fn a_claim_reserves_little() {
    let server = Server::plain().await;
    let address = server.address("http");
    let mut claiming = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 62914560\r\n\r\n").await.unwrap();
        claiming.push(stream);
    }
    while server.budget.used() < 20 << 20 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(server.budget.used(), 20 << 20);
    drop(claiming);
    while server.budget.used() > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    server.stop().await;
}

/// Scenario: clients hang up in the middle of a request, on both protocols. Guarantee: nothing reaches the pipeline,
/// what was accounted is given back, and others are served.
#[tokio::test]
async fn half_requests_leave_nothing_behind() {
    let server = Server::plain().await;
    let bytes = logs(1, 1000).encode_to_vec();
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: {PROTOBUF}\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    for cut in [10, head.len(), head.len() + 500] {
        let mut stream = TcpStream::connect(server.address("http")).await.unwrap();
        let whole = [head.as_bytes(), &bytes].concat();
        stream.write_all(&whole[..cut]).await.unwrap();
    }
    let mut stream = TcpStream::connect(server.address("grpc")).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0").await.unwrap();
    drop(stream);
    assert_eq!(call(server.address("grpc"), LOGS, &[], framed(0, &bytes)).await.status.as_deref(), Some("0"));
    assert_eq!(server.capture.batches(), 1);
    server.stop().await;
}

/// Scenario: a client sends its headers a byte at a time; another says nothing at all. Guarantee: both are cut off in
/// time, while a connection between two requests is left alone.
#[tokio::test]
async fn slow_headers_are_cut_off() {
    let server = Server::http(serde_json::json!({ "read_header_timeout": "200ms" })).await;
    let address = server.address("http");
    let mut between = TcpStream::connect(address).await.unwrap();
    let request =
        b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
    between.write_all(request).await.unwrap();
    let mut answer = [0; 512];
    assert!(between.read(&mut answer).await.unwrap() > 0);

    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    let dripping = async {
        for byte in request.iter().cycle() {
            if slow.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(3), dripping).await.expect("the slow one is cut off");
    assert_eq!(silent.read(&mut answer).await.unwrap_or(0), 0, "the silent one is cut off");
    between.write_all(request).await.unwrap();
    assert!(between.read(&mut answer).await.unwrap() > 0, "the one between requests is not");
    server.stop().await;
}

/// Scenario: a body that comes too slowly for `read_timeout`. Guarantee: 408, and its bytes are given back.
#[tokio::test]
async fn slow_bodies_are_given_up() {
    let server = Server::http(serde_json::json!({ "read_timeout": "150ms" })).await;
    let mut stream = TcpStream::connect(server.address("http")).await.unwrap();
    stream
        .write_all(
            b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        )
        .await
        .unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 408");
    server.stop().await;
}

/// Scenario: a request that is larger than all bytes in flight, though not than the limit of its listener. Guarantee: it
/// is too large for good; nobody is told to try again in vain.
#[tokio::test]
async fn what_never_fits_is_final() {
    let config = serde_json::json!({ "protocols": {
        "grpc": { "endpoint": "127.0.0.1:0" }, "http": { "endpoint": "127.0.0.1:0" }
    }});
    let server = Server::with_budget(config, Budget::new(100_000)).await;
    let large = logs(1, 100_001);
    let mut client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
    let status = client.export(large.clone()).await.unwrap_err();
    assert_eq!((status.code(), status.details().len()), (Code::ResourceExhausted, 0), "{status:?}");
    let answer = post(server.address("http"), "/v1/logs", PROTOBUF, &large.encode_to_vec()).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    server.stop().await;
}

/// Scenario: the pipeline does not answer within `write_timeout`. Guarantee: 503, so that the client comes again.
#[tokio::test]
async fn late_outcomes_are_unavailable() {
    let server = Server::http(serde_json::json!({ "write_timeout": "100ms" })).await;
    server.capture.answer(Answer::Hold);
    let answer = post(server.address("http"), "/v1/logs", PROTOBUF, &logs(1, 1).encode_to_vec()).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("write_timeout"));
    server.capture.release(&Outcome::Delivered);
    server.stop().await;
}

/// Scenario: clients hang up, or give up, while their batches wait in the pipeline. Guarantee: the bytes stay accounted
/// for until the pipeline lets go of them.
#[tokio::test]
async fn abandoned_batches_stay_accounted() {
    let server = Server::plain().await;
    server.capture.answer(Answer::Hold);
    let address = server.address("http");
    let body = logs(1, 1000).encode_to_vec();
    let over_http = tokio::spawn({
        let body = body.clone();
        async move { post(address, "/v1/logs", PROTOBUF, &body).await }
    });
    let mut client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
    let over_grpc = tokio::spawn(async move { client.export(logs(1, 1000)).await });
    server.capture.wait_for(2).await;
    over_http.abort();
    over_grpc.abort();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.budget.used(), 2 * body.len() as u64);
    server.capture.release(&Outcome::Delivered);
    while server.budget.used() > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    server.stop().await;
}
