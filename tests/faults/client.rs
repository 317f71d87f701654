//! OTLP clients that know what an answer means: over gRPC with tonic, over HTTP/1.1 with hyper.

use std::error::Error as _;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message as _;
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use crate::records::{Request, Signal};

/// Longest time for an answer, on a machine that also compiles; an engine that lets a client wait longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client makes of an answer, by the rules of OTLP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Taken, but for so many records.
    Acknowledged { rejected: u64 },
    /// To be sent again.
    Refused(String),
    /// Not to be sent again.
    Permanent(String),
    /// The connection broke: nobody knows.
    Unanswered(String),
}

/// How OTLP is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    Http,
}

/// A connection to a receiver.
pub(crate) enum Connection {
    Grpc(Channel),
    Http(SendRequest<Full<Bytes>>),
}

// === impl Connection ===

impl Connection {
    pub(crate) async fn open(protocol: Protocol, to: SocketAddr) -> Option<Self> {
        match protocol {
            Protocol::Grpc => {
                Endpoint::from_shared(format!("http://{to}")).unwrap().connect().await.ok().map(Self::Grpc)
            }
            Protocol::Http => {
                let stream = TcpStream::connect(to).await.ok()?;
                stream.set_nodelay(true).ok()?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
                tokio::spawn(connection);
                Some(Self::Http(sender))
            }
        }
    }

    /// Sends a request and waits for the answer.
    pub(crate) async fn send(&mut self, signal: Signal, request: Request) -> Outcome {
        let sending = async {
            match self {
                Self::Grpc(channel) => over_grpc(channel.clone(), request).await,
                Self::Http(sender) => over_http(sender, signal, request.encode())
                    .await
                    .unwrap_or_else(|error| Outcome::Unanswered(error.to_string())),
            }
        };
        tokio::time::timeout(PATIENCE, sending).await.unwrap_or_else(|_| panic!("no answer within {PATIENCE:?}"))
    }
}

async fn over_grpc(channel: Channel, request: Request) -> Outcome {
    const MAX: usize = 64 << 20;
    let rejected = match request {
        Request::Logs(request) => {
            let sent = LogsServiceClient::new(channel).max_encoding_message_size(MAX).export(request).await;
            sent.map(|reply| reply.into_inner().partial_success.map_or(0, |partial| partial.rejected_log_records))
        }
        Request::Traces(request) => {
            let sent = TraceServiceClient::new(channel).max_encoding_message_size(MAX).export(request).await;
            sent.map(|reply| reply.into_inner().partial_success.map_or(0, |partial| partial.rejected_spans))
        }
        Request::Metrics(request) => {
            let sent = MetricsServiceClient::new(channel).max_encoding_message_size(MAX).export(request).await;
            sent.map(|reply| reply.into_inner().partial_success.map_or(0, |partial| partial.rejected_data_points))
        }
    };
    match rejected {
        Ok(rejected) => Outcome::Acknowledged { rejected: rejected.cast_unsigned() },
        Err(status) => of_status(&status),
    }
}

/// <https://opentelemetry.io/docs/specs/otlp/#failures>
fn of_status(status: &Status) -> Outcome {
    let text = format!("{:?}: {}", status.code(), status.message());
    let wait = status.details().windows(9).any(|window| window == b"RetryInfo");
    match status.code() {
        // Made up on this side, not received.
        _ if status.source().is_some() => Outcome::Unanswered(text),
        Code::ResourceExhausted if wait => Outcome::Refused(text),
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Outcome::Refused(text),
        _ => Outcome::Permanent(text),
    }
}

/// <https://opentelemetry.io/docs/specs/otlp/#failures-1>
async fn over_http(
    sender: &mut SendRequest<Full<Bytes>>,
    signal: Signal,
    body: Vec<u8>,
) -> Result<Outcome, hyper::Error> {
    let request = http::Request::post(signal.http_path())
        .header("host", "tfo")
        .header("content-type", "application/x-protobuf")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    sender.ready().await?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok(match status.as_u16() {
        200 => {
            // The responses of all signals look the same on the wire.
            let response = ExportLogsServiceResponse::decode(body).expect("the answer is an export response");
            let rejected = response.partial_success.map_or(0, |partial| partial.rejected_log_records);
            Outcome::Acknowledged { rejected: rejected.cast_unsigned() }
        }
        429 | 502 | 503 | 504 => Outcome::Refused(status.to_string()),
        _ => Outcome::Permanent(format!("{status}: {}", String::from_utf8_lossy(&body))),
    })
}
