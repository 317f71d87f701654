//! Compressed requests of both protocols.

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use pipelines::net::compress::{Encoding, encode};
use prost::Message as _;
use tonic::codec::CompressionEncoding;

use super::raw::{LOGS, call, framed, request};
use super::{Server, logs};

fn compressed(encoding: Encoding, body: &[u8]) -> Vec<u8> {
    encode(encoding, None, [body]).unwrap().to_vec()
}

/// Scenario: every encoding, by tonic's client where it has it and by hand. Guarantee: the pipeline gets the request
/// as it was before it was compressed.
#[tokio::test]
async fn every_encoding_is_undone() {
    let server = Server::plain().await;
    let message = logs(50, 200);
    let bytes = message.encode_to_vec();
    let client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd, CompressionEncoding::Deflate] {
        client.clone().send_compressed(encoding).export(message.clone()).await.unwrap();
    }
    for (name, encoding) in [("gzip", Encoding::Gzip), ("snappy", Encoding::SnappyFramed), ("snappy", Encoding::Snappy)]
    {
        let body = framed(1, &compressed(encoding, &bytes));
        let reply = call(server.address("grpc"), LOGS, &[("grpc-encoding", name)], body).await;
        assert_eq!(reply.status.as_deref(), Some("0"), "{name}: {reply:?}");
    }
    // A message may be sent as it is although an encoding is named.
    let plain = call(server.address("grpc"), LOGS, &[("grpc-encoding", "gzip")], framed(0, &bytes)).await;
    assert_eq!(plain.status.as_deref(), Some("0"));
    for encoding in Encoding::ALL {
        let headers = [&format!("Content-Encoding: {encoding}")[..], "Content-Type: application/x-protobuf"];
        let answer = request(server.address("http"), "POST /v1/logs", &headers, &compressed(encoding, &bytes)).await;
        assert_eq!(answer.status, 200, "{encoding}: {}", answer.text());
    }
    let taken = server.capture.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 7 + Encoding::ALL.len());
    assert!(taken.iter().all(|batch| batch.telemetry().to_bytes() == bytes));
    server.stop().await;
}

/// Scenario: a few kilobytes that become 50 MB, over a limit of 1 MiB. Guarantee: refused for good, nothing is held.
#[tokio::test]
async fn bombs_are_too_large() {
    let server = Server::start(serde_json::json!({ "protocols": {
        "grpc": { "endpoint": "127.0.0.1:0", "max_recv_msg_size_mib": 1 },
        "http": { "endpoint": "127.0.0.1:0", "max_request_body_size": 1 << 20 },
    }}))
    .await;
    let zeros = vec![0; 50 << 20];
    for encoding in [Encoding::Gzip, Encoding::Zstd, Encoding::Deflate] {
        let bomb = compressed(encoding, &zeros);
        assert!(bomb.len() < 1 << 20);
        let reply = call(server.address("grpc"), LOGS, &[("grpc-encoding", encoding.name())], framed(1, &bomb)).await;
        assert_eq!(reply.status.as_deref(), Some("8"), "{reply:?}");
        assert!(!reply.headers.contains_key("grpc-status-details-bin"), "it must not come again");
        let headers = [&format!("Content-Encoding: {encoding}")[..], "Content-Type: application/json"];
        let answer = request(server.address("http"), "POST /v1/logs", &headers, &bomb).await;
        assert_eq!((answer.status, answer.header("retry-after")), (413, None));
    }
    assert_eq!(server.capture.batches(), 0);
    server.stop().await;
}

/// Scenario: bytes that are not of the encoding they claim, cut off, or of none that is named. Guarantee: the client is
/// told that the request is wrong.
#[tokio::test]
async fn corrupt_bodies_are_invalid() {
    let server = Server::plain().await;
    let good = compressed(Encoding::Gzip, &logs(5, 100).encode_to_vec());
    for (headers, body, status) in [
        (&[("grpc-encoding", "gzip")][..], framed(1, b"this is not gzip"), "3"),
        (&[("grpc-encoding", "gzip")], framed(1, &good[..good.len() - 9]), "3"),
        (&[("grpc-encoding", "zstd")], framed(1, &good), "3"),
        (&[], framed(1, &good), "13"),
    ] {
        let reply = call(server.address("grpc"), LOGS, headers, body).await;
        assert_eq!(reply.status.as_deref(), Some(status), "{reply:?}");
    }
    let headers = ["Content-Encoding: zstd", "Content-Type: application/json"];
    let answer = request(server.address("http"), "POST /v1/logs", &headers, &good).await;
    assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/json")));
    assert!(answer.text().contains("not valid zstd"), "{}", answer.text());
    server.stop().await;
}

/// Scenario: a list of accepted encodings. Guarantee: others are refused, plain bodies are not.
#[tokio::test]
async fn only_listed_encodings_are_accepted() {
    let server = Server::http(serde_json::json!({ "compression_algorithms": ["zstd"] })).await;
    let body = logs(1, 10).encode_to_vec();
    for (encoding, status) in [(Encoding::Zstd, 200), (Encoding::Gzip, 400), (Encoding::Identity, 200)] {
        let headers = [&format!("Content-Encoding: {encoding}")[..], "Content-Type: application/x-protobuf"];
        let answer = request(server.address("http"), "POST /v1/logs", &headers, &compressed(encoding, &body)).await;
        assert_eq!(answer.status, status, "{encoding}");
    }
    server.stop().await;
}
