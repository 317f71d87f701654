//! Real OpenTelemetry SDKs send all three signals through the real binary; every item is found in the output, equal
//! field by field. The senders and the comparison are in `clients/`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Tfo, checkout, sdk};

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

/// Guarantee: the Java SDK over gRPC, plain and compressed, loses nothing and nothing is changed.
#[test]
fn java_over_grpc() {
    java("grpc", "none");
    java("grpc", "gzip");
}

/// Guarantee: the Java SDK over HTTP, plain and compressed, loses nothing and nothing is changed.
#[test]
fn java_over_http() {
    java("http/protobuf", "none");
    java("http/protobuf", "gzip");
}

/// Guarantee: the Go SDK over gRPC, plain and compressed, loses nothing and nothing is changed.
#[test]
fn go_over_grpc() {
    go("grpc", "none");
    go("grpc", "gzip");
}

/// Guarantee: the Go SDK over HTTP, plain and compressed, loses nothing and nothing is changed.
#[test]
fn go_over_http() {
    go("http/protobuf", "none");
    go("http/protobuf", "gzip");
}

fn python(protocol: &str, compression: &str) {
    if let Some(mut sender) = sdk::python() {
        run(&mut sender, protocol, compression);
    }
}

fn node(protocol: &str, compression: &str) {
    if let Some(mut sender) = sdk::node() {
        run(&mut sender, protocol, compression);
    }
}

fn java(protocol: &str, compression: &str) {
    if let Some(mut sender) = sdk::java() {
        run(&mut sender, protocol, compression);
    }
}

fn go(protocol: &str, compression: &str) {
    if let Some(mut sender) = sdk::go() {
        run(&mut sender, protocol, compression);
    }
}

fn run(sender: &mut Command, protocol: &str, compression: &str) {
    let tfo = Tfo::start(GATEWAY);
    let sent = sdk::send(&tfo, sender, protocol, compression);
    let (sent_path, received) = (tfo.path("sent.jsonl"), tfo.path("received.jsonl"));
    std::fs::write(&sent_path, &sent).unwrap();
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
    let python = sdk::interpreter().unwrap();
    let script = checkout("tests/clients/python/compare.py");
    let compared = Command::new(python).arg(script).arg(sent).arg(received).output().unwrap();
    sdk::assert_ended_well(&compared, "the comparison");
}
