//! `google.rpc.Status` with `google.rpc.RetryInfo`, the form in which both protocols tell what went wrong.

use std::time::Duration;

use pipelines::otlp::wire::{put_len, put_uint};

/// Codes of gRPC that this receiver answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The request is malformed.
    InvalidArgument = 3,
    /// The request was not sent within the time.
    DeadlineExceeded = 4,
    /// A credential that is not accepted.
    PermissionDenied = 7,
    /// Too large, or no room now.
    ResourceExhausted = 8,
    /// Not served here: service, encoding, or a signal no pipeline takes.
    Unimplemented = 12,
    /// It can never succeed.
    Internal = 13,
    /// It may succeed later.
    Unavailable = 14,
    /// No credential, or none that could be one.
    Unauthenticated = 16,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    /// The class.
    pub(super) code: Code,
    /// For people.
    pub(super) message: String,
    /// When the request may be sent again; only set when that can help.
    pub(super) retry_after: Option<Duration>,
}

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

// === impl Status ===

impl Status {
    /// A status without advice when to try again.
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// The same status with advice when to try again.
    pub(super) fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The encoded `google.rpc.Status`.
    pub(super) fn to_protobuf(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.message.len() + 80);
        put_uint(&mut out, 1, self.code as u64);
        put_len(&mut out, 2, self.message.as_bytes());
        if let Some(after) = self.retry_after {
            let (mut duration, mut info, mut any) = (Vec::new(), Vec::new(), Vec::new());
            for (number, value) in [(1, after.as_secs()), (2, u64::from(after.subsec_nanos()))] {
                if value > 0 {
                    put_uint(&mut duration, number, value);
                }
            }
            put_len(&mut info, 1, &duration);
            put_len(&mut any, 1, RETRY_INFO.as_bytes());
            put_len(&mut any, 2, &info);
            put_len(&mut out, 3, &any);
        }
        out
    }

    /// The JSON form of `google.rpc.Status`.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut status = serde_json::json!({ "code": self.code as u8, "message": self.message });
        if let Some(after) = self.retry_after {
            let delay = format!("{}s", after.as_secs_f64());
            status["details"] = serde_json::json!([{ "@type": RETRY_INFO, "retryDelay": delay }]);
        }
        status.to_string().into_bytes()
    }
}
