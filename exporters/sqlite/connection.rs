//! Opening the file: making it if need be, and setting how SQLite is to treat it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::config::Synchronous;
use super::error::Error;
use super::schema;
use super::settings::Settings;

/// A connection to a file that is ours and up to date.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// Device and number of the file, to notice when another one lies in its place.
    file: (u64, u64),
}

/// Pages of the write-ahead log from which on SQLite writes them back into the file: 16 MiB.
const CHECKPOINT_PAGES: u32 = 4096;
/// Bytes that are left of the write-ahead log after it was written back.
const JOURNAL_BYTES: u32 = 16 << 20;
/// Memory for pages, in KiB.
const CACHE_KIB: u32 = 16 << 10;
/// One for each kind of row, and the few of the store.
const STATEMENTS: usize = 32;

/// Opens the file and makes or migrates its tables.
///
/// # Errors
/// Whatever keeps it from being written.
pub(super) fn open(settings: &Settings) -> Result<Opened, Error> {
    if settings.create_directory {
        make_directory(&settings.path).map_err(Error::Directory)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&settings.path, flags)?;
    // Before anything else, which would say less about it.
    if connection.is_readonly("main")? {
        return Err(Error::ReadOnly);
    }
    apply(&connection, settings)?;
    // Before anything of a file that is not ours is changed.
    schema::version(&connection)?;
    // The first has an effect in a new file only, and only in front of the second.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::NoWal(mode));
    }
    connection.pragma_update(None, "cache_size", -i64::from(CACHE_KIB))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let _: u32 = connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |row| row.get(0))?;
    let _: u32 = connection.pragma_update_and_check(None, "journal_size_limit", JOURNAL_BYTES, |row| row.get(0))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    schema::migrate(&mut connection)?;
    let file = identity(&settings.path).ok_or(Error::Sqlite(rusqlite::Error::InvalidPath(settings.path.clone())))?;
    Ok(Opened { connection, file })
}

/// Sets what users may change while it is open.
///
/// # Errors
/// What SQLite says.
pub(super) fn apply(connection: &Connection, settings: &Settings) -> Result<(), Error> {
    connection.busy_timeout(settings.busy_timeout)?;
    let synchronous = match settings.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    Ok(connection.pragma_update(None, "synchronous", synchronous)?)
}

// === impl Opened ===

impl Opened {
    /// Whether the file is still the one that lies at this path. Rows for a file that was removed would be lost.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        identity(path) == Some(self.file)
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Makes the directories above the file, so that they outlive a power cut as well as what is stored below them.
fn make_directory(path: &Path) -> io::Result<()> {
    let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) else {
        return Ok(());
    };
    DirBuilder::new().recursive(true).mode(0o755).create(directory)?;
    for made in directory.ancestors().filter(|made| !made.as_os_str().is_empty()) {
        File::open(made)?.sync_all()?;
    }
    Ok(())
}
