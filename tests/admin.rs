//! The extensions of the real binary over HTTP, and what is said about wrong endpoints.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use support::{Tfo, tfo};

const SERVICE: &str = r#"
receivers:
  otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" } } }
exporters:
  debug:
service:
  extensions: [EXTENSION]
  pipelines:
    logs: { receivers: [otlp], exporters: [debug] }
"#;

fn config(name: &str, body: &str) -> String {
    format!("extensions:\n  {name}: {body}\n{}", SERVICE.replace("EXTENSION", name))
}

/// Status line and body of what is served at a path.
fn ask(tfo: &Tfo, path: &str) -> String {
    let mut connection = TcpStream::connect(tfo.address("http")).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

/// Scenario: a probe asks a running collector. Guarantee: the configured path answers 200, others 404.
#[test]
fn health_is_served() {
    let tfo = Tfo::start(&config("health_check", r#"{ endpoint: "127.0.0.1:0", path: /health }"#));
    let answer = ask(&tfo, "/health");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Server available"), "{answer}");
    assert!(ask(&tfo, "/").starts_with("HTTP/1.1 404"));
}

/// Guarantee: the page of nodes names every node.
#[test]
fn nodes_are_served() {
    let tfo = Tfo::start(&config("zpages", r#"{ endpoint: "localhost:0" }"#));
    let answer = ask(&tfo, "/debug/pipelinez");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("otlp") && answer.contains("debug"), "{answer}");
}

/// Scenario: endpoints and paths that cannot work. Guarantee: they are errors of the configuration, with the reason.
#[test]
fn wrong_endpoints_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    for (name, body, reason) in [
        ("health_check", "{ endpoint: \"127.0.0.1:port\" }", "not a number"),
        ("health_check", "{ endpoint: \"http://127.0.0.1:13133\" }", "host:port"),
        ("health_check", "{ path: \"/{\" }", "pattern"),
        ("zpages", "{ endpoint: \"127.0.0.1\" }", "port"),
    ] {
        std::fs::write(&file, config(name, body)).unwrap();
        let ended = tfo(&["validate", "-c", file.to_str().unwrap()]);
        assert_eq!(ended.status.code(), Some(78), "{body}: {}", ended.stderr);
        assert!(ended.stderr.contains(reason) || ended.stdout.contains(reason), "{body}: {}", ended.stderr);
    }
}
