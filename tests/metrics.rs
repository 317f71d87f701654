//! What the real binary tells about itself: metrics, reports, the ledger.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "metrics/backend.rs"]
mod backend;
#[path = "metrics/page.rs"]
mod page;
mod support;

use std::time::Duration;

use backend::{Answer, Backend, ask, logs, post, post_with, until};
use page::Page;
use support::{Tfo, tfo};

const METRICS: &str =
    "telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: 0 } } } }] } }";

fn gateway(exporters: &str, ids: &str) -> String {
    format!(
        "receivers:
  otlp: {{ protocols: {{ grpc: {{ endpoint: 127.0.0.1:0 }}, http: {{ endpoint: 127.0.0.1:0 }} }} }}
processors:
  filter: {{ logs: {{ log_record: ['body == \"drop\"'] }} }}
exporters:
{exporters}
service:
  {METRICS}
  pipelines:
    logs: {{ receivers: [otlp], processors: [filter], exporters: [{ids}] }}
    traces: {{ receivers: [otlp], exporters: [{ids}] }}
"
    )
}

fn scrape(tfo: &Tfo) -> Page {
    let (status, body) = ask(tfo.address("metrics"), "/metrics");
    assert_eq!(status, 200, "{body}");
    Page::read(&body)
}

/// Scenario: a scrape before anything came in. Guarantee: the page is valid, and every series of the ledger is there with
/// zero, also those of what may be dropped or refused.
#[test]
fn everything_is_there_with_zero() {
    let tfo = Tfo::start(&gateway("  debug:", "debug"));
    let page = scrape(&tfo);
    for (name, labels) in [
        ("otelcol_receiver_accepted_log_records", r#"{receiver="otlp",transport="grpc"}"#),
        ("otelcol_receiver_refused_spans", r#"{receiver="otlp",transport="http"}"#),
        ("otelcol_receiver_failed_spans", r#"{receiver="otlp",transport="http"}"#),
        ("otelcol_processor_incoming_items", r#"{otel_signal="logs",processor="filter"}"#),
        ("otelcol_processor_filter_logs_filtered", r#"{filter="filter"}"#),
        ("otelcol_exporter_sent_log_records", r#"{exporter="debug"}"#),
        ("otelcol_exporter_send_failed_spans", r#"{exporter="debug"}"#),
        ("otelcol_exporter_enqueue_failed_spans", r#"{exporter="debug"}"#),
        ("otelcol_exporter_queue_size", r#"{data_type="logs",exporter="debug"}"#),
        ("tfo_node_in_items_total", r#"{kind="receiver",node="otlp",signal="logs",transport="grpc"}"#),
        ("tfo_node_in_bytes_total", r#"{kind="exporter",node="debug",signal="traces"}"#),
        ("tfo_node_held_items", r#"{kind="processor",node="filter",pipeline="logs",signal="logs"}"#),
        (
            "tfo_node_dropped_items_total",
            r#"{kind="processor",node="filter",pipeline="logs",reason="filtered",signal="logs"}"#,
        ),
        ("tfo_node_dropped_items_total", r#"{kind="exporter",node="debug",reason="undelivered",signal="logs"}"#),
        ("tfo_receiver_requests_total", r#"{outcome="no_room",receiver="otlp",transport="http"}"#),
        ("tfo_receiver_requests_total", r#"{outcome="unauthenticated",receiver="otlp",transport="grpc"}"#),
        ("tfo_config_reload_total", r#"{result="failure"}"#),
        ("tfo_budget_bytes", r#"{state="used"}"#),
    ] {
        assert_eq!(page.value(name, labels), Some(0.0), "{name}{labels}\n{}", page.text);
    }
    for name in ["otelcol_process_uptime", "otelcol_process_memory_rss", "otelcol_process_cpu_seconds"] {
        assert!(page.value(name, "").is_some_and(|value| value >= 0.0), "{name}\n{}", page.text);
    }
    assert!(page.value("tfo_budget_bytes", r#"{state="limit"}"#).unwrap() > 0.0);
    assert!(page.text.contains("\ntarget_info{service_instance_id=\""), "{}", page.text);
}

/// Scenario: a backend that takes two of three records, a filter that drops one of four, and requests that are none.
/// Guarantee: every node, the receiver included, says so to the item, and the process itself at SIGUSR1 and at its end.
#[test]
fn counts_are_what_was_sent() {
    let backend = Backend::start(Answer::Partial(1));
    let exporter = format!("  otlp_http: {{ endpoint: \"http://{}\", compression: none }}", backend.address());
    let tfo = Tfo::start(&gateway(&exporter, "otlp_http"));
    let http = tfo.address("http");
    for _ in 0..5 {
        let (status, body) = post(http, "/v1/logs", &logs(&["a", "drop", "b", "c"]));
        assert!(status == 200 && body.contains("\"rejectedLogRecords\":\"1\""), "{status} {body}");
    }
    assert_eq!(post(http, "/v1/logs", "no JSON").0, 400);
    assert_eq!(post(http, "/v1/nothing", "{}").0, 404);
    let page = scrape(&tfo);
    for (name, labels, value) in [
        ("otelcol_receiver_accepted_log_records", r#"{receiver="otlp",transport="http"}"#, 15.0),
        ("otelcol_receiver_refused_log_records", r#"{receiver="otlp",transport="http"}"#, 5.0),
        ("otelcol_receiver_accepted_log_records", r#"{receiver="otlp",transport="grpc"}"#, 0.0),
        ("otelcol_processor_incoming_items", r#"{otel_signal="logs",processor="filter"}"#, 20.0),
        ("otelcol_processor_outgoing_items", r#"{otel_signal="logs",processor="filter"}"#, 15.0),
        ("otelcol_processor_filter_logs_filtered", r#"{filter="filter"}"#, 5.0),
        ("otelcol_exporter_sent_log_records", r#"{exporter="otlp_http"}"#, 10.0),
        ("otelcol_exporter_send_failed_log_records", r#"{exporter="otlp_http"}"#, 5.0),
        ("tfo_node_in_items_total", r#"{kind="receiver",node="otlp",signal="logs",transport="http"}"#, 20.0),
        ("tfo_node_rejected_items_total", r#"{kind="exporter",node="otlp_http",signal="logs"}"#, 5.0),
        ("tfo_receiver_requests_total", r#"{outcome="partial",receiver="otlp",transport="http"}"#, 5.0),
        ("tfo_receiver_requests_total", r#"{outcome="invalid",receiver="otlp",transport="http"}"#, 1.0),
        ("tfo_receiver_requests_total", r#"{outcome="unknown",receiver="otlp",transport="http"}"#, 1.0),
    ] {
        assert_eq!(page.value(name, labels), Some(value), "{name}{labels}\n{}", page.text);
    }
    tfo.signal("USR1");
    std::thread::sleep(Duration::from_millis(200));
    let (status, lines) = tfo.stop();
    assert!(status.success());
    let row = |start: &str| lines.iter().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{lines:#?}"));
    let columns = |start: &str| row(start).split_whitespace().skip(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(columns("otlp (http logs)"), ["20", "0", "15", "5", "0", "0", "0", "0"]);
    assert!(row("filter (logs)").contains("5 filtered"));
    assert!(row("node").split_whitespace().last() == Some("balance"));
    let end = "received 20 items, acknowledged 15, refused 0, rejected 5; \
               delivered 10, rejected by destinations 5, dropped 5, held 0";
    assert!(lines.iter().any(|line| line.contains(end)), "{lines:#?}");
}

/// Scenario: requests without, with a wrong and with the right credential. Guarantee: each is counted for what it was, and
/// items only of the last.
#[test]
fn credentials_are_counted() {
    let made: serde_json::Value = serde_json::from_str(&tfo(&["keys", "new", "--format", "json"]).stdout).unwrap();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    std::fs::write(&keys, made["line"].as_str().unwrap()).unwrap();
    std::fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let guarded = format!("otlp: {{ keys: {{ file: {} }}, protocols:", keys.display());
    let yaml = gateway("  debug:", "debug").replace("otlp: { protocols:", &guarded);
    let tfo = Tfo::start(&yaml.replace("http: { endpoint: 127.0.0.1:0", "http: { v1: required, endpoint: 127.0.0.1:0"));
    let http = tfo.address("http");
    let with = |secret: &str| {
        let headers = format!("x-telemetryflow-key-id: {id}\r\nx-telemetryflow-key-secret: {secret}\r\n");
        post_with(http, "/v1/logs", &headers, &logs(&["a"])).0
    };
    let wrong = format!("{}0", &secret[..secret.len() - 1]);
    assert_eq!((post(http, "/v1/logs", &logs(&["a"])).0, with(&wrong), with(secret)), (401, 403, 200));
    let page = scrape(&tfo);
    let requests = |outcome: &str| {
        let labels = format!(r#"{{outcome="{outcome}",receiver="otlp",transport="http"}}"#);
        page.value("tfo_receiver_requests_total", &labels).unwrap()
    };
    let counted = ["unauthenticated", "permission_denied", "accepted", "gone"].map(requests);
    assert_eq!(counted, [1.0, 1.0, 1.0, 0.0], "{}", page.text);
    let labels = r#"{receiver="otlp",transport="http"}"#;
    assert_eq!(page.value("otelcol_receiver_accepted_log_records", labels), Some(1.0));
}

/// Scenario: a process reports its metrics to another one over HTTP and over gRPC. Guarantee: they arrive, with the name
/// the file gives the process.
#[test]
fn reports_arrive_as_otlp() {
    let other = Tfo::start(
        &"receivers:
  otlp: { protocols: { grpc: { endpoint: 127.0.0.1:0 }, http: { endpoint: 127.0.0.1:0 } } }
exporters: { file: { path: '{folder}/got.json' } }
service:
  METRICS
  pipelines: { metrics: { receivers: [otlp], exporters: [file] } }
"
        .replace("METRICS", METRICS),
    );
    let (grpc, http) = (other.address("grpc"), other.address("http"));
    let reporting = Tfo::start(&format!(
        "receivers: {{ otlp: {{ protocols: {{ grpc: {{ endpoint: 127.0.0.1:0 }} }} }} }}
exporters: {{ debug: }}
service:
  telemetry:
    resource: {{ service.name: reporting }}
    metrics:
      readers:
      - periodic: {{ interval: 50, exporter: {{ otlp: {{ protocol: http/protobuf, endpoint: 'http://{http}' }} }} }}
      - periodic: {{ interval: 50, exporter: {{ otlp: {{ protocol: grpc, endpoint: '{grpc}', insecure: true }} }} }}
  pipelines: {{ logs: {{ receivers: [otlp], exporters: [debug] }} }}
"
    ));
    let points = |transport: &str| {
        let labels = format!(r#"{{receiver="otlp",transport="{transport}"}}"#);
        scrape(&other).value("otelcol_receiver_accepted_metric_points", &labels).unwrap_or_default()
    };
    until("both reports arrive", || points("http") > 0.0 && points("grpc") > 0.0);
    drop(reporting);
    let got = std::fs::read_to_string(other.path("got.json")).unwrap();
    assert!(got.contains("reporting") && got.contains("otelcol_exporter_sent_log_records"), "{got}");
}

/// Scenario: the port is taken. Guarantee: as a mere default it is left to whoever has it; as somebody's choice it is an
/// error.
#[test]
fn a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    std::fs::write(&file, gateway("  debug:", "debug").replace("port: 0", &format!("port: {port}"))).unwrap();
    let ended = tfo(&["collector", "-c", file.to_str().unwrap()]);
    assert!(!ended.status.success() && ended.stderr.contains("service.telemetry.metrics"), "{}", ended.stderr);
    let plain = gateway("  debug:", "debug").replace(METRICS, "");
    let (one, other) = (Tfo::start(&plain), Tfo::start(&plain));
    drop((one, other));
}

/// Scenario: a reload asks for metrics on a port that is taken, twice, and once more when it is free. Guarantee: each is told
/// as it is, and the pipelines run as the files say.
#[test]
fn a_reload_does_not_forget_that_the_port_was_taken() {
    let process = Tfo::start(&gateway("  debug:", "debug"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("port: {}", taken.local_addr().unwrap().port());
    std::fs::write(process.path("tfo.yaml"), gateway("  debug:", "debug").replacen("port: 0", &port, 1)).unwrap();
    let reload = || tfo(&["reload", "--wait", "--pid", &process.pid().to_string()]);
    for _ in 0..2 {
        let ended = reload();
        assert_eq!(ended.status.code(), Some(1), "{}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains("the pipelines run as the files say"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("was not changed"), "{}", ended.stderr);
    }
    assert_eq!(post(process.address("http"), "/v1/logs", &logs(&["a"])).0, 200);
    drop(taken);
    let ended = reload();
    assert!(ended.status.success() && ended.stdout.starts_with("applied: "), "{}{}", ended.stdout, ended.stderr);
    assert!(reload().stdout.starts_with("unchanged: "));
}

/// Scenario: readers that could never work. Guarantee: `validate` says so, with the place.
#[test]
fn wrong_readers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    for (reader, reason) in [
        (
            "periodic: { exporter: { otlp: { endpoint: 'http://x:4318', compression: none, protocol: smoke } } }",
            "smoke",
        ),
        ("periodic: { exporter: { otlp: { endpoint: 'http://x:4318', compression: wet } } }", "wet"),
        ("periodic: { exporter: { otlp: { endpoint: 'x y', protocol: grpc } } }", "x y"),
        ("pull: { exporter: { prometheus: { port: 88888 } } }", "88888"),
    ] {
        let readers = format!("telemetry: {{ metrics: {{ readers: [{{ {reader} }}] }} }}");
        std::fs::write(&file, gateway("  debug:", "debug").replace(METRICS, &readers)).unwrap();
        let ended = tfo(&["validate", "-c", file.to_str().unwrap()]);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.status.code(), Some(78), "{reader}: {said}");
        assert!(
            said.contains(reason) && said.contains("service.telemetry.metrics") && said.contains("tfo.yaml:"),
            "{said}"
        );
    }
}

/// Guarantee: without metrics nothing listens for them, and everything else works.
#[test]
fn there_may_be_none() {
    let tfo = Tfo::start(&gateway("  debug:", "debug").replace(METRICS, "telemetry: { metrics: { level: none } }"));
    assert_eq!(post(tfo.address("http"), "/v1/logs", &logs(&["a"])).0, 200);
    let (_, lines) = tfo.stop();
    assert!(!lines.iter().any(|line| line.contains("metrics")), "{lines:#?}");
}
