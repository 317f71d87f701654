//! [`Unavailable`]: why something could not be collected.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable {
    /// The source.
    pub(crate) path: PathBuf,
    /// What is wrong with it.
    pub(crate) reason: String,
}

/// A line that says something else than every line of its file should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Its number, from 1.
    pub(crate) line: usize,
    /// What it should be.
    pub(crate) expected: &'static str,
}

// === impl Unavailable ===

impl Unavailable {
    /// A source that says something else than expected.
    pub(crate) fn new(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    /// A source that cannot be read.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "it does not exist".to_owned(),
            io::ErrorKind::PermissionDenied => "the agent may not read it".to_owned(),
            _ => error.to_string(),
        };
        Self::new(path, reason)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

// === impl Damage ===

impl Damage {
    /// The same, of this file.
    pub(crate) fn of(self, path: &Path) -> Unavailable {
        Unavailable::new(path, format!("line {} is not {}", self.line, self.expected))
    }
}
