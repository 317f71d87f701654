//! [`Error`]: why a batch is not in the store. None of these is the batch's fault, so all of them pass, and it is tried again.

use std::io;
use std::path::Path;

use pipelines::component::ExportError;
use rusqlite::ErrorCode;

use super::schema;

/// Why the store cannot be used now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("its directory cannot be made: {0}")]
    Directory(io::Error),
    #[error("it is a SQLite database of something else, without the table `otel_schema`; set another `path`")]
    Foreign,
    #[error("its schema has version {0}, this program knows {version}; update it or set another `path`", version = schema::VERSION)]
    Newer(i64),
    #[error("it may not be written: look at its permissions, those of its directory, and how that is mounted")]
    ReadOnly,
    #[error("its file system has no write-ahead log (journal mode `{0}`); network file systems often have none")]
    NoWal(String),
    #[error("{}", explain(.0))]
    Sqlite(#[from] rusqlite::Error),
}

// === impl Error ===

impl Error {
    /// What the engine hears.
    pub(super) fn at(&self, path: &Path) -> ExportError {
        ExportError::retry(format!("cannot write to {}: {self}", path.display()))
    }

    /// Whether somebody else is writing, and nothing else is wrong.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
    }
}

/// What it means, and what to do about it.
pub(super) fn explain(error: &rusqlite::Error) -> String {
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process is writing to it for longer than `busy_timeout`"
        }
        Some(ErrorCode::DiskFull) => "its disk is full; free some space or set a smaller `max_size`",
        Some(ErrorCode::ReadOnly) => return Error::ReadOnly.to_string(),
        Some(ErrorCode::CannotOpen) => {
            "it cannot be opened; is its directory there (`create_directory: true` makes it)?"
        }
        Some(ErrorCode::NotADatabase) => "it is not a SQLite database; move it away or set another `path`",
        Some(ErrorCode::DatabaseCorrupt) => {
            "it is damaged; move it away, and a new one is made (`sqlite3 FILE .recover` saves what can be saved)"
        }
        _ => return error.to_string(),
    };
    format!("{advice} ({error})")
}
