//! [`GrpcStatus`]: how a gRPC call ended, and what OTLP makes of it.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, StatusCode};
use pipelines::component::ExportError;

use crate::client::RpcStatus;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GrpcStatus {
    /// The code.
    pub(super) code: Code,
    /// What the server says; may be empty.
    pub(super) message: String,
    /// The delay of a `RetryInfo`, if there was one.
    pub(super) retry: Option<Duration>,
}

/// A gRPC status code (<https://grpc.io/docs/guides/status-codes/>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(pub(super) u8);

const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Senders may leave out the padding of binary metadata, and must accept both forms.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

// === impl Code ===

impl Code {
    pub(super) const OK: Self = Self(0);
    pub(super) const UNKNOWN: Self = Self(2);
    pub(super) const PERMISSION_DENIED: Self = Self(7);
    pub(super) const RESOURCE_EXHAUSTED: Self = Self(8);
    pub(super) const UNIMPLEMENTED: Self = Self(12);
    pub(super) const INTERNAL: Self = Self(13);
    pub(super) const UNAVAILABLE: Self = Self(14);
    pub(super) const UNAUTHENTICATED: Self = Self(16);

    /// What a plain HTTP status stands for (gRPC, http-grpc-status-mapping).
    fn from_http(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::INTERNAL,
            401 => Self::UNAUTHENTICATED,
            403 => Self::PERMISSION_DENIED,
            404 => Self::UNIMPLEMENTED,
            429 | 502 | 503 | 504 => Self::UNAVAILABLE,
            _ => Self::UNKNOWN,
        }
    }

    /// Whether OTLP allows to send the same data again; `advised` tells whether a `RetryInfo` came along.
    fn is_retryable(self, advised: bool) -> bool {
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS (OTLP specification, Failures).
        matches!(self.0, 1 | 4 | 10 | 11 | 14 | 15) || (self == Self::RESOURCE_EXHAUSTED && advised)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.get(usize::from(self.0)) {
            Some(name) => f.write_str(name),
            None => write!(f, "code {}", self.0),
        }
    }
}

// === impl GrpcStatus ===

impl GrpcStatus {
    /// Reads the status from trailers, or from the headers of an answer without a body; `None` when it is not there.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let code = headers.get("grpc-status")?.to_str().ok()?.trim().parse().map_or(Code::UNKNOWN, Code);
        let message = headers.get("grpc-message").map(|text| percent_encoding::percent_decode(text.as_bytes()));
        let message = message.map(|text| text.decode_utf8_lossy().into_owned()).unwrap_or_default();
        let details = headers.get("grpc-status-details-bin").and_then(|text| BASE64.decode(text.as_bytes()).ok());
        let retry = details.and_then(|status| RpcStatus::decode(&status)).and_then(|status| status.retry);
        Some(Self { code, message, retry })
    }

    /// What an answer without a gRPC status means.
    pub(super) fn from_http(status: StatusCode) -> Self {
        let message = match status {
            StatusCode::OK => "the answer has no grpc-status".to_owned(),
            status => format!("HTTP {status}"),
        };
        Self { code: Code::from_http(status), message, retry: None }
    }

    /// The status as the engine wants it.
    pub(super) fn into_error(self, place: impl fmt::Display) -> ExportError {
        let reason = self.describe(place);
        match self.code.is_retryable(self.retry.is_some()) {
            // A delay of zero leaves the wait to the client (OTLP specification, OTLP/gRPC Throttling).
            true => ExportError::Retry { after: self.retry.filter(|delay| !delay.is_zero()), reason },
            false => ExportError::reject(reason),
        }
    }

    /// Who answered what.
    pub(super) fn describe(&self, place: impl fmt::Display) -> String {
        match self.message.as_str() {
            "" => format!("{place} answered {}", self.code),
            message => format!("{place} answered {}: {message}", self.code),
        }
    }
}
