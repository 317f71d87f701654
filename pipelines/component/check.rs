//! Probing the world a component will need, without leaving a trace.

use super::context::ComponentId;
use crate::Signal;

/// How deep a check goes. Every level includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The files alone: YAML, fields, types, graph, expressions. Touches nothing.
    Static,
    /// The local machine, read only: environment, files, certificates, ports, directories.
    Resolve,
    /// The network: name, connection, TLS, credentials, version. Writes nothing.
    Connect,
    /// The whole graph on data, up to and including every exporter's encoding. Sends nothing.
    Process,
}

/// What a probe may use.
#[derive(Clone, Debug)]
pub struct CheckContext {
    /// The component that is checked.
    pub id: ComponentId,
    /// [`Depth::Resolve`] or [`Depth::Connect`].
    pub depth: Depth,
    /// The signals of the pipelines that use it.
    pub signals: Vec<Signal>,
    /// Bound on every single wait.
    pub timeout: std::time::Duration,
}

/// One thing a probe looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What came out.
    pub check: Check,
    /// What was looked at and what was found: one lowercase sentence without a final dot.
    pub text: String,
}

/// What came out of one probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is as it must be.
    Passed,
    /// It works, but somebody should look.
    Warned,
    /// The endpoint cannot be reached (exit code 69).
    Unreachable,
    /// A permission is missing or a credential was refused (exit code 77).
    Denied,
    /// Something else is wrong (exit code 78).
    Failed,
    /// It cannot be checked here; the text says why.
    Unchecked,
}

// === impl Finding ===

impl Finding {
    /// A probe that found `text`.
    #[must_use]
    pub fn new(check: Check, text: impl Into<String>) -> Self {
        Self { check, text: text.into() }
    }
}

// === impl Depth ===

impl Depth {
    /// Every level, shallowest first.
    pub const ALL: [Self; 4] = [Self::Static, Self::Resolve, Self::Connect, Self::Process];

    /// The name used on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Process => "process",
        }
    }
}
