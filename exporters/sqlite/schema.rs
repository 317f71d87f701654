//! The tables, as SQL, and how a file gets them.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::error::Error;

/// The version of the tables that [`ddl`] makes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// What makes each version out of the one before it; the first one out of an empty file.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The statements that make an empty file a store: tables, indexes and views.
#[must_use]
pub fn ddl() -> String {
    MIGRATIONS.concat()
}

/// The version of the tables in a file, 0 for one without any.
///
/// # Errors
/// When the tables are not ours, or are newer, or cannot be read.
pub(super) fn version(connection: &Connection) -> Result<i64, Error> {
    let exists = "SELECT count(*), coalesce(sum(name = 'otel_schema'), 0) FROM sqlite_schema WHERE type = 'table'";
    let (tables, ours) = connection.query_row(exists, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    if tables == 0 {
        return Ok(0);
    }
    if ours == 0 {
        return Err(Error::Foreign);
    }
    let newest = "SELECT version FROM otel_schema ORDER BY version DESC LIMIT 1";
    match connection.query_row(newest, [], |row| row.get(0)).optional()? {
        Some(version) if version > VERSION => Err(Error::Newer(version)),
        Some(version) => Ok(version),
        None => Err(Error::Foreign),
    }
}

/// Makes the tables, or brings those of an older version up to date.
///
/// # Errors
/// As of [`version`], and when the file cannot be written.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    // Again within a transaction: another process may be doing the same.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = usize::try_from(version(&transaction)?).unwrap_or_default();
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    transaction.commit()?;
    Ok(())
}
