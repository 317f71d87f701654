//! The configuration files of the peers. tfo and the OpenTelemetry Collector read the same file.

use super::clickhouse::{DATABASE, PASSWORD, USER};
use super::scenario::Scenario;
use crate::args::{Protocol, Signal};
use std::net::SocketAddr;
use std::path::Path;

/// The attribute the `edit` scenario puts on every resource.
pub(super) const ON_RESOURCE: &str = "bench.resource";
/// The attribute it inserts into every record.
pub(super) const INSERTED: &str = "bench.inserted";
/// The attribute every record comes with, renamed by it.
pub(super) const OLD_NAME: &str = "http.method";
/// Its new name.
pub(super) const NEW_NAME: &str = "http.request.method";

/// Room in the queues, in bytes: the scenario `restart` puts a gigabyte into one.
const QUEUE_SIZE: u64 = 4 << 30;

/// The file for a queue on disk: that of the queue in memory, and where the queue lies.
pub(super) fn on_disk(
    scenario: Scenario,
    signal: Signal,
    directory: &Path,
    listen: SocketAddr,
    backend: SocketAddr,
) -> String {
    let queue = directory.join("queue");
    let extension =
        format!("extensions:\n  file_storage:\n    directory: {}\n    create_directory: true\n", queue.display());
    let text = collector(scenario, signal, listen, backend);
    let text = text.replace("    sending_queue:\n", "    sending_queue:\n      storage: file_storage\n");
    extension + &text.replace("service:\n", "service:\n  extensions: [file_storage]\n")
}

/// `otlp` in and rows in PostgreSQL out, with the exporter's defaults.
pub(super) fn postgres(signal: Signal, listen: SocketAddr, backend: SocketAddr) -> String {
    format!(
        "receivers:
  otlp:
    protocols:
      grpc:
        endpoint: {listen}
exporters:
  postgres:
    endpoint: postgres://postgres@{backend}/postgres?sslmode=disable
service:
  pipelines:
    {signal}:
      receivers: [otlp]
      exporters: [postgres]
"
    )
}

/// `otlp` in, `clickhouse` out; `rows` is how many go into one INSERT. Senders wait where the queue is full.
pub(super) fn clickhouse(signal: Signal, rows: u32, listen: SocketAddr, backend: SocketAddr) -> String {
    format!(
        "receivers:
  otlp:
    protocols:
      grpc:
        endpoint: {listen}
exporters:
  clickhouse:
    endpoint: http://{backend}
    username: {USER}
    password: {PASSWORD}
    database: {DATABASE}
    async_insert: false
    timeout: 30s
    sending_queue:
      enabled: true
      num_consumers: 2
      sizer: items
      queue_size: 100000
      block_on_overflow: true
      batch:
        flush_timeout: 200ms
        min_size: {rows}
        max_size: {rows}
service:
  pipelines:
    {signal}:
      receivers: [otlp]
      exporters: [clickhouse]
"
    )
}

/// A collector file: `otlp` in, what the scenario asks for, `otlp` or `otlphttp` out.
pub(super) fn collector(scenario: Scenario, signal: Signal, listen: SocketAddr, backend: SocketAddr) -> String {
    let (protocol, exporter, endpoint) = match scenario.protocol() {
        Protocol::Grpc => ("grpc", "otlp", backend.to_string()),
        Protocol::Http => ("http", "otlphttp", format!("http://{backend}")),
    };
    let mut chain: Vec<&str> = Vec::new();
    let mut processors = String::new();
    if scenario == Scenario::Edit {
        chain.extend(["filter", "resource", "attributes"]);
        processors += &edits(signal);
    }
    if scenario.batches() {
        chain.push("batch");
        processors += "  batch:\n    timeout: 200ms\n    send_batch_size: 8192\n";
    }
    let queue = if scenario.queues() {
        format!("enabled: true\n      sizer: bytes\n      queue_size: {QUEUE_SIZE}")
    } else {
        "enabled: false".into()
    };
    let processors = if chain.is_empty() { String::new() } else { format!("processors:\n{processors}") };
    format!(
        "receivers:
  otlp:
    protocols:
      {protocol}:
        endpoint: {listen}
{processors}exporters:
  {exporter}:
    endpoint: {endpoint}
    compression: {compression}
    tls:
      insecure: true
    sending_queue:
      {queue}
service:
  pipelines:
    {signal}:
      receivers: [otlp]
      processors: [{chain}]
      exporters: [{exporter}]
",
        compression = scenario.compression().name(),
        chain = chain.join(", "),
    )
}

fn edits(signal: Signal) -> String {
    let condition = match signal {
        Signal::Logs => "logs:\n      log_record:\n        - severity_text == \"DEBUG\"",
        Signal::Traces => "traces:\n      span:\n        - attributes[\"bench.drop\"] == true",
        Signal::Metrics => "metrics:\n      datapoint:\n        - attributes[\"bench.drop\"] == true",
    };
    format!(
        "  filter:
    error_mode: ignore
    {condition}
  resource:
    attributes:
      - key: {ON_RESOURCE}
        value: edited
        action: insert
  attributes:
    actions:
      - key: {INSERTED}
        value: tfo-bench
        action: insert
      - key: {NEW_NAME}
        from_attribute: {OLD_NAME}
        action: insert
      - key: {OLD_NAME}
        action: delete
"
    )
}

/// nginx as a proxy with one process, keep-alive to the backend, and nothing written to disk.
pub(super) fn nginx(scenario: Scenario, directory: &str, listen: SocketAddr, backend: SocketAddr) -> String {
    let (listen_as, pass) = match scenario.protocol() {
        Protocol::Grpc => ("http2", "grpc_pass grpc://backend;"),
        Protocol::Http => ("", "proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection \"\";"),
    };
    format!(
        "daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  keepalive_requests 100000000;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  http2_max_concurrent_streams 1024;
  grpc_read_timeout 60s;
  grpc_send_timeout 60s;
  upstream backend {{ server {backend}; keepalive 64; keepalive_requests 100000000; }}
  server {{
    listen {listen} {listen_as};
    location / {{ {pass} }}
  }}
}}
"
    )
}
