//! Answers of the sink, over gRPC and HTTP.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt as _, Empty, Full};
use prost::encoding::{WireType, string, uint64};
use prost::encoding::{encode_key, encode_varint};

use super::serve::Body;

/// What a request is answered with.
pub(super) enum Answer {
    Taken { rejected: u64 },
    Refused { http: u16, grpc: i32, wait: Option<u32> },
    Rejected,
}

// === impl Answer ===

impl Answer {
    pub(super) fn into_http(self) -> Response<Body> {
        let mut builder = Response::builder().header("content-type", "application/x-protobuf");
        let body = match self {
            Self::Taken { rejected } => partial_success(rejected),
            Self::Refused { http, wait, .. } => {
                builder = builder.status(http);
                if let Some(wait) = wait {
                    builder = builder.header("retry-after", wait);
                }
                Vec::new()
            }
            Self::Rejected => {
                builder = builder.status(400);
                Vec::new()
            }
        };
        builder.body(Full::new(Bytes::from(body)).boxed_unsync()).unwrap()
    }

    pub(super) fn into_grpc(self) -> Response<Body> {
        let mut trailers = HeaderMap::new();
        let mut status = |code: i32| trailers.insert("grpc-status", HeaderValue::from(code));
        let body = match self {
            Self::Taken { rejected } => {
                status(0);
                let message = partial_success(rejected);
                let mut framed = vec![0];
                framed.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
                framed.extend(message);
                Full::new(Bytes::from(framed)).with_trailers(ready(trailers)).boxed_unsync()
            }
            Self::Refused { grpc, wait, .. } => {
                status(grpc);
                if let Some(wait) = wait {
                    let details = STANDARD_NO_PAD.encode(retry_info(grpc, wait));
                    trailers.insert("grpc-status-details-bin", HeaderValue::from_str(&details).unwrap());
                }
                Empty::new().with_trailers(ready(trailers)).boxed_unsync()
            }
            Self::Rejected => {
                status(3);
                Empty::new().with_trailers(ready(trailers)).boxed_unsync()
            }
        };
        Response::builder().header("content-type", "application/grpc").body(body).unwrap()
    }
}

fn ready(trailers: HeaderMap) -> std::future::Ready<Option<Result<HeaderMap, Infallible>>> {
    std::future::ready(Some(Ok(trailers)))
}

/// An `Export*ServiceResponse`, which looks the same for all signals.
fn partial_success(rejected: u64) -> Vec<u8> {
    let mut partial = Vec::new();
    if rejected == 0 {
        return partial;
    }
    uint64::encode(1, &rejected, &mut partial);
    string::encode(2, &"not these".to_owned(), &mut partial);
    nested(1, &partial)
}

/// A `google.rpc.Status` with a `RetryInfo`.
fn retry_info(code: i32, seconds: u32) -> Vec<u8> {
    let mut duration = Vec::new();
    uint64::encode(1, &u64::from(seconds), &mut duration);
    let mut any = Vec::new();
    string::encode(1, &"type.googleapis.com/google.rpc.RetryInfo".to_owned(), &mut any);
    any.extend(nested(2, &nested(1, &duration)));
    let mut status = Vec::new();
    uint64::encode(1, &u64::from(code.cast_unsigned()), &mut status);
    status.extend(nested(3, &any));
    status
}

fn nested(field: u32, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(field, WireType::LengthDelimited, &mut bytes);
    encode_varint(message.len() as u64, &mut bytes);
    bytes.extend_from_slice(message);
    bytes
}
