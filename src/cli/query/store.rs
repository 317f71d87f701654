//! The file: found, opened for reading only, and recognised.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};
use serde_json::{Value, json};

use super::cell;
use super::failure::Failure;
use crate::render;

/// The version of the schema that the queries are written for.
const VERSION: i64 = exporters::sqlite::VERSION;

/// How long to wait for a writer that recovers the file after a crash; a writer at work is never waited for.
const BUSY: Duration = Duration::from_secs(5);

/// A store that is open for reading.
pub(crate) struct Store {
    /// The connection; it cannot write.
    pub(crate) connection: Connection,
    /// Where the file is.
    pub(crate) path: PathBuf,
}

/// Who a record came from: the service, and for machines the rest.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    /// `service.name`.
    pub(crate) service: Option<String>,
    /// The resource.
    pub(crate) resource: Value,
    /// The instrumentation scope.
    pub(crate) scope: Value,
}

// === impl Origin ===

impl Origin {
    /// Resource and scope by their numbers.
    pub(crate) fn read(store: &Store, resource: i64, scope: i64, service: Option<String>) -> rusqlite::Result<Self> {
        let sql = "SELECT attributes, schema_url FROM otel_resources WHERE id = ?";
        let mut statement = store.connection.prepare_cached(sql)?;
        let found = statement.query_row([resource], |row| {
            Ok(json!({ "attributes": cell::object(row, 0)?, "schema_url": cell::text(row, 1)? }))
        });
        let resource = found.optional()?.unwrap_or_default();
        let sql = "SELECT name, version, attributes, schema_url FROM otel_scopes WHERE id = ?";
        let mut statement = store.connection.prepare_cached(sql)?;
        let found = statement.query_row([scope], |row| {
            let (name, version) = (cell::text(row, 0)?, cell::text(row, 1)?);
            let (attributes, schema_url) = (cell::object(row, 2)?, cell::text(row, 3)?);
            Ok(json!({ "name": name, "version": version, "attributes": attributes, "schema_url": schema_url }))
        });
        Ok(Self { service, resource, scope: found.optional()?.unwrap_or_default() })
    }
}

// === impl Store ===

impl Store {
    /// Opens the store at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        readable(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match connect(path.as_os_str().as_encoded_bytes(), path, flags) {
            Err(error) if is_unwritable(&error) && !has_log(path) => immutable(path)?,
            connection => connection.map_err(|error| unopened(path, &error))?,
        };
        let store = Self { connection, path: path.to_owned() };
        store.recognise()?;
        Ok(store)
    }

    /// Whether the file is a store, in the version that is read here.
    fn recognise(&self) -> Result<(), Failure> {
        let shown = self.path.display();
        let tables: i64 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| unopened(&self.path, &error))?;
        if tables == 0 {
            return Err(Failure::input(format!(
                "`{shown}` is empty: nothing was stored yet; send OTLP to a tfo that writes there, then ask again"
            )));
        }
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'otel_schema'";
        let ours: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        if ours == 0 {
            return Err(Failure::data(format!(
                "`{shown}` is an SQLite database, but not a store of tfo (it has no table `otel_schema`): name the \
                 `path` of your `sqlite` exporter with --db"
            )));
        }
        let version: Option<i64> = self
            .connection
            .query_row("SELECT max(version) FROM otel_schema", [], |row| row.get(0))
            .optional()
            .map_err(|error| unopened(&self.path, &error))?
            .flatten();
        match version {
            Some(VERSION) => Ok(()),
            Some(version) if version > VERSION => Err(Failure::data(format!(
                "`{shown}` has schema version {version}, and this tfo reads version {VERSION}: use the tfo that writes it"
            ))),
            version => Err(Failure::data(format!(
                "`{shown}` has schema version {}, and this tfo reads version {VERSION}: let a tfo of this version write \
                 to it once, which brings it up to date",
                version.unwrap_or(0)
            ))),
        }
    }

    /// The time of the newest row of a table, by its index.
    pub(crate) fn newest(&self, table: &str) -> Result<Option<i64>, Failure> {
        let column = if table == "otel_spans" { "start_time_unix_nano" } else { "time_unix_nano" };
        let sql = format!("SELECT max({column}) FROM {table}");
        Ok(self.connection.query_row(&sql, [], |row| row.get(0))?)
    }
}

/// The errors of the file system say more than SQLite's `unable to open database file`.
fn readable(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    match File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|metadata| metadata.is_dir()) => {
            Err(Failure::input(format!("`{shown}` is a directory: name the file that the `sqlite` exporter writes")))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::input(format!(
            "there is no store at `{shown}`: `tfo quickstart` makes one with the first telemetry it receives; another \
             one is named with --db PATH or TFO_DB"
        ))),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(Failure::denied(format!("`{shown}` may not be read by this user: {error}")))
        }
        Err(error) => Err(Failure::input(format!("`{shown}` cannot be read: {error}"))),
    }
}

fn connect(name: &[u8], path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = match std::str::from_utf8(name) {
        Ok(name) => Connection::open_with_flags(name, flags)?,
        Err(_) => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(BUSY)?;
    // The file may come from anywhere: its views and triggers get no power.
    connection.execute_batch("PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA cache_size = -16384")?;
    // Opening is lazy; this reads the first page.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// A copy on a medium that cannot be written: no writer, no log, so it cannot change while it is read.
fn immutable(path: &Path) -> Result<Connection, Failure> {
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = connect(format!("file:{name}?immutable=1").as_bytes(), path, flags);
    let connection = connection.map_err(|error| unopened(path, &error))?;
    render::err(&format!(
        "`{}` lies where nothing can be written: read as a copy that does not change\n",
        path.display()
    ));
    Ok(connection)
}

fn is_unwritable(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// Whether a write-ahead log with something in it lies beside the file.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0)
}

fn unopened(path: &Path, error: &rusqlite::Error) -> Failure {
    let shown = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Failure::data(format!(
            "`{shown}` is not an SQLite database: name the file that the `sqlite` exporter writes with --db"
        )),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Failure::denied(format!(
            "`{shown}` cannot be opened ({error}): a store that is written to needs its files `-wal` and `-shm` \
             readable and its folder writable"
        )),
        Some(ErrorCode::DatabaseCorrupt) => {
            Failure::data(format!("`{shown}` is damaged ({error}): restore a copy, or move it away and begin anew"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Failure::input(format!("another process keeps `{shown}` locked: try again when it is done"))
        }
        _ => Failure::data(format!("`{shown}` cannot be read as a store: {error}")),
    }
}
