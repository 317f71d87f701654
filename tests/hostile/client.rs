//! Clients that send what well-behaved ones never do, and one well-behaved one to see that others are still served.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::Tfo;

pub(crate) const EXPORT: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
pub(crate) const PROTOBUF: &str = "Content-Type: application/x-protobuf";
pub(crate) const JSON: &str = "Content-Type: application/json";

/// No answer takes longer than this, on a machine that also compiles.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Takes logs, traces and metrics over both protocols and sends them nowhere.
pub(crate) const OPEN: &str = r#"
receivers:
  otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: "127.0.0.1:0" } } }
exporters: { nop: }
service:
  pipelines:
    logs: { receivers: [otlp], exporters: [nop] }
    traces: { receivers: [otlp], exporters: [nop] }
    metrics: { receivers: [otlp], exporters: [nop] }
"#;

/// An answer over HTTP/1.1.
#[derive(Debug)]
pub(crate) struct Answer {
    /// 0 if there was none.
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// An answer over gRPC.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) http: u16,
    /// `grpc-status`; -1 if there was none.
    pub(crate) status: i32,
    pub(crate) message: String,
    /// Whether `grpc-status-details-bin` is there, which carries the RetryInfo.
    pub(crate) retry_info: bool,
}

/// A request with these bodies.
pub(crate) fn logs<T: Into<String>>(bodies: impl IntoIterator<Item = T>) -> Vec<u8> {
    let record = |body: T| LogRecord {
        time_unix_nano: 1,
        body: Some(AnyValue { value: Some(Value::StringValue(body.into())) }),
        ..LogRecord::default()
    };
    let log_records = bodies.into_iter().map(record).collect();
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }
        .encode_to_vec()
}

/// A gRPC message with its head.
pub(crate) fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let mut framed = vec![flag];
    framed.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

pub(crate) fn address(tfo: &Tfo, protocol: &str) -> SocketAddr {
    tfo.address(protocol).parse().unwrap()
}

/// Sends bytes as they are and reads until the server closes.
pub(crate) async fn raw(to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // It may answer and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    drain(&mut stream).await
}

/// What comes until the server closes.
pub(crate) async fn drain(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server answers and closes");
    answer
}

/// POST over HTTP/1.1.
pub(crate) async fn post(to: SocketAddr, path: &str, headers: &[&str], body: &[u8]) -> Answer {
    let mut request =
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    headers.iter().for_each(|header| request.extend([*header, "\r\n"]));
    request.push_str("\r\n");
    Answer::parse(&raw(to, &[request.as_bytes(), body].concat()).await)
}

/// A connection of HTTP/2.
pub(crate) async fn channel(to: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(to).await.unwrap();
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// A gRPC call on a connection.
pub(crate) async fn call_on(
    sender: &mut SendRequest<Full<Bytes>>,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Reply, hyper::Error> {
    let mut request = http::Request::post(format!("http://a{EXPORT}")).header("te", "trailers");
    if headers.iter().all(|(name, _)| *name != "content-type") {
        request = request.header("content-type", "application/grpc");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = sender.send_request(request.body(Full::new(body.into())).unwrap());
    let (head, body) = timeout(PATIENCE, answer).await.expect("the server answers")?.into_parts();
    let trailers = body.collect().await?.trailers().cloned().unwrap_or_default();
    let find = |name: &str| trailers.get(name).or_else(|| head.headers.get(name)).map(|v| v.to_str().unwrap());
    Ok(Reply {
        http: head.status.as_u16(),
        status: find("grpc-status").map_or(-1, |status| status.parse().unwrap()),
        message: find("grpc-message").unwrap_or_default().to_owned(),
        retry_info: find("grpc-status-details-bin").is_some(),
    })
}

/// A gRPC call on a connection of its own.
pub(crate) async fn call(to: SocketAddr, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    call_on(&mut channel(to).await, headers, body).await.unwrap()
}

/// Other clients are served over both protocols.
pub(crate) async fn assert_serves(tfo: &Tfo) {
    let body = logs(["still there"]);
    let http = post(address(tfo, "http"), "/v1/logs", &[PROTOBUF], &body).await;
    assert_eq!(http.status, 200, "{http:?}");
    let grpc = call(address(tfo, "grpc"), &[], framed(0, &body)).await;
    assert_eq!(grpc.status, 0, "{grpc:?}");
}

/// Resident memory never was above this many MiB; a debug build, which is several times as large, may take 16 more.
pub(crate) fn assert_peak(tfo: &Tfo, mib: u64) {
    let mib = if cfg!(debug_assertions) { mib + 16 } else { mib };
    let (now, peak) = tfo.memory();
    assert!(peak <= mib << 10, "peak of {} MiB, now {} MiB, is above {mib} MiB", peak >> 10, now >> 10);
}

// === impl Answer ===

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Self { status: 0, head: String::new(), body: bytes.to_vec() };
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}
