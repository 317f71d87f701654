//! Destinations that are down, slow or broken: clients hear of it in a form that makes them do the right thing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::backend::{Backend, Manner, nobody, recorded};
use crate::client::{OPEN, PROTOBUF, address, assert_peak, call, framed, logs, post};
use crate::support::disk::Disk;
use crate::support::{Tfo, tfo};

/// OTLP in, one exporter out.
fn gateway(exporter: &str) -> String {
    let kind = exporter.split(':').next().unwrap();
    format!(
        r#"
receivers:
  otlp: {{ protocols: {{ grpc: {{ endpoint: "127.0.0.1:0" }}, http: {{ endpoint: "127.0.0.1:0" }} }} }}
exporters:
  {exporter}
service:
  pipelines:
    logs: {{ receivers: [otlp], exporters: [{kind}] }}
"#
    )
}

/// OTLP/HTTP out, tried for a short time.
fn over_http(to: SocketAddr) -> String {
    gateway(&format!(
        "otlp_http: {{ endpoint: 'http://{to}', timeout: 300ms, retry_on_failure: {{ initial_interval: 50ms, max_elapsed_time: 400ms }} }}"
    ))
}

/// OTLP/gRPC out, tried for a short time.
fn over_grpc(to: SocketAddr) -> String {
    gateway(&format!(
        "otlp: {{ endpoint: 'http://{to}', tls: {{ insecure: true }}, timeout: 300ms, retry_on_failure: {{ initial_interval: 50ms, max_elapsed_time: 400ms }} }}"
    ))
}

/// Both protocols report that the request may be sent again.
async fn assert_retryable(tfo: &Tfo, what: &str) {
    let started = Instant::now();
    let body = logs(["a"]);
    let answer = post(address(tfo, "http"), "/v1/logs", &[PROTOBUF], &body).await;
    assert_eq!(answer.status, 503, "{what}: {answer:?}");
    let reply = call(address(tfo, "grpc"), &[], framed(0, &body)).await;
    assert_eq!(reply.status, 14, "{what}: {reply:?}");
    assert!(started.elapsed() < Duration::from_secs(6), "{what}: {:?}", started.elapsed());
}

/// Scenario: the destination is down, accepts and never answers, resets the connection, answers 503 and 429, over both
/// protocols. Guarantee: after the retry time clients get 503 and UNAVAILABLE.
#[tokio::test]
async fn dead_destinations_are_retryable() {
    let down = nobody().await;
    assert_retryable(&Tfo::start(&over_http(down)), "http down").await;
    assert_retryable(&Tfo::start(&over_grpc(down)), "grpc down").await;
    for manner in [Manner::Silent, Manner::Resets] {
        let backend = Backend::start(manner.clone()).await;
        assert_retryable(&Tfo::start(&over_http(backend.address)), &format!("http {manner:?}")).await;
        assert_retryable(&Tfo::start(&over_grpc(backend.address)), &format!("grpc {manner:?}")).await;
        assert!(backend.seen() >= 4, "{manner:?}: {} attempts", backend.seen());
    }
    let backend = Backend::start(Manner::Answers("503 Service Unavailable")).await;
    assert_retryable(&Tfo::start(&over_http(backend.address)), "503").await;
    assert!(backend.seen() >= 4, "{} attempts", backend.seen());
}

/// Scenario: the destination answers 429 with `Retry-After: 7`, longer than it may be tried. Guarantee: one attempt; the
/// client is told to wait as long.
#[tokio::test]
async fn a_wait_asked_for_reaches_the_client() {
    let backend = Backend::start(Manner::Answers("429 Too Many Requests\r\nRetry-After: 7")).await;
    let tfo = Tfo::start(&over_http(backend.address));
    let answer = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &logs(["a"])).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")), "{answer:?}");
    let reply = call(address(&tfo, "grpc"), &[], framed(0, &logs(["a"]))).await;
    assert_eq!((reply.status, reply.retry_info), (14, true), "{reply:?}");
    assert_eq!(backend.seen(), 2);
}

/// Scenario: the destination answers 400. Guarantee: one attempt; clients hear that sending again does not help.
#[tokio::test]
async fn a_rejection_is_final() {
    let backend = Backend::start(Manner::Answers("400 Bad Request")).await;
    let tfo = Tfo::start(&over_http(backend.address));
    let answer = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &logs(["a"])).await;
    assert_eq!((answer.status, answer.header("retry-after")), (500, None), "{answer:?}");
    let reply = call(address(&tfo, "grpc"), &[], framed(0, &logs(["a"]))).await;
    assert_eq!((reply.status, reply.retry_info), (13, false), "{reply:?}");
    assert_eq!(backend.seen(), 2);
}

/// Scenario: the destination is down and comes back while a request waits. Guarantee: the client never hears of it.
#[tokio::test]
async fn a_short_outage_is_bridged() {
    let down = nobody().await;
    let tfo = Tfo::start(&over_http(down).replace("400ms", "10s"));
    let (to, body) = (address(&tfo, "http"), logs(["a"]));
    let waiting = tokio::spawn(async move { post(to, "/v1/logs", &[PROTOBUF], &body).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let backend = Backend::start_at(down, Manner::Answers("200 OK")).await;
    assert_eq!(waiting.await.unwrap().status, 200);
    assert_eq!(backend.seen(), 1);
}

/// Scenario: a slow destination and more load than its queue takes. Guarantee: what has no room is refused at once with
/// 429 and a wait, what is acknowledged was delivered, memory stays bounded.
#[tokio::test]
async fn a_slow_destination_pushes_back() {
    let backend = Backend::start(Manner::AnswersLate("200 OK", Duration::from_millis(200))).await;
    let queue = "sending_queue: { queue_size: 20, sizer: requests, num_consumers: 4 }, timeout: 5s";
    let tfo = Tfo::start(&over_http(backend.address).replace("timeout: 300ms", queue));
    let body = logs((0..100).map(|_| "x".repeat(1000)));
    let to = address(&tfo, "http");
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let body = body.clone();
        clients.spawn(async move { post(to, "/v1/logs", &[PROTOBUF], &body).await });
    }
    let answers = clients.join_all().await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(200) + count(429), 200, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(count(429) > 0 && answers.iter().all(|a| a.status == 200 || a.header("retry-after").is_some()));
    assert_eq!(backend.seen(), count(200), "everything acknowledged was delivered, once");
    assert_peak(&tfo, 128);
}

/// Scenario: two branches under load, one with a dead destination. Guarantee: the healthy one gets every record, memory
/// is bounded by the queue of the dead one, and clients see only answers that make them send again.
#[tokio::test]
async fn a_dead_branch_does_not_stop_a_healthy_one() {
    let down = nobody().await;
    let tfo = Tfo::start(&format!(
        r#"
receivers:
  otlp: {{ protocols: {{ grpc: {{ endpoint: "127.0.0.1:0" }}, http: {{ endpoint: "127.0.0.1:0" }} }} }}
exporters:
  file: {{ path: "{{folder}}/out.jsonl" }}
  otlp_http:
    endpoint: "http://{down}"
    sending_queue: {{ queue_size: 4194304, sizer: bytes }}
    retry_on_failure: {{ initial_interval: 100ms, max_elapsed_time: 1s }}
service:
  pipelines:
    logs/file: {{ receivers: [otlp], exporters: [file] }}
    logs/dead: {{ receivers: [otlp], exporters: [otlp_http] }}
"#
    ));
    let to = address(&tfo, "http");
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..300 {
        clients.spawn(async move {
            let body = logs((0..20).map(|record| format!("{client}/{record} {}", "x".repeat(2000))));
            post(to, "/v1/logs", &[PROTOBUF], &body).await.status
        });
    }
    let statuses = clients.join_all().await;
    assert!(statuses.iter().all(|status| matches!(status, 429 | 503)), "{statuses:?}");
    let (texts, count) = recorded(&tfo.path("out.jsonl"));
    assert_eq!((texts.len(), count), (300 * 20, 300 * 20));
    assert_peak(&tfo, 128);
}

/// Scenario: the disk of the `file` exporter is full, then has room again. Guarantee: clients are told to come again,
/// the file has whole lines only, and it holds everything that was acknowledged and nothing else.
#[tokio::test]
async fn a_full_disk_is_retryable() {
    let Some(disk) = Disk::small("the full disk", 1) else { return };
    let path = disk.path().join("out.jsonl");
    let tfo = Tfo::start(&gateway(&format!(
        "file: {{ path: '{}', retry_on_failure: {{ initial_interval: 20ms, max_elapsed_time: 100ms }} }}",
        path.display()
    )));
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 512 << 10]).unwrap();
    let mut acknowledged = std::collections::BTreeSet::new();
    let mut refused = 0;
    for round in 0..60 {
        let texts: Vec<String> = (0..10).map(|record| format!("{round}/{record} {}", "x".repeat(1500))).collect();
        match post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &logs(texts.clone())).await.status {
            200 => acknowledged.extend(texts),
            503 => refused += 1,
            other => panic!("{other}"),
        }
        if refused == 3 {
            let _ = std::fs::remove_file(&ballast);
        }
    }
    let (texts, _) = recorded(&path);
    assert!(refused >= 3 && acknowledged.len() > 300, "{refused} refused, {} acknowledged", acknowledged.len());
    assert_eq!(texts, acknowledged);
}

/// Scenario: the port is taken. Guarantee: the process ends at once with an error that names protocol and address.
#[tokio::test]
async fn a_taken_port_ends_the_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    for protocol in ["grpc", "http"] {
        let place = format!("{protocol}: {{ endpoint: \"127.0.0.1:0\"");
        std::fs::write(&file, OPEN.replace(&place, &place.replace("127.0.0.1:0", &address.to_string()))).unwrap();
        let ended = tfo(&["collector", "-c", file.to_str().unwrap()]);
        assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
        for part in ["otlp", protocol, &address.to_string(), "in use"] {
            assert!(ended.stderr.contains(part), "`{part}` is not in: {}", ended.stderr);
        }
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
}
