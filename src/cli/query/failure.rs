//! Why a query ends without a result: for whom, and with which exit code.

use std::io;

use rusqlite::ErrorCode;

use crate::cli::Exit;

/// Why a query ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read stdout went away.
    Gone,
    /// Something is wrong, in one sentence.
    Failed {
        /// The exit code.
        exit: Exit,
        /// What, and what to do about it.
        message: String,
    },
}

// === impl Failure ===

impl Failure {
    /// The command line asks for what there is not.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Failed { exit: Exit::Usage, message: message.into() }
    }

    /// The file holds something else than expected.
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Self::Failed { exit: Exit::Data, message: message.into() }
    }

    /// The file is missing or cannot be read.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::Failed { exit: Exit::NoInput, message: message.into() }
    }

    /// A permission is missing.
    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::Failed { exit: Exit::Denied, message: message.into() }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::SqlInputError { .. } | rusqlite::Error::QueryReturnedNoRows) {
            return Self::data(format!(
                "the store's tables are not what its schema version says ({error}): it is damaged, or was changed by hand"
            ));
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => {
                Self::data(format!("the store is damaged ({error}): restore a copy, or move it away and begin anew"))
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::input(format!("another process keeps the store locked ({error}): try again when it is done"))
            }
            Some(ErrorCode::SystemIoFailure) => Self::input(format!("the store cannot be read: {error}")),
            _ => Self::Failed { exit: Exit::Internal, message: format!("the store cannot be queried: {error}") },
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Gone,
            _ => Self::Failed { exit: Exit::Internal, message: format!("cannot write to stdout: {error}") },
        }
    }
}
