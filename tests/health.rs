//! Probes of the real binary while a backend comes and goes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "metrics/backend.rs"]
mod backend;
mod support;

use backend::{Answer, Backend, ask, logs, post, until};
use support::Tfo;

fn gateway(backend: &Backend, queue: &str) -> Tfo {
    Tfo::start(&format!(
        "extensions:
  health_check:
    endpoint: 127.0.0.1:0
    unready_after: 300ms
    check_collector_pipeline: {{ enabled: true, exporter_failure_threshold: 3 }}
receivers:
  otlp: {{ protocols: {{ http: {{ endpoint: 127.0.0.1:0 }} }} }}
exporters:
  otlp_http/backend:
    endpoint: http://{}
    sending_queue: {{ wait_for_result: false, {queue} }}
    retry_on_failure: {{ initial_interval: 50ms, max_interval: 100ms, randomization_factor: 0 }}
  debug:
service:
  extensions: [health_check]
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines: {{ logs: {{ receivers: [otlp], exporters: [otlp_http/backend, debug] }} }}
",
        backend.address()
    ))
}

/// Where the extension and the receiver listen.
fn places(tfo: &Tfo) -> (String, String) {
    (tfo.address_of("health_check", "http").to_owned(), tfo.address_of("otlp", "http").to_owned())
}

/// Scenario: the backend goes away and comes back. Guarantee: `/readyz` names the exporter, since when and why, until it
/// is back; the Collector's path follows with its own rule; `/healthz` never minds.
#[test]
fn ready_is_what_delivers() {
    let backend = Backend::start(Answer::Fine);
    let tfo = gateway(&backend, "");
    let (probe, http) = places(&tfo);
    let (status, body) = ask(&probe, "/readyz");
    assert!(status == 200 && body.contains(r#""id":"otlp","kind":"receiver","status":"listening""#), "{status} {body}");
    assert_eq!(ask(&probe, "/").0, 200);

    backend.says(Answer::Unavailable);
    assert_eq!(post(&http, "/v1/logs", &logs(&["a"])).0, 200);
    until("the exporter is known to fail", || ask(&probe, "/readyz").0 == 503);
    let (_, body) = ask(&probe, "/readyz");
    let said = r#""id":"otlp_http/backend","kind":"exporter","signal":"logs","status":"failing","since":"20"#;
    assert!(body.contains(said) && body.contains("503") && body.contains(r#""status":"not ready""#), "{body}");
    assert!(body.contains(r#""id":"debug","kind":"exporter","signal":"logs","status":"running""#), "{body}");
    until("the Collector's path fails, too", || ask(&probe, "/").0 == 500);
    assert_eq!(ask(&probe, "/healthz").0, 200);

    backend.says(Answer::Fine);
    until("it is ready again", || ask(&probe, "/readyz").0 == 200);
    assert_eq!(ask(&probe, "/").0, 200);
}

/// Scenario: the queue of an exporter is full. Guarantee: `/readyz` says so at once.
#[test]
fn a_full_queue_is_not_ready() {
    let backend = Backend::start(Answer::Unavailable);
    let tfo = gateway(&backend, "queue_size: 2, sizer: requests");
    let (probe, http) = places(&tfo);
    for _ in 0..2 {
        post(&http, "/v1/logs", &logs(&["a"]));
    }
    let (status, body) = ask(&probe, "/readyz");
    assert!(status == 503 && body.contains("the queue is full: 2 of 2 requests"), "{status} {body}");
}
