//! Why a request is refused.

use std::fmt;

use crate::Signal;

/// The bytes are not a valid OTLP request. One pointer wide, so that the walk's results stay in registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(Box<Fault>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    signal: Option<Signal>,
    /// Field names, innermost first.
    path: Vec<&'static str>,
    at: usize,
    what: String,
}

// === impl Invalid ===

impl Invalid {
    /// A fault at byte `at` of the request.
    #[cold]
    #[inline(never)]
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self(Box::new(Fault { signal: None, path: Vec::new(), at, what: what.into() }))
    }

    /// Adds the field that encloses the fault.
    #[cold]
    #[inline(never)]
    pub(super) fn within(mut self, field: &'static str) -> Self {
        self.0.path.push(field);
        self
    }

    #[cold]
    pub(super) fn of(mut self, signal: Signal) -> Self {
        self.0.signal = Some(signal);
        self
    }

    /// Offset of the faulty field, in bytes from the start of the request.
    #[must_use]
    pub fn at(&self) -> usize {
        self.0.at
    }

    /// The fields that lead to the fault, such as `resource_logs.scope_logs.log_records.body`; empty at the top.
    #[must_use]
    pub fn path(&self) -> String {
        self.0.path.iter().rev().copied().collect::<Vec<_>>().join(".")
    }

    /// What is wrong there.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a valid OTLP ")?;
        match self.0.signal {
            Some(signal) => write!(f, "{signal} request: ")?,
            None => f.write_str("request: ")?,
        }
        if !self.0.path.is_empty() {
            write!(f, "{}: ", self.path())?;
        }
        write!(f, "{} (at byte {})", self.0.what, self.0.at)
    }
}

impl std::error::Error for Invalid {}
