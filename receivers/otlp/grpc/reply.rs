//! Responses of gRPC: one message and trailers, or trailers only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::otlp::encoding;
use crate::otlp::guard::Rejected;
use crate::otlp::reply::Reply;
use crate::otlp::status::Status;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Longest text of an error, in bytes: headers have limits, too.
const MAX_MESSAGE: usize = 2048;

/// The empty message, uncompressed: an `Export*ServiceResponse` of complete success.
const EMPTY_MESSAGE: &[u8] = &[0; 5];

/// Complete success.
pub(super) fn success() -> Response<Reply> {
    message(Bytes::from_static(EMPTY_MESSAGE))
}

/// Success with an encoded response message.
pub(super) fn success_with(encoded: &[u8]) -> Response<Reply> {
    let mut framed = Vec::with_capacity(encoded.len() + EMPTY_MESSAGE.len());
    framed.push(0);
    framed.extend_from_slice(&u32::try_from(encoded.len()).unwrap_or(u32::MAX).to_be_bytes());
    framed.extend_from_slice(encoded);
    message(framed.into())
}

/// An error, as trailers only.
pub(super) fn error(status: &Status) -> Response<Reply> {
    let mut response = Response::new(Reply::empty());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, GRPC);
    headers.insert(GRPC_STATUS, HeaderValue::from(status.code as u16));
    let message = percent_encoded(&status.message);
    if let Ok(message) = HeaderValue::from_bytes(&message) {
        headers.insert(GRPC_MESSAGE, message);
    }
    if status.retry_after.is_some()
        && let Ok(details) = HeaderValue::try_from(STANDARD_NO_PAD.encode(status.to_protobuf()))
    {
        headers.insert(GRPC_DETAILS, details);
    }
    response
}

/// A call that does not come in.
pub(super) fn rejected(rejected: &Rejected) -> Response<Reply> {
    let mut response = error(&rejected.status);
    rejected.decorate(response.headers_mut());
    response
}

/// The error of an encoding that is not known, with those that are.
pub(super) fn unknown_encoding(status: &Status) -> Response<Reply> {
    let mut response = error(status);
    response.headers_mut().insert(GRPC_ACCEPT_ENCODING, HeaderValue::from_static(encoding::GRPC_ACCEPTED));
    response
}

/// Something that is not gRPC at all.
pub(super) fn not_grpc(status: StatusCode) -> Response<Reply> {
    let mut response = Response::new(Reply::empty());
    *response.status_mut() = status;
    response
}

fn message(framed: Bytes) -> Response<Reply> {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(GRPC_STATUS, HeaderValue::from_static("0"));
    let mut response = Response::new(Reply::with_trailers(framed, trailers));
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

/// `grpc-message`: what is not printable ASCII, and `%`, is percent-encoded.
fn percent_encoded(text: &str) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut end = text.len().min(MAX_MESSAGE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut out = Vec::with_capacity(end);
    for byte in text.as_bytes()[..end].iter().copied() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    out
}
