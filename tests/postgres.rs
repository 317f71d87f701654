//! The `postgres` exporter of the binary against real servers: every test sends OTLP and asks the database what is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "postgres/data.rs"]
mod data;
#[path = "postgres/faults.rs"]
mod faults;
#[path = "postgres/limits.rs"]
mod limits;
#[path = "postgres/rows.rs"]
mod rows;
#[path = "postgres/servers.rs"]
mod servers;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use support::Tfo;

/// Starts a collector whose `postgres` exporter has these settings and tries again soon; batches are not held back.
fn collector(settings: &str) -> Tfo {
    collector_with(settings, "retry_on_failure: {initial_interval: 100ms, max_interval: 500ms}")
}

/// The same with further settings.
fn collector_with(settings: &str, further: &str) -> Tfo {
    let lines = settings.lines().chain(further.lines()).chain(["sending_queue: {num_consumers: 4}"]);
    let settings: String = lines.map(|line| format!("    {line}\n")).collect();
    Tfo::start(&format!(
        "receivers:\n  otlp:\n    protocols: {{http: {{endpoint: 127.0.0.1:0}}}}\nexporters:\n  postgres:\n{settings}\
         service:\n  pipelines:\n    logs: {{receivers: [otlp], exporters: [postgres]}}\n    \
         traces: {{receivers: [otlp], exporters: [postgres]}}\n    metrics: {{receivers: [otlp], exporters: [postgres]}}\n"
    ))
}

/// Sends a request; returns the status and the body of the answer.
fn post(tfo: &Tfo, signal: &str, request: &impl prost::Message) -> (u16, String) {
    post_to(tfo.address("http"), signal, request)
}

/// Sends a request that must be taken whole.
fn store(tfo: &Tfo, signal: &str, request: &impl prost::Message) {
    store_to(tfo.address("http"), signal, request);
}

/// The same for other threads, which have only the address.
fn store_to(address: &str, signal: &str, request: &impl prost::Message) {
    let (status, body) = post_to(address, signal, request);
    assert_eq!((status, body.as_str()), (200, ""), "{signal}");
}

fn post_to(address: &str, signal: &str, request: &impl prost::Message) -> (u16, String) {
    let body = request.encode_to_vec();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/{signal} HTTP/1.1\r\nhost: tfo\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}
