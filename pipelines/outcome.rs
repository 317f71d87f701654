//! What became of a batch, as told to whoever waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How one batch ended.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Delivered, or dropped on purpose by a processor that counts what it drops.
    #[default]
    Delivered,
    /// Delivered except for `rejected` items, which must not be sent again (OTLP partial success).
    Partial {
        /// How many items were not taken.
        rejected: u64,
        /// Why, for people.
        reason: Arc<str>,
    },
    /// Not delivered.
    Refused(Refusal),
}

/// Why a batch was not delivered, and whether sending it again can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The class, from which receivers derive status codes.
    pub kind: RefusalKind,
    /// Why, for people: one lowercase sentence without a final dot.
    pub reason: Arc<str>,
    /// How long to wait before sending it again, where somebody said so.
    pub after: Option<Duration>,
}

/// The classes of refusal, mildest first; a batch with several refused shares reports the last in this order.
///
/// A retryable class outranks a permanent one: the share that can still be delivered must not be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalKind {
    /// The data itself cannot be taken: `INVALID_ARGUMENT`, 400.
    Invalid,
    /// It can never succeed for another reason: `INTERNAL`, 500.
    Permanent,
    /// No room now: `RESOURCE_EXHAUSTED` with `RetryInfo`, 429.
    Exhausted,
    /// The way is blocked now: `UNAVAILABLE`, 503.
    Unavailable,
}

// === impl Outcome ===

impl Outcome {
    /// The outcome of two shares of one batch: the worse of both; rejected counts add up.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Delivered, any) | (any, Self::Delivered) => any,
            (Self::Refused(a), Self::Refused(b)) => Self::Refused(if b.kind > a.kind { b } else { a }),
            (refused @ Self::Refused(_), _) | (_, refused @ Self::Refused(_)) => refused,
            (Self::Partial { rejected, reason }, Self::Partial { rejected: more, .. }) => {
                Self::Partial { rejected: rejected.saturating_add(more), reason }
            }
        }
    }

    /// Whether nothing more can become of the batch: it is delivered or can never be.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Refused(refusal) if refusal.is_retryable())
    }

    /// A retryable refusal because the way is blocked.
    #[must_use]
    pub fn unavailable(reason: impl Into<Arc<str>>) -> Self {
        Refusal::new(RefusalKind::Unavailable, reason).into()
    }

    /// A permanent refusal.
    #[must_use]
    pub fn permanent(reason: impl Into<Arc<str>>) -> Self {
        Refusal::new(RefusalKind::Permanent, reason).into()
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

// === impl Refusal ===

impl Refusal {
    /// A refusal without advice when to try again.
    #[must_use]
    pub fn new(kind: RefusalKind, reason: impl Into<Arc<str>>) -> Self {
        Self { kind, reason: reason.into(), after: None }
    }

    /// The same refusal with advice when to try again.
    #[must_use]
    pub fn after(mut self, after: Duration) -> Self {
        self.after = Some(after);
        self
    }

    /// Whether sending the same data again can succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind >= RefusalKind::Exhausted
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}
