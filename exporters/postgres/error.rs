//! [`Error`]: what the database said, and what follows from it.

use std::error::Error as _;
use std::fmt;

use pipelines::component::ExportError;
use tokio_postgres::error::DbError;

use super::schema;

/// Why something could not be done with the database: one lowercase sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Error {
    /// What follows from it.
    pub(super) kind: Kind,
    reason: String,
}

/// What follows from an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A row cannot be stored, now or ever; others can.
    Row,
    /// The tables are not as they should be.
    Schema,
    /// The server takes reads only, as replicas do.
    ReadOnly,
    /// There is no connection, or no longer.
    Lost,
    /// The server or a permission refuses; credentials, a missing database.
    Denied,
    /// Anything else, which may pass: no memory, no disk, a lock, a restart.
    Passing,
}

// === impl Error ===

impl Error {
    /// An error of ours.
    pub(super) fn new(kind: Kind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    /// The same error, which came from doing `what`.
    #[must_use]
    pub(super) fn context(self, what: impl fmt::Display) -> Self {
        Self { kind: self.kind, reason: format!("{what}: {}", self.reason) }
    }

    /// Both errors, with the kind of the first.
    #[must_use]
    pub(super) fn and(self, other: &Self) -> Self {
        Self { kind: self.kind, reason: format!("{}; {}", self.reason, other.reason) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(db) = error.as_db_error() {
            return Self { kind: Kind::of(db), reason: said(db) };
        }
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        Self { kind: Kind::Lost, reason }
    }
}

impl From<schema::Error> for Error {
    fn from(error: schema::Error) -> Self {
        let reason = error.to_string();
        match error {
            schema::Error::Database(error) => Self { kind: Self::from(error).kind, reason },
            schema::Error::Newer { .. } | schema::Error::Different { .. } => Self { kind: Kind::Schema, reason },
        }
    }
}

impl From<Error> for ExportError {
    /// Nothing is refused for good: what no row can be blamed for is mended by whoever runs the database, while the
    /// batch waits in the queue.
    fn from(error: Error) -> Self {
        Self::retry(error.reason)
    }
}

// === impl Kind ===

impl Kind {
    /// By SQLSTATE, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn of(error: &DbError) -> Self {
        let code = error.code().code();
        match (code, code.get(..2).unwrap_or_default()) {
            ("25006", _) => Self::ReadOnly,
            // A format that does not fit the column: wrong for every row.
            ("22P03" | "22P04", _) => Self::Schema,
            // No partition takes the row: there is no constraint with a name then.
            ("23514", _) if error.constraint().is_none() => Self::Schema,
            // Values, constraints, limits of a row (54, e.g. of an index entry), what a trigger raises.
            ("P0001", _) | (_, "22" | "23" | "54") => Self::Row,
            ("42501", _) | (_, "28" | "3D") => Self::Denied,
            (_, "42" | "3F") => Self::Schema,
            (_, "08") | ("57P01" | "57P02" | "57P03", _) => Self::Lost,
            _ => Self::Passing,
        }
    }
}

/// What the server said, without the detail, which may show values of a row.
fn said(error: &DbError) -> String {
    let message = error.message().replace('\n', " ");
    format!("{message} (SQLSTATE {})", error.code().code())
}
