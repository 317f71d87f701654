//! One `Export` call: from encoded telemetry to the head of a request, and from the answer to a result.

use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use h2::RecvStream;
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version, header};
use pipelines::Signal;
use pipelines::component::ExportError;
use pipelines::net::compress::{Encoding, decode};

use super::status::{Code, GrpcStatus};
use crate::client::h2::{Answer, Rope};
use crate::client::{PartialSuccess, Payload};

/// The heads of requests, made once.
#[derive(Debug)]
pub(super) struct Heads {
    uris: [Uri; Signal::ALL.len()],
    /// What is the same for all requests.
    pub(super) headers: HeaderMap,
}

/// Answers hold a count and a sentence; OTLP asks clients to stop reading at this size, in bytes.
const ANSWER_LIMIT: usize = 4 << 20;

// === impl Heads ===

impl Heads {
    /// Heads for the server called `authority`; `encoding` is the gRPC name of the compression, if any.
    ///
    /// # Errors
    /// One sentence when `authority` cannot be a part of a URI.
    pub(super) fn new(
        tls: bool,
        authority: &str,
        encoding: Option<&'static str>,
        mut headers: HeaderMap,
    ) -> Result<Self, String> {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
        if let Some(encoding) = encoding {
            headers.insert(HeaderName::from_static("grpc-encoding"), HeaderValue::from_static(encoding));
        }
        let uri = |signal| {
            let uri = Uri::builder()
                .scheme(if tls { Scheme::HTTPS } else { Scheme::HTTP })
                .authority(authority)
                .path_and_query(PathAndQuery::from_static(method(signal)));
            uri.build().map_err(|error| format!("`{authority}` cannot be the name of a server in a request: {error}"))
        };
        let [traces, metrics, logs, profiles] = Signal::ALL.map(uri);
        Ok(Self { uris: [traces?, metrics?, logs?, profiles?], headers })
    }

    /// The request that carries `payload` with `headers`.
    pub(super) fn request(&self, signal: Signal, headers: &HeaderMap, payload: &Payload<'_>) -> (Request<()>, Rope) {
        let mut head = Request::new(());
        *head.method_mut() = Method::POST;
        *head.version_mut() = Version::HTTP_2;
        *head.uri_mut() = self.uris[signal as usize].clone();
        head.headers_mut().clone_from(headers);
        (head, payload.message())
    }
}

/// Reads an answer to its end.
///
/// # Errors
/// The gRPC status unless it is OK, and a retryable error when the connection breaks.
pub(super) async fn read(answer: Answer, place: &str) -> Result<PartialSuccess, CallFailed> {
    // The answer as a whole lives until its body is read: keepalive counts it as a request on its way.
    let mut answer = answer;
    let http = answer.response.status();
    let headers = answer.response.headers();
    let status = GrpcStatus::from_headers(headers);
    if let Some(status) = status {
        return done(status, &Bytes::new(), None);
    }
    if !http.is_success() || !is_grpc(headers) {
        return Err(CallFailed::Status(GrpcStatus::from_http(http)));
    }
    let encoding = headers.get("grpc-encoding").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = answer.response.body_mut();
    let message = read_body(body)
        .await
        .map_err(|error| CallFailed::Broken(format!("{place} did not finish its answer: {error}")))?;
    let trailers = poll_fn(|cx| body.poll_trailers(cx)).await;
    match trailers.ok().flatten().as_ref().and_then(GrpcStatus::from_headers) {
        Some(status) => done(status, &message, encoding.as_deref()),
        None => Err(CallFailed::Broken(format!("{place} ended its answer without a grpc-status"))),
    }
}

/// Why a call did not succeed.
#[derive(Debug)]
pub(super) enum CallFailed {
    /// The server said so.
    Status(GrpcStatus),
    /// The connection broke.
    Broken(String),
    /// There was nothing to send it with.
    Unsent(ExportError),
}

// === impl CallFailed ===

impl CallFailed {
    pub(super) fn into_error(self, place: &str) -> ExportError {
        match self {
            Self::Status(status) => status.into_error(place),
            Self::Broken(reason) => ExportError::retry(reason),
            Self::Unsent(error) => error,
        }
    }
}

async fn read_body(body: &mut RecvStream) -> Result<Bytes, String> {
    let mut all = BytesMut::new();
    while let Some(data) = body.data().await {
        let data = data.map_err(|error| error.to_string())?;
        let _ = body.flow_control().release_capacity(data.len());
        if all.len() + data.len() > ANSWER_LIMIT {
            return Err(format!("it is longer than {ANSWER_LIMIT} bytes"));
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

fn done(status: GrpcStatus, message: &Bytes, encoding: Option<&str>) -> Result<PartialSuccess, CallFailed> {
    if status.code != Code::OK {
        return Err(CallFailed::Status(status));
    }
    Ok(success(message, encoding).unwrap_or_else(|| {
        // The server said OK: the data are delivered, whatever else it said cannot be read.
        tracing::debug!("the answer cannot be read, though its status is OK");
        PartialSuccess::default()
    }))
}

/// Go servers answer in the compression of the request.
pub(super) fn success(message: &Bytes, encoding: Option<&str>) -> Option<PartialSuccess> {
    let Some(prefix) = message.first_chunk::<{ Rope::PREFIX }>() else { return Some(PartialSuccess::default()) };
    let body = message.slice(Rope::PREFIX..);
    match prefix[0] {
        0 => PartialSuccess::decode(&body),
        _ => PartialSuccess::decode(&decode(Encoding::from_name(encoding?)?, &body, ANSWER_LIMIT).ok()?),
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// The full name of the method that takes the signal (opentelemetry-proto, collector/*/v1/*_service.proto).
fn method(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Profiles => "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
    }
}
