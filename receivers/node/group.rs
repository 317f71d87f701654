//! [`Group`]: what is collected together.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::record::Recorder;
use super::system::System;

/// A source of metrics that is collected in one go.
pub(super) trait Group: Send {
    /// Its key in the configuration, and its name in messages.
    fn name(&self) -> &'static str;

    /// Reads its sources and records what they say.
    ///
    /// # Errors
    /// If a source is not there or makes no sense. What could be read is recorded all the same, and what could not is
    /// left out: a zero that nobody measured is a lie.
    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable>;
}

/// Why something could not be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable {
    /// The source.
    pub(crate) path: PathBuf,
    /// What is wrong with it.
    pub(crate) reason: String,
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
