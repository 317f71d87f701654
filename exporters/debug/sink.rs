//! [`Sink`]: where the text goes.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

/// One place text is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file, appended to.
    File(PathBuf),
    /// The log of the program.
    Log,
}

// === impl Sink ===

impl Sink {
    /// The sink a configuration names.
    pub(super) fn named(path: &str) -> Self {
        match path {
            "stdout" => Self::Stdout,
            "stderr" => Self::Stderr,
            path => Self::File(path.strip_prefix("file://").unwrap_or(path).into()),
        }
    }

    /// Writes all of `text`, at once as far as other writers of this process are concerned. Blocks.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn write(&self, text: &str) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes())?;
                out.flush()
            }
            Self::Stderr => io::stderr().lock().write_all(text.as_bytes()),
            Self::File(path) => OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes()),
            Self::Log => {
                tracing::info!("{}", text.trim_end());
                Ok(())
            }
        }
    }
}

impl std::fmt::Display for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stdout => f.write_str("stdout"),
            Self::Stderr => f.write_str("stderr"),
            Self::File(path) => path.display().fmt(f),
            Self::Log => f.write_str("the log"),
        }
    }
}
