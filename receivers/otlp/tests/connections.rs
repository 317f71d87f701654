//! How connections begin and end.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use pipelines::Outcome;
use pipelines::component::{Check, CheckContext, ComponentId, Depth, ReceiverFactory};
use prost::Message as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::raw::{LOGS, call, framed, post};
use super::{Answer, Server, logs};
use crate::otlp::{Config, Otlp};

/// Scenario: the engine stops while requests wait for their outcome. Guarantee: no new connection is taken, what is
/// open is answered, and then the receiver ends.
#[tokio::test]
async fn a_stop_answers_what_is_open() {
    let server = Server::plain().await;
    let (grpc, http) = (server.address("grpc"), server.address("http"));
    server.capture.answer(Answer::Hold);
    let mut client = LogsServiceClient::connect(format!("http://{grpc}")).await.unwrap();
    let over_grpc = tokio::spawn(async move { client.export(logs(1, 1)).await });
    let over_http =
        tokio::spawn(
            async move { post(http, "/v1/logs", "application/x-protobuf", &logs(1, 1).encode_to_vec()).await },
        );
    server.capture.wait_for(2).await;
    server.stopper.stop();
    while TcpStream::connect(grpc).await.is_ok() || TcpStream::connect(http).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!server.running.is_finished());
    server.capture.release(&Outcome::Delivered);
    over_grpc.await.unwrap().unwrap();
    assert_eq!(over_http.await.unwrap().status, 200);
    server.stop().await;
}

/// Scenario: idle connections are open when the engine stops. Guarantee: they do not hold it up.
#[tokio::test]
async fn idle_connections_do_not_hold_up_a_stop() {
    let server = Server::plain().await;
    let silent = TcpStream::connect(server.address("http")).await.unwrap();
    let mut kept = TcpStream::connect(server.address("http")).await.unwrap();
    kept.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(kept.read(&mut [0; 64]).await.unwrap() > 0);
    let mute = TcpStream::connect(server.address("grpc")).await.unwrap();
    let client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.stop()).await.expect("it stops in time");
    drop((silent, kept, mute, client));
}

/// Scenario: 500 idle connections, on both protocols. Guarantee: all stay open and others are served.
#[tokio::test]
async fn idle_connections_stay() {
    let server = Server::plain().await;
    let mut idle = Vec::new();
    for _ in 0..250 {
        idle.push(TcpStream::connect(server.address("http")).await.unwrap());
        let mut grpc = TcpStream::connect(server.address("grpc")).await.unwrap();
        grpc.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        idle.push(grpc);
    }
    let body = logs(1, 10).encode_to_vec();
    assert_eq!(call(server.address("grpc"), LOGS, &[], framed(0, &body)).await.status.as_deref(), Some("0"));
    assert_eq!(post(server.address("http"), "/v1/logs", "application/x-protobuf", &body).await.status, 200);
    for stream in &idle {
        let closed = matches!(stream.try_read(&mut [0; 1024]), Ok(0));
        assert!(!closed);
    }
    server.stop().await;
}

/// Scenario: limits on the age of connections and on idle ones. Guarantee: the connection ends with GOAWAY, the client
/// connects anew by itself, and no request is lost.
#[tokio::test]
async fn old_and_idle_connections_end() {
    for limit in ["max_connection_age", "max_connection_idle"] {
        let server = Server::grpc(serde_json::json!({
            "keepalive": { "server_parameters": { limit: "100ms", "max_connection_age_grace": "1s" } }
        }))
        .await;
        let mut raw = TcpStream::connect(server.address("grpc")).await.unwrap();
        raw.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        let mut seen = Vec::new();
        tokio::time::timeout(Duration::from_secs(5), raw.read_to_end(&mut seen)).await.expect("it ends").unwrap();
        let mut client = LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap();
        for _ in 0..6 {
            client.export(logs(1, 1)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        assert_eq!(server.capture.items(), 6);
        server.stop().await;
    }
}

/// Scenario: `keep_alives_enabled: false` and `idle_timeout`. Guarantee: connections of HTTP/1.1 end.
#[tokio::test]
async fn kept_connections_end_as_configured() {
    for settings in
        [serde_json::json!({ "keep_alives_enabled": false }), serde_json::json!({ "idle_timeout": "100ms" })]
    {
        let server = Server::http(settings).await;
        let mut stream = TcpStream::connect(server.address("http")).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut all = Vec::new();
        tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut all)).await.expect("it ends").unwrap();
        assert!(all.starts_with(b"HTTP/1.1 404"));
        server.stop().await;
    }
}

/// Scenario: Unix sockets. Guarantee: served like TCP, without a client address; the file is gone afterwards.
#[tokio::test]
async fn serves_unix_sockets() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("otlp.sock");
    let server = Server::http(serde_json::json!({ "endpoint": path, "transport": "unix" })).await;
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    let body = logs(1, 1).encode_to_vec();
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert_eq!(server.capture.first().context().client(), None);
    server.stop().await;
    assert!(!path.exists());
}

/// Scenario: the dry run checks ports, one of which is taken. Guarantee: it says which, and both are free afterwards.
#[tokio::test]
async fn check_finds_taken_ports() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config: Config = serde_json::from_value(serde_json::json!({ "protocols": {
        "grpc": { "endpoint": taken.local_addr().unwrap() }, "http": { "endpoint": "127.0.0.1:0" },
    }}))
    .unwrap();
    let cx = |depth| CheckContext {
        id: ComponentId::of("otlp"),
        signals: Vec::new(),
        depth,
        timeout: Duration::from_secs(1),
    };
    let config = std::sync::Arc::new(config);
    assert!(Otlp::check(config.clone(), cx(Depth::Static)).await.is_empty());
    let findings = Otlp::check(config, cx(Depth::Resolve)).await;
    let checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, [Check::Failed, Check::Passed], "{findings:?}");
}
