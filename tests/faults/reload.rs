//! Reloads under load.

use std::time::Duration;

use crate::gateway::Queue;
use crate::load::Load;
use crate::sink::Sink;
use crate::support::{random::Random, tfo};
use crate::trial::{BESIDES, Bounds, Trial};

/// How often the configuration changes.
const RELOADS: u64 = 50;

/// A gateway in one of several forms, on the same ports: with other steps, other settings of the receiver and the
/// exporters, an exporter more.
fn form(form: u64, ports: [u16; 2], queue: Queue, sink: &Sink) -> String {
    let [grpc, http] = ports;
    let (extensions, enabled, storage) = match queue {
        Queue::Memory => ("", "", ""),
        Queue::Disk => (
            "extensions: { file_storage: { directory: '{folder}/queue', create_directory: true } }",
            "extensions: [file_storage]",
            ", sending_queue: { storage: file_storage }",
        ),
    };
    let (steps, limit, more) = match form % 6 {
        0 => ("[]", 20, ""),
        1 => ("[batch]", 20, ""),
        2 => ("[filter, batch]", 20, ", file"),
        3 => ("[filter]", 21, ""),
        4 => ("[batch, filter]", 22, ", file"),
        _ => ("[batch/other]", 20, ""),
    };
    let (timeout, to) = (10 + form % 3, sink.address);
    format!(
        r#"
{extensions}
receivers:
  otlp:
    protocols:
      grpc: {{ endpoint: "127.0.0.1:{grpc}", max_recv_msg_size_mib: {limit} }}
      http: {{ endpoint: "127.0.0.1:{http}" }}
processors:
  batch: {{ timeout: 20ms, send_batch_size: 100 }}
  batch/other: {{ timeout: 10ms }}
  filter: {{ error_mode: ignore, logs: {{ log_record: ['body == "nobody"'] }} }}
exporters:
  otlp: {{ endpoint: "http://{to}", tls: {{ insecure: true }}, timeout: {timeout}s, compression: none{storage} }}
  otlp_http: {{ endpoint: "http://{to}", compression: none }}
  file: {{ path: "{{folder}}/copy.jsonl" }}
service:
  {enabled}
  pipelines:
    logs: {{ receivers: [otlp], processors: {steps}, exporters: [otlp{more}] }}
    metrics: {{ receivers: [otlp], exporters: [otlp] }}
    traces: {{ receivers: [otlp], exporters: [otlp_http] }}
"#
    )
}

fn free() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Scenario: six clients send all signals over both protocols while the configuration changes fifty times: steps,
/// exporters, settings of the receiver on the same ports. Guarantee: what was acknowledged is at the sink, once; no client
/// finds nobody, and no request that was sent is left without an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reload_under_load() {
    reloads(Queue::Memory, 0).await;
}

/// Scenario: the same with queues on disk, which an exporter that changes takes over from the one before. Guarantee: the
/// same, but what a worker has in hand when its queue changes hands may arrive twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reload_under_load_with_queues_on_disk() {
    reloads(Queue::Disk, RELOADS * 100).await;
}

async fn reloads(queue: Queue, duplicates: u64) {
    let (mut random, ports) = (Random::seeded("reload"), [free(), free()]);
    let trial =
        Trial::start(&format!("reload x {RELOADS}, {}", queue.name()), |sink| form(0, ports, queue, sink)).await;
    let sending = trial.load(Load::MIXED);
    for round in 1..=RELOADS {
        tokio::time::sleep(Duration::from_millis(random.within(1..80))).await;
        let yaml = form(round, ports, queue, &trial.sink);
        let yaml = yaml.replace("{folder}", trial.tfo.folder.path().to_str().unwrap());
        std::fs::write(trial.tfo.path("tfo.yaml"), yaml).unwrap();
        let pid = trial.tfo.pid().to_string();
        let ended = tokio::task::spawn_blocking(move || tfo(&["reload", "--wait", "--pid", &pid])).await.unwrap();
        assert_eq!(ended.status.code(), Some(0), "{round}: {}", ended.stderr);
    }
    let tally = sending.stop().await;
    // How clients say that the connection ended before they could send: they were told that it would.
    let unsent =
        |why: &str| ["channel closed", "operation was canceled", "http2 error"].iter().any(|kind| why.contains(kind));
    assert!(tally.permanent.is_empty() && tally.unanswered.iter().all(|(_, why)| unsent(why)), "{}", tally.summary());
    assert!(tally.acknowledged() > RELOADS * 10, "{}", tally.summary());
    trial.judge(tally, Bounds { duplicates, memory: 256 + BESIDES }).await;
}
