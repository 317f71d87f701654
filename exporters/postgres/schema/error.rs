//! Why the tables cannot be used. All of it can be mended in the database, so a batch is worth another try.

use tokio_postgres::error::SqlState;

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
    /// Whether the server said no over a connection that is fine.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Self::Database(error) if error.as_db_error().is_some())
    }

    /// What the server said, by its code.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Database(error) => error.code(),
            Self::Newer { .. } | Self::Different { .. } => None,
        }
    }
}

/// What the server says, which the error's own text leaves out. Details are left out, as they may show values of rows.
fn reason(error: &tokio_postgres::Error) -> String {
    let what = "the database cannot make or check its tables";
    let Some(answer) = error.as_db_error() else { return format!("{what}: {error}") };
    let fix = match answer.code() {
        &SqlState::INSUFFICIENT_PRIVILEGE => {
            "; run what `tfo schema sql postgres` prints as who may, or grant it (no views are made with \
             `views_schema: \"\"`)"
        }
        _ => "",
    };
    format!("{what}: {} (SQLSTATE {}){fix}", answer.message(), answer.code().code())
}
