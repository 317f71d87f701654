//! [`Sqlite`]: the statements in a file.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pipelines::component::{Check, Finding, Problems};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};
use rustix::fs::{Access, access};
use tokio::sync::Mutex;

use super::schema;
use super::statement::{Row, Statement, Value};

/// A file. SQLite blocks and has one writer at a time, so there is one connection, on whichever thread may block.
pub(super) struct Sqlite {
    path: PathBuf,
    open: Arc<Mutex<Option<Open>>>,
}

struct Open {
    connection: Connection,
    /// Device and number of the file, to notice when another one lies in its place.
    file: (u64, u64),
}

/// Longest wait for another process that is writing.
const BUSY: Duration = Duration::from_secs(5);

/// Reports a path that cannot be one.
pub(super) fn validate(path: &Path, problems: &mut Problems) {
    if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
        problems.error("", "is not a file").help("write e.g. `sqlite: /var/lib/tfo/agents.db`");
    }
}

/// Whether the file could be written.
pub(super) fn check(path: &Path) -> Finding {
    let shown = path.display();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if path.is_dir() {
        return Finding::new(Check::Failed, format!("{shown} is a directory, not a file"));
    }
    if !parent.is_dir() {
        return Finding::new(Check::Failed, format!("{} is not there; make it", parent.display()));
    }
    // Its log lies beside it.
    let writable = access(parent, Access::WRITE_OK | Access::EXEC_OK);
    match writable.and_then(|()| if path.exists() { access(path, Access::WRITE_OK) } else { Ok(()) }) {
        Ok(()) => Finding::new(Check::Passed, format!("{shown} can be written")),
        Err(error) => Finding::new(Check::Denied, format!("{shown} cannot be written: {error}")),
    }
}

// === impl Sqlite ===

impl Sqlite {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), open: Arc::default() }
    }

    /// Has a statement done.
    ///
    /// # Errors
    /// One lowercase sentence without a final dot.
    pub(super) async fn run(&self, statement: Statement) -> Result<Vec<Row>, String> {
        // Who waits stands in line here, where it costs no thread.
        let mut open = self.open.clone().lock_owned().await;
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || {
            open.take_if(|open| identity(&path) != Some(open.file));
            let mut opened = match open.take() {
                Some(opened) => opened,
                None => Open::new(&path)?,
            };
            let done = opened.run(&statement);
            let is_usable = done.as_ref().err().is_none_or(|error| {
                matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::ConstraintViolation))
            });
            *open = Some(opened).filter(|_| is_usable);
            done.map_err(|error| format!("{}: {error}", path.display()))
        });
        done.await.map_err(|_| "writing was interrupted".to_owned())?
    }
}

// === impl Open ===

impl Open {
    fn new(path: &Path) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        // What agents say of their hosts is for whoever runs this, so nobody else reads the file.
        let made = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        made.map_err(|error| said(&error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| said(&error))?;
        let file = identity(path).ok_or_else(|| said(&"it is gone"))?;
        let mut open = Self { connection, file };
        let version = open.prepare().map_err(|error| said(&error))?;
        schema::fits(version).map_err(|wrong| said(&wrong))?;
        Ok(open)
    }

    fn prepare(&mut self) -> rusqlite::Result<Option<i64>> {
        self.connection.busy_timeout(BUSY)?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        for table in schema::TABLES {
            self.connection.execute(table, [])?;
        }
        self.connection.query_row(schema::VERSION_OF, [], |row| row.get(0))
    }

    fn run(&mut self, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
        // A heartbeat that a power cut takes is followed by another one.
        self.connection.pragma_update(None, "synchronous", if statement.is_durable { "FULL" } else { "NORMAL" })?;
        let mut prepared = self.connection.prepare_cached(&statement.sql)?;
        let columns = prepared.column_count();
        let rows = prepared.query_map(params_from_iter(&statement.values), |row| {
            let value = |at| {
                Ok(match row.get_ref(at)? {
                    ValueRef::Integer(number) => Value::Integer(number),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    _ => Value::Null,
                })
            };
            (0..columns).map(value).collect::<rusqlite::Result<_>>().map(Row::new)
        })?;
        rows.collect()
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => Ok(ToSqlOutput::Borrowed(ValueRef::Null)),
            Self::Integer(number) => Ok(ToSqlOutput::Borrowed(ValueRef::Integer(*number))),
            Self::Text(text) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))),
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}
