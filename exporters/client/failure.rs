//! [`Failed`]: at which step a connection could not be made.

/// Why a connection was not made: one lowercase sentence without a final dot, and the step it failed at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Failed {
    /// The step.
    pub(crate) stage: Stage,
    /// The sentence.
    pub(crate) reason: String,
}

/// The steps from a name to a connection that carries requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The name has no address.
    Resolve,
    /// No connection.
    Connect,
    /// A certificate or key may not be read.
    Denied,
    /// No encryption: a certificate was refused by one side, or the other side does not speak TLS.
    Tls,
    /// The other side does not speak the protocol on top.
    Protocol,
}

// === impl Failed ===

impl Failed {
    /// A failure at `stage`.
    pub(crate) fn new(stage: Stage, reason: impl Into<String>) -> Self {
        Self { stage, reason: reason.into() }
    }
}
