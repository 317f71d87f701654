//! Responses of OTLP/HTTP.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::media::Media;
use crate::otlp::guard::Rejected;
use crate::otlp::reply::Reply;
use crate::otlp::status::{Code, Status};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The Collector's texts, which clients and people know.
const METHOD_NOT_ALLOWED: &str = "405 method not allowed, supported: [POST]";
const UNSUPPORTED_MEDIA_TYPE: &str =
    "415 unsupported media type, supported: [application/json, application/x-protobuf]";

/// A body in the request's encoding.
pub(super) fn ok(media: Media, body: Bytes) -> Response<Reply> {
    let mut response = Response::new(Reply::full(body));
    response.headers_mut().insert(CONTENT_TYPE, media.content_type());
    response
}

/// A `google.rpc.Status` in the request's encoding, with a status code of HTTP.
pub(super) fn error(code: StatusCode, media: Media, status: &Status) -> Response<Reply> {
    let mut response = ok(media, media.status(status));
    *response.status_mut() = code;
    if let Some(after) = status.retry_after
        && !after.is_zero()
    {
        // Whole seconds, rounded up: a client must not come too early.
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The status code of HTTP that says the same.
pub(super) fn code(status: &Status) -> StatusCode {
    match status.code {
        Code::InvalidArgument => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::REQUEST_TIMEOUT,
        // It must not be sent again when nobody says when.
        Code::ResourceExhausted if status.retry_after.is_none() => StatusCode::PAYLOAD_TOO_LARGE,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_FOUND,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
    }
}

/// A request that does not come in.
pub(super) fn rejected(media: Media, rejected: &Rejected) -> Response<Reply> {
    let mut response = error(code(&rejected.status), media, &rejected.status);
    rejected.decorate(response.headers_mut());
    response
}

/// A path that is not served.
pub(super) fn not_found() -> Response<Reply> {
    text(StatusCode::NOT_FOUND, "404 page not found")
}

/// A signal that no pipeline takes.
pub(super) fn no_pipeline(status: &Status) -> Response<Reply> {
    text(StatusCode::NOT_FOUND, format!("404 {}", status.message))
}

/// A method other than POST.
pub(super) fn method_not_allowed() -> Response<Reply> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

/// A body that is neither protobuf nor JSON.
pub(super) fn unsupported_media_type() -> Response<Reply> {
    text(StatusCode::UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE)
}

/// Nothing but a status code.
pub(super) fn bare(code: StatusCode) -> Response<Reply> {
    let mut response = Response::new(Reply::empty());
    *response.status_mut() = code;
    response
}

fn text(code: StatusCode, text: impl Into<Bytes>) -> Response<Reply> {
    let mut response = Response::new(Reply::full(text.into()));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    response
}
