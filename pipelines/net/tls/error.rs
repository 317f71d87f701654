//! What keeps TLS from being set up.

use std::path::PathBuf;
use std::sync::Arc;

/// Why TLS could not be set up; names the key or file, what is wrong and what is expected.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{key} `{}` cannot be read: {error}", path.display())]
    Unreadable {
        /// The configuration key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: Arc<std::io::Error>,
    },
    /// A file or text has no usable content.
    #[error("{place} {what}")]
    Content {
        /// The key, and the file if it is one.
        place: String,
        /// What is wrong and what is expected.
        what: String,
    },
    /// Certificate, key, versions or suites do not go together.
    #[error("{0}")]
    Settings(String),
}

// === impl TlsError ===

impl TlsError {
    /// Whether a file could not be read for lack of a permission.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Unreadable { error, .. } if error.kind() == std::io::ErrorKind::PermissionDenied)
    }
}
