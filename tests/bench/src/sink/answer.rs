//! The answer to one export request, as gRPC or as HTTP.

use super::Reply;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};

/// A gRPC status code and, when it is not 0, the reason.
pub(super) struct Answer {
    pub(super) code: u8,
    pub(super) message: String,
}

// === impl Answer ===

impl Answer {
    pub(super) fn ok() -> Self {
        Self { code: 0, message: String::new() }
    }

    pub(super) fn refuse(code: u8, message: String) -> Self {
        Self { code, message }
    }

    /// An empty Export*ServiceResponse and the status in the trailers, or the status alone.
    pub(super) fn into_grpc(self) -> Reply {
        let mut status = HeaderMap::new();
        status.insert("grpc-status", HeaderValue::from(u16::from(self.code)));
        if let Ok(message) = HeaderValue::from_str(&self.message) {
            status.insert("grpc-message", message);
        }
        let mut reply = if self.code == 0 {
            let message = Full::new(Bytes::from_static(&[0; 5]));
            Response::new(message.with_trailers(std::future::ready(Some(Ok(status)))).boxed_unsync())
        } else {
            let mut reply = Response::new(Empty::new().boxed_unsync());
            reply.headers_mut().extend(status);
            reply
        };
        reply.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
        reply
    }

    /// The mapping of statuses is that of the OTLP specification.
    pub(super) fn into_http(self, json: bool) -> Reply {
        let (content_type, empty) = if json { ("application/json", "{}") } else { ("application/x-protobuf", "") };
        let mut reply = if self.code == 0 {
            Response::new(Full::new(Bytes::from_static(empty.as_bytes())).boxed_unsync())
        } else {
            Response::new(Full::new(Bytes::from(self.message)).boxed_unsync())
        };
        *reply.status_mut() = match self.code {
            0 => StatusCode::OK,
            8 => StatusCode::TOO_MANY_REQUESTS,
            12 => StatusCode::NOT_FOUND,
            14 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let content_type = if self.code == 0 { content_type } else { "text/plain" };
        reply.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        reply
    }
}
