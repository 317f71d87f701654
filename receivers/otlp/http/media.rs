//! The two encodings of OTLP/HTTP, and the responses in each.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

use crate::otlp::answer;
use crate::otlp::status::Status;
use pipelines::Signal;

/// How a request's body is encoded; the response's is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

// === impl Media ===

impl Media {
    /// What the request says; `None` for anything else. Parameters such as a charset are ignored.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(CONTENT_TYPE)?.as_bytes();
        let kind = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        match kind {
            b"application/x-protobuf" => Some(Self::Protobuf),
            b"application/json" => Some(Self::Json),
            other if other.eq_ignore_ascii_case(b"application/x-protobuf") => Some(Self::Protobuf),
            other if other.eq_ignore_ascii_case(b"application/json") => Some(Self::Json),
            _ => None,
        }
    }

    /// The value of Content-Type.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        })
    }

    /// Complete success.
    pub(super) fn success(self) -> Bytes {
        Bytes::from_static(match self {
            Self::Protobuf => b"",
            Self::Json => br#"{"partialSuccess":{}}"#,
        })
    }

    /// Success of a part.
    pub(super) fn partial(self, signal: Signal, rejected: u64, reason: &str) -> Bytes {
        match self {
            Self::Protobuf => answer::partial_success(rejected, reason).into(),
            Self::Json => answer::partial_success_json(signal, rejected, reason).into(),
        }
    }

    /// An error.
    pub(super) fn status(self, status: &Status) -> Bytes {
        match self {
            Self::Protobuf => status.to_protobuf().into(),
            Self::Json => status.to_json().into(),
        }
    }
}
