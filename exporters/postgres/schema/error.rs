//! Why the tables cannot be used. All of it can be mended in the database, so a batch is worth another try.

/// Why the tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database has been prepared by a later version of this program.
    #[error(
        "the tables in schema `{schema}` have version {found} and this program knows {known}: update it, or give it a \
         schema of its own with `schema`"
    )]
    Newer {
        /// Where the tables are.
        schema: String,
        /// Their version.
        found: i32,
        /// The version that is written.
        known: i32,
    },
    /// Tables or columns are not as they are written to.
    #[error("schema `{schema}` is not as it is written to: {differences}; {fix}")]
    Different {
        /// Where the tables are.
        schema: String,
        /// What differs, each in a few words.
        differences: String,
        /// How to mend it.
        fix: &'static str,
    },
    /// The server answered with an error, or not at all.
    #[error("{}", reason(.0))]
    Database(#[from] tokio_postgres::Error),
}

// === impl Error ===

impl Error {
    /// Whether locks were not to be had in time, a statement took too long, or the tables are another user's: rows can be
    /// stored all the same, and it is tried again later.
    pub(super) fn may_wait(&self) -> bool {
        use tokio_postgres::error::SqlState;
        let Self::Database(error) = self else { return false };
        let later = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::QUERY_CANCELED,
            SqlState::INSUFFICIENT_PRIVILEGE,
        ];
        error.code().is_some_and(|code| later.contains(code))
    }
}

/// What the server says, which the error's own text leaves out.
fn reason(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(answer) => {
            let detail = answer.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
            format!(
                "the database cannot make or check its tables: {}{detail} [{}]",
                answer.message(),
                answer.code().code()
            )
        }
        None => format!("the database cannot make or check its tables: {error}"),
    }
}
