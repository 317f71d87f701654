//! Real OpenTelemetry SDKs send all three signals through the real binary; every item is found in the output, equal
//! field by field. The senders and the comparison are in `clients/`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{Tfo, checkout, skip};

const GATEWAY: &str = r#"
receivers:
  otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: "127.0.0.1:0" } } }
processors:
  batch: { timeout: 50ms }
exporters:
  file: { path: "{folder}/received.jsonl" }
service:
  pipelines:
    traces: { receivers: [otlp], processors: [batch], exporters: [file] }
    metrics: { receivers: [otlp], processors: [batch], exporters: [file] }
    logs: { receivers: [otlp], processors: [batch], exporters: [file] }
"#;

/// Guarantee: the Python SDK over gRPC, plain and compressed, loses nothing and nothing is changed.
#[test]
fn python_over_grpc() {
    python("grpc", "none");
    python("grpc", "gzip");
}

/// Guarantee: the Python SDK over HTTP, plain and compressed, loses nothing and nothing is changed.
#[test]
fn python_over_http() {
    python("http/protobuf", "none");
    python("http/protobuf", "gzip");
}

/// Guarantee: the JavaScript SDK with JSON bodies, plain and compressed, loses nothing and nothing is changed.
#[test]
fn node_with_json() {
    node("http/json", "none");
    node("http/json", "gzip");
}

/// Guarantee: the JavaScript SDK with protobuf bodies, plain and compressed, loses nothing and nothing is changed.
#[test]
fn node_with_protobuf() {
    node("http/protobuf", "none");
    node("http/protobuf", "gzip");
}

fn python(protocol: &str, compression: &str) {
    let Some(python) = interpreter() else { return };
    run(Command::new(python).arg(checkout("tests/clients/python/send.py")), protocol, compression);
}

fn node(protocol: &str, compression: &str) {
    if interpreter().is_none() {
        return;
    }
    let modules =
        std::env::var_os("TFO_NODE_MODULES").map_or_else(|| checkout("target/node/node_modules"), PathBuf::from);
    if !modules.is_dir() {
        return skip("the JavaScript SDK", "its packages are not installed: run `make setup`");
    }
    let mut command = Command::new("node");
    command.arg(checkout("tests/clients/node/send.mjs")).env("TFO_NODE_MODULES", modules);
    run(&mut command, protocol, compression);
}

/// The Python that has the SDK.
fn interpreter() -> Option<PathBuf> {
    let python = std::env::var_os("TFO_TEST_PYTHON").map_or_else(|| checkout("target/venv/bin/python"), PathBuf::from);
    if !python.is_file() {
        skip("the OpenTelemetry SDKs", "the Python packages are not installed: run `make setup`");
        return None;
    }
    Some(python)
}

fn run(sender: &mut Command, protocol: &str, compression: &str) {
    let tfo = Tfo::start(GATEWAY);
    let address = tfo.address(if protocol == "grpc" { "grpc" } else { "http" });
    sender.args(["--protocol", protocol, "--compression", compression, "--endpoint", &format!("http://{address}")]);
    let sent = sender.output().expect("the sender runs");
    assert_ended_well(&sent, "the sender");
    let (sent_path, received) = (tfo.path("sent.jsonl"), tfo.path("received.jsonl"));
    std::fs::write(&sent_path, &sent.stdout).unwrap();
    let folder = keep(tfo);
    compare(&sent_path, &received);
    drop(folder);
}

/// Stops the collector, which flushes its file, and keeps the folder.
fn keep(mut tfo: Tfo) -> tempfile::TempDir {
    let folder = std::mem::replace(&mut tfo.folder, tempfile::tempdir().unwrap());
    let (status, log) = tfo.stop();
    assert!(status.success(), "tfo ended with {status}: {log:#?}");
    folder
}

fn compare(sent: &Path, received: &Path) {
    let python = interpreter().unwrap();
    let script = checkout("tests/clients/python/compare.py");
    let compared = Command::new(python).arg(script).arg(sent).arg(received).output().unwrap();
    assert_ended_well(&compared, "the comparison");
}

fn assert_ended_well(output: &Output, what: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{what} failed: {}\n{}", text(&output.stderr), text(&output.stdout));
}
