//! [`Refusal`]: why a request is not done, in the form that agents read.

use std::time::{Duration, SystemTime};

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pipelines::component::Denied;

use crate::admin::rfc3339;
use crate::platform_wire::Failure;

/// A request that is not done.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    reason: Reason,
    error: String,
    retry_after: Option<Duration>,
    challenge: Option<HeaderValue>,
}

/// Why, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    InvalidRequest,
    CredentialsRequired,
    CredentialsRefused,
    NotFound,
    UnknownAgent,
    MethodNotAllowed,
    TooSlow,
    TooLarge,
    UnsupportedMediaType,
    RateLimited,
    TooManyAgents,
    Busy,
    StorageUnavailable,
}

/// When to try again after too many requests at once.
const BUSY: Duration = Duration::from_secs(1);
/// When to try again while the storage does not work.
const STORAGE: Duration = Duration::from_secs(10);
/// When to try again while there are too many agents, which takes somebody to delete some.
const CROWDED: Duration = Duration::from_secs(300);

// === impl Refusal ===

impl Refusal {
    /// A refusal with one lowercase sentence without a final dot.
    pub(super) fn new(reason: Reason, error: impl Into<String>) -> Self {
        let retry_after = match reason {
            Reason::Busy => Some(BUSY),
            Reason::StorageUnavailable => Some(STORAGE),
            Reason::TooManyAgents => Some(CROWDED),
            _ => None,
        };
        Self { reason, error: error.into(), retry_after, challenge: None }
    }

    /// A request that cannot be understood.
    pub(super) fn invalid(error: impl Into<String>) -> Self {
        Self::new(Reason::InvalidRequest, error)
    }

    /// An agent nobody has heard of.
    pub(super) fn unknown(id: &str) -> Self {
        Self::new(Reason::UnknownAgent, format!("no agent `{id}` is registered"))
    }

    /// Credentials that were not accepted; `challenge` says what would be.
    pub(super) fn denied(denied: Denied, challenge: HeaderValue) -> Self {
        match denied {
            Denied::Missing(error) | Denied::Unauthenticated(error) => {
                Self { challenge: Some(challenge), ..Self::new(Reason::CredentialsRequired, error) }
            }
            Denied::Refused(error) => Self::new(Reason::CredentialsRefused, error),
            Denied::Exhausted { reason, after, .. } => {
                Self { retry_after: Some(after), ..Self::new(Reason::RateLimited, reason) }
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = self.reason.parts();
        let timestamp = rfc3339(SystemTime::now());
        let failure = Failure { success: false, error: self.error, error_code: code.to_owned(), timestamp };
        let mut response = (status, Json(failure)).into_response();
        if let Some(after) = self.retry_after {
            // Whole seconds, rounded up.
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

// === impl Reason ===

impl Reason {
    const fn parts(self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, "INVALID_REQUEST"),
            Self::CredentialsRequired => (StatusCode::UNAUTHORIZED, "CREDENTIALS_REQUIRED"),
            Self::CredentialsRefused => (StatusCode::FORBIDDEN, "CREDENTIALS_REFUSED"),
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::UnknownAgent => (StatusCode::NOT_FOUND, "UNKNOWN_AGENT"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "TOO_SLOW"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            Self::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
            Self::TooManyAgents => (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_AGENTS"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
            Self::StorageUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "STORAGE_UNAVAILABLE"),
        }
    }
}
