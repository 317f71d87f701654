//! One call of one connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::{message, reply};
use crate::otlp::activity::Activity;
use crate::otlp::answer;
use crate::otlp::config::Access;
use crate::otlp::encoding::{self, Unreadable};
use crate::otlp::guard::Guard;
use crate::otlp::intake::Intake;
use crate::otlp::reply::Reply;
use crate::otlp::serve::client_context;
use crate::otlp::status::{Code, Status};
use pipelines::net::compress::Encoding;
use pipelines::outcome::Outcome;
use pipelines::runtime::{Answer, Permit};
use pipelines::{Context, Signal};

const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// What all connections share.
pub(in crate::otlp) struct Grpc {
    /// What every request needs.
    pub(in crate::otlp) intake: Arc<Intake>,
    /// Largest message in bytes.
    pub(in crate::otlp) limit: usize,
    /// Whether metadata goes into the context.
    pub(in crate::otlp) include_metadata: bool,
    /// Who may send.
    pub(in crate::otlp) access: Access,
    /// Decides about credentials.
    pub(in crate::otlp) guard: Guard,
}

/// One connection.
pub(in crate::otlp) struct GrpcPeer {
    grpc: Arc<Grpc>,
    activity: Arc<Activity>,
    client: Option<SocketAddr>,
    context: Context,
}

// === impl GrpcPeer ===

impl GrpcPeer {
    /// A connection from `client`.
    pub(in crate::otlp) fn new(grpc: Arc<Grpc>, activity: Arc<Activity>, client: Option<SocketAddr>) -> Self {
        Self { grpc, activity, client, context: client_context(client, None, None) }
    }

    /// Answers one call.
    pub(in crate::otlp) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Reply>, Infallible> {
        let _open = self.activity.open();
        Ok(self.call(request).await)
    }

    async fn call(&self, request: Request<Incoming>) -> Response<Reply> {
        let (head, body) = request.into_parts();
        let mut asked = self.grpc.intake.requests.begin();
        asked.is(Answer::Unsupported);
        if head.method != Method::POST {
            return reply::not_grpc(StatusCode::METHOD_NOT_ALLOWED);
        }
        if !is_grpc(&head.headers) {
            return reply::not_grpc(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let identity = match self.grpc.guard.admit(self.grpc.access, &head.headers, self.client) {
            Ok(identity) => identity,
            Err(rejected) => {
                asked.is(answer::turned_away(&rejected.status));
                return reply::rejected(&rejected);
            }
        };
        asked.is(Answer::Unknown);
        let Some(signal) = signal(head.uri.path()) else {
            return reply::error(&Status::new(Code::Unimplemented, format!("unknown method {}", head.uri.path())));
        };
        let Some(output) = self.grpc.intake.outputs.signal(signal) else {
            return reply::error(&answer::no_pipeline(signal));
        };
        asked.is(Answer::Unsupported);
        let encoding = match encoding(&head.headers) {
            Ok(encoding) => encoding,
            Err(name) => {
                let text = format!("grpc-encoding `{name}` is not supported");
                return reply::unknown_encoding(&Status::new(Code::Unimplemented, text));
            }
        };
        asked.is(Answer::Gone);
        let read = match self.read(body, encoding).await {
            Ok(read) => read,
            Err(unreadable) => {
                asked.is(answer::counted(&unreadable));
                return unread(unreadable);
            }
        };
        let context = match (self.grpc.include_metadata, identity) {
            (false, None) => self.context.clone(),
            (false, identity) => client_context(self.client, None, identity),
            (true, identity) => client_context(self.client, Some(&head.headers), identity),
        };
        let outcome = self.grpc.intake.deliver(output, signal, read, context).await;
        asked.is(&outcome);
        match outcome {
            Outcome::Delivered => reply::success(),
            Outcome::Partial { rejected, reason } => reply::success_with(&answer::partial_success(rejected, &reason)),
            Outcome::Refused(refusal) => reply::error(&answer::of_refusal(&refusal)),
        }
    }

    async fn read(&self, body: Incoming, encoding: Encoding) -> Result<(Bytes, Option<Permit>), Unreadable> {
        let Grpc { intake, limit, .. } = &*self.grpc;
        let limit = intake.largest(*limit);
        let message = message::read(body, &intake.budget, limit).await?;
        if message.is_compressed && encoding == Encoding::Identity {
            let text = "the message is compressed, but grpc-encoding does not say how";
            return Err(Unreadable::Status(Status::new(Code::Internal, text)));
        }
        let encoding = if message.is_compressed { encoding } else { Encoding::Identity };
        encoding::decompress(encoding, (message.bytes, message.permit), limit, &intake.budget)
    }
}

fn unread(unreadable: Unreadable) -> Response<Reply> {
    match unreadable {
        Unreadable::Broken(broken) => answer::of_broken(broken).map_or_else(
            || reply::error(&Status::new(Code::Unavailable, "the client is gone")),
            |status| reply::error(&status),
        ),
        Unreadable::Status(status) => reply::error(&status),
    }
}

fn signal(path: &str) -> Option<Signal> {
    Some(match path {
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Signal::Logs,
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Signal::Metrics,
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Signal::Traces,
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export" => Signal::Profiles,
        _ => return None,
    })
}

/// `application/grpc` or `application/grpc+proto`, maybe with parameters.
fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    let Some(rest) = value.as_bytes().strip_prefix(b"application/grpc") else { return false };
    let rest = rest.strip_prefix(b"+proto").unwrap_or(rest);
    rest.is_empty() || rest[0] == b';'
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, String> {
    let Some(name) = headers.get(GRPC_ENCODING) else { return Ok(Encoding::Identity) };
    encoding::from_grpc(name.as_bytes()).ok_or_else(|| String::from_utf8_lossy(name.as_bytes()).into_owned())
}
