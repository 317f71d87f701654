//! SIGTERM while there is work.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;

use crate::backend::{Backend, Manner, nobody, recorded};
use crate::client::{PROTOBUF, address, call_on, channel, framed, logs, post};
use crate::support::Tfo;

/// OTLP in, batches, one exporter out.
fn gateway(kind: &str, settings: &str) -> String {
    format!(
        r#"
receivers:
  otlp: {{ protocols: {{ grpc: {{ endpoint: "127.0.0.1:0" }}, http: {{ endpoint: "127.0.0.1:0" }} }} }}
processors:
  batch: {{ timeout: 200ms, send_batch_size: 50 }}
exporters:
  {kind}: {{ {settings} }}
service:
  pipelines:
    logs: {{ receivers: [otlp], processors: [batch], exporters: [{kind}] }}
"#
    )
}

/// Sends until it is refused for good; returns what was acknowledged.
async fn send_over_http(to: std::net::SocketAddr, client: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for request in 0.. {
        let texts: Vec<String> = (0..10).map(|record| format!("http {client}/{request}/{record}")).collect();
        let Ok(mut stream) = tokio::net::TcpStream::connect(to).await else { break };
        let body = logs(texts.clone());
        let head = format!(
            "POST /v1/logs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{PROTOBUF}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(&[head.as_bytes(), &body].concat()).await.is_err() {
            break;
        }
        match crate::client::Answer::parse(&crate::client::drain(&mut stream).await).status {
            200 => acknowledged.extend(texts),
            // Nobody answered: it may have arrived, and the client sends it again elsewhere.
            0 | 429 | 503 => {}
            other => panic!("{other}"),
        }
    }
    acknowledged
}

async fn send_over_grpc(to: std::net::SocketAddr, client: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let mut sender = channel(to).await;
    for request in 0.. {
        let texts: Vec<String> = (0..10).map(|record| format!("grpc {client}/{request}/{record}")).collect();
        match call_on(&mut sender, &[], framed(0, &logs(texts.clone()))).await {
            Ok(reply) if reply.status == 0 => acknowledged.extend(texts),
            Ok(reply) => assert!(matches!(reply.status, 8 | 14), "{reply:?}"),
            Err(_) => break,
        }
    }
    acknowledged
}

/// Scenario: SIGTERM while 16 clients send over both protocols through `batch` into a file. Guarantee: every record that
/// was acknowledged is in the file, once; the process ends in good order and soon.
#[tokio::test]
async fn sigterm_under_load_loses_nothing() {
    for settings in ["", ", sending_queue: { wait_for_result: false }"] {
        let mut tfo = Tfo::start(&gateway("file", &format!("path: '{{folder}}/out.jsonl'{settings}")));
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..8 {
            clients.spawn(send_over_http(address(&tfo, "http"), client));
            clients.spawn(send_over_grpc(address(&tfo, "grpc"), client));
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let folder = std::mem::replace(&mut tfo.folder, tempfile::tempdir().unwrap());
        let started = Instant::now();
        let (status, log) = tokio::task::spawn_blocking(|| tfo.stop()).await.unwrap();
        assert!(
            status.success() && started.elapsed() < Duration::from_secs(10),
            "{status} {:?}: {log:#?}",
            started.elapsed()
        );
        let acknowledged: BTreeSet<String> = clients.join_all().await.into_iter().flatten().collect();
        let (texts, count) = recorded(&folder.path().join("out.jsonl"));
        assert!(acknowledged.len() > 1000, "only {} records were sent", acknowledged.len());
        let lost: Vec<_> = acknowledged.difference(&texts).take(5).collect();
        assert!(
            lost.is_empty(),
            "{} of {} lost: {lost:?}",
            acknowledged.difference(&texts).count(),
            acknowledged.len()
        );
        assert_eq!(texts.len(), count, "nothing is written twice");
    }
}

/// Scenario: SIGTERM while requests wait for a destination that is down, or accepts and never answers, and another
/// client stalls in the middle of a request. Guarantee: the process ends within the drain time, and whoever waits is told
/// to come again.
#[tokio::test]
async fn sigterm_with_a_dead_destination_ends_in_time() {
    let silent = Backend::start(Manner::Silent).await;
    for to in [nobody().await, silent.address] {
        for exporter in ["otlp_http", "otlp"] {
            let yaml = gateway(exporter, &format!("endpoint: 'http://{to}', tls: {{ insecure: true }}, timeout: 30s"));
            let tfo = Tfo::start_with(&yaml, &["--drain-timeout", "2"]);
            let http = address(&tfo, "http");
            let waiting = tokio::spawn(async move { post(http, "/v1/logs", &[PROTOBUF], &logs(["a"])).await });
            let mut stalled = tokio::net::TcpStream::connect(http).await.unwrap();
            let half = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\nContent-Length: 100\r\n\r\nabc");
            stalled.write_all(half.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
            let started = Instant::now();
            let (status, log) = tokio::task::spawn_blocking(|| tfo.stop()).await.unwrap();
            assert!(started.elapsed() < Duration::from_secs(4), "{exporter} {to}: {:?} {log:#?}", started.elapsed());
            assert!(status.success(), "{exporter} {to}: {status} {log:#?}");
            let answer = waiting.await.unwrap();
            assert!(matches!(answer.status, 0 | 503), "{exporter} {to}: {answer:?}");
        }
    }
}

/// Scenario: two SIGTERMs while the first waits for a dead destination. Guarantee: the second ends the process at once,
/// with the code of an interruption.
#[tokio::test]
async fn a_second_sigterm_ends_at_once() {
    let silent = Backend::start(Manner::Silent).await;
    let to = silent.address;
    let tfo = Tfo::start(&gateway("otlp_http", &format!("endpoint: 'http://{to}', timeout: 30s")));
    let http = address(&tfo, "http");
    let waiting = tokio::spawn(async move { post(http, "/v1/logs", &[PROTOBUF], &logs(["a"])).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    tfo.signal("TERM");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let started = Instant::now();
    let (status, _) = tokio::task::spawn_blocking(|| tfo.stop()).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(status.code(), Some(130));
    assert_eq!(waiting.await.unwrap().status, 0);
}
