//! Requests by what became of them: a receiver counts each one once, also those that never became a batch.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::outcome::{Outcome, RefusalKind};

/// The requests that came to a receiver over one transport.
#[derive(Debug)]
pub struct Requests {
    /// The transport, e.g. `grpc`.
    pub transport: &'static str,
    answers: [AtomicU64; Answer::ALL.len()],
}

/// A request that is being answered. It is counted when dropped: as the client's who hung up, unless told otherwise.
#[derive(Debug)]
pub struct Asked<'a> {
    requests: &'a Requests,
    answer: Answer,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Acknowledged.
    Accepted,
    /// Acknowledged but for some items.
    Partial,
    /// Refused for now by the pipelines.
    Refused,
    /// Refused for good by the pipelines.
    Rejected,
    /// Refused for now before it was read: its bytes do not fit into the budget.
    NoRoom,
    /// Larger than the limit.
    TooLarge,
    /// Bytes that are no request.
    Invalid,
    /// A method, content type or encoding that is not served.
    Unsupported,
    /// A path or signal that is not served.
    Unknown,
    /// Without a credential, or with one that cannot be one.
    Unauthenticated,
    /// With a credential that is not accepted.
    PermissionDenied,
    /// More requests than its credential may send.
    RateLimited,
    /// It was not sent within the time.
    Stalled,
    /// The client hung up before it was answered.
    Gone,
}

// === impl Requests ===

impl Requests {
    /// No requests so far.
    #[must_use]
    pub fn over(transport: &'static str) -> Self {
        Self { transport, answers: Default::default() }
    }

    /// A request comes in.
    #[must_use]
    pub fn begin(&self) -> Asked<'_> {
        Asked { requests: self, answer: Answer::Gone }
    }

    /// Every answer with the number of requests so far.
    pub fn by_answer(&self) -> impl Iterator<Item = (Answer, u64)> {
        Answer::ALL.into_iter().map(|answer| (answer, self.answers[answer as usize].load(Ordering::Relaxed)))
    }
}

// === impl Asked ===

impl Asked<'_> {
    /// Says what became of it; the last word counts.
    pub fn is(&mut self, answer: impl Into<Answer>) {
        self.answer = answer.into();
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.requests.answers[self.answer as usize].fetch_add(1, Ordering::Relaxed);
    }
}

// === impl Answer ===

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 14] = [
        Self::Accepted,
        Self::Partial,
        Self::Refused,
        Self::Rejected,
        Self::NoRoom,
        Self::TooLarge,
        Self::Invalid,
        Self::Unsupported,
        Self::Unknown,
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::RateLimited,
        Self::Stalled,
        Self::Gone,
    ];

    /// The word in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::NoRoom => "no_room",
            Self::TooLarge => "too_large",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::RateLimited => "rate_limited",
            Self::Stalled => "stalled",
            Self::Gone => "gone",
        }
    }
}

impl From<&Outcome> for Answer {
    /// The answer to a request whose batch ended so.
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Delivered => Self::Accepted,
            Outcome::Partial { .. } => Self::Partial,
            Outcome::Refused(refusal) if refusal.kind == RefusalKind::Invalid => Self::Invalid,
            Outcome::Refused(refusal) if refusal.is_retryable() => Self::Refused,
            Outcome::Refused(_) => Self::Rejected,
        }
    }
}
