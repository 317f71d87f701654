//! Clients that time out and send the same again.

use std::time::Duration;

use pipelines::Outcome;
use prost::Message as _;

use super::raw::post;
use super::{Answer, Server, logs};

const PROTOBUF: &str = "application/x-protobuf";

/// Sends log records and hangs up once the pipeline has them.
async fn abandon(server: &Server, records: usize) {
    let (before, address) = (server.capture.batches(), server.address("http"));
    let request = tokio::spawn(async move { post(address, "/v1/logs", PROTOBUF, &body(records)).await });
    server.capture.wait_for(before + 1).await;
    request.abort();
    // The server sees the end of the connection a little later.
    tokio::time::sleep(Duration::from_millis(200)).await;
}

fn body(records: usize) -> Vec<u8> {
    logs(records, 10).encode_to_vec()
}

/// A server whose pipeline holds what it gets, after a first client has hung up.
async fn troubled() -> Server {
    let server = Server::http(serde_json::json!({})).await;
    server.capture.answer(Answer::Hold);
    abandon(&server, 1).await;
    server.capture.release(&Outcome::Delivered);
    server
}

/// Scenario: a client hangs up, sends the same again while the first attempt is on its way, and another batch meanwhile.
/// Guarantee: the second attempt gets the outcome of the first and is not sent on; other requests are.
#[tokio::test]
async fn a_second_attempt_waits_for_the_first() {
    let server = troubled().await;
    abandon(&server, 2).await;
    let address = server.address("http");
    let again = tokio::spawn(async move { post(address, "/v1/logs", PROTOBUF, &body(2)).await });
    let other = tokio::spawn(async move { post(address, "/v1/logs", PROTOBUF, &body(3)).await });
    server.capture.wait_for(2).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((server.capture.batches(), server.capture.items()), (2, 5));
    server.capture.release(&Outcome::Delivered);
    assert_eq!((again.await.unwrap().status, other.await.unwrap().status), (200, 200));
    server.stop().await;
}

/// Scenario: the first attempt was delivered, or refused for now, before the client comes again. Guarantee: delivered is
/// answered at once, and once: the same bytes sent after that are meant; after a refusal the second attempt is sent on.
#[tokio::test]
async fn a_second_attempt_hears_of_the_first() {
    let server = troubled().await;
    abandon(&server, 2).await;
    server.capture.release(&Outcome::Delivered);
    server.capture.answer(Answer::Deliver);
    for delivered in [0, 1] {
        assert_eq!(post(server.address("http"), "/v1/logs", PROTOBUF, &body(2)).await.status, 200);
        assert_eq!(server.capture.batches(), delivered);
    }
    server.capture.answer(Answer::Hold);
    server.capture.release(&Outcome::Delivered);
    abandon(&server, 3).await;
    server.capture.release(&Outcome::unavailable("not now"));
    server.capture.answer(Answer::Deliver);
    assert_eq!(post(server.address("http"), "/v1/logs", PROTOBUF, &body(3)).await.status, 200);
    assert_eq!(server.capture.items(), 3);
    server.stop().await;
}
