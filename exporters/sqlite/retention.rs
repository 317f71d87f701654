//! Deleting the oldest batches, by age and by size, and giving their space back.
//!
//! Rows of all tables are numbered in the order in which they came, so old batches are deleted from the beginning of every
//! table up to a number. Their pages are used again; beyond a reserve they are given back to the file system.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::error::Error;
use super::rows::Table;
use super::settings::Settings;

/// Rows that are deleted in one transaction, which writers of other processes wait for.
const ROWS: i64 = 50_000;
/// Transactions in a row, before the next batch has its turn.
const TRANSACTIONS: usize = 8;
/// Space that is kept free in the file for what comes, in bytes, or an eighth of it if that is more.
const RESERVE: u64 = 4 << 20;
/// Pages that are given back in a row: 16 MiB.
const GIVEN_BACK: u64 = 4096;

/// The pages of the file.
struct Pages {
    size: u64,
    all: u64,
    free: u64,
}

/// Deletes what is older than `retention` or beyond `max_size`, as much as may be at once.
///
/// # Errors
/// What SQLite says.
pub(super) fn delete(connection: &mut Connection, settings: &Settings, now: Duration) -> Result<(), Error> {
    for _ in 0..TRANSACTIONS {
        let (expired, exceeding) = (expired(connection, settings, now)?, exceeding(connection, settings)?);
        let Some(last_row) = expired.max(exceeding) else { break };
        delete_until(connection, last_row)?;
    }
    give_back(connection, settings)
}

/// The last row of the batches that are too old.
fn expired(connection: &Connection, settings: &Settings, now: Duration) -> Result<Option<i64>, Error> {
    let Some(moment) = settings.retention.and_then(|age| now.checked_sub(age)) else { return Ok(None) };
    let moment = i64::try_from(moment.as_nanos()).unwrap_or(i64::MAX);
    let (first, last) = (oldest(connection)?, "SELECT max(last_row) FROM otel_batches");
    let kept = "SELECT last_row FROM otel_batches WHERE time_unix_nano >= ?1 ORDER BY last_row LIMIT 1";
    let kept: Option<i64> = connection.prepare_cached(kept)?.query_row([moment], |row| row.get(0)).optional()?;
    let Some(first) = first.filter(|first| Some(*first) != kept) else { return Ok(None) };
    let end = match kept {
        Some(kept) => kept - 1,
        None => connection.prepare_cached(last)?.query_row([], |row| row.get(0))?,
    };
    up_to(connection, end.min(first.saturating_add(ROWS))).map(|last_row| last_row.or(Some(first)))
}

/// The last row of the batches that are too much; the newest batch never is.
fn exceeding(connection: &Connection, settings: &Settings) -> Result<Option<i64>, Error> {
    let Some(max) = settings.max_size else { return Ok(None) };
    let pages = Pages::of(connection)?;
    let used = pages.all.saturating_sub(pages.free) * pages.size;
    if used <= max {
        return Ok(None);
    }
    let newest: Option<i64> =
        connection.prepare_cached("SELECT max(last_row) FROM otel_batches")?.query_row([], |row| row.get(0))?;
    let (Some(first), Some(newest)) = (oldest(connection)?, newest) else { return Ok(None) };
    // Somewhat more than what is too much, so that this does not happen for every batch.
    let excess = used - max + max / 50;
    let rows = (newest - first) as f64 * (excess as f64 / used as f64);
    let end = first.saturating_add((rows as i64).min(ROWS)).min(newest - 1);
    Ok(up_to(connection, end)?.or(Some(first)).filter(|last_row| *last_row < newest))
}

/// The last row of the first batch.
fn oldest(connection: &Connection) -> Result<Option<i64>, Error> {
    let mut oldest = connection.prepare_cached("SELECT min(last_row) FROM otel_batches")?;
    Ok(oldest.query_row([], |row| row.get(0))?)
}

/// The last row of the last batch that ends at this row or before it.
fn up_to(connection: &Connection, row: i64) -> Result<Option<i64>, Error> {
    let mut last = connection.prepare_cached("SELECT max(last_row) FROM otel_batches WHERE last_row <= ?1")?;
    Ok(last.query_row([row], |row| row.get(0))?)
}

fn delete_until(connection: &mut Connection, last_row: i64) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for table in Table::ITEMS {
        let delete = format!("DELETE FROM {} WHERE id <= ?1", table.name());
        transaction.prepare_cached(&delete)?.execute([last_row])?;
    }
    for table in ["otel_resources", "otel_scopes", "otel_batches"] {
        let delete = format!("DELETE FROM {table} WHERE last_row <= ?1");
        transaction.prepare_cached(&delete)?.execute([last_row])?;
    }
    Ok(transaction.commit()?)
}

/// Shortens the file by pages nobody uses.
fn give_back(connection: &Connection, settings: &Settings) -> Result<(), Error> {
    let pages = Pages::of(connection)?;
    let used = pages.all.saturating_sub(pages.free);
    let mut kept = (RESERVE / pages.size.max(1)).max(used / 8);
    if let Some(max) = settings.max_size {
        kept = kept.min((max / pages.size.max(1)).saturating_sub(used));
    }
    // A few pages are not worth writing.
    let surplus = pages.free.saturating_sub(kept);
    if surplus < 64 {
        return Ok(());
    }
    // A step frees a page.
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({})", surplus.min(GIVEN_BACK)))?;
    let mut steps = vacuum.query([])?;
    while steps.next()?.is_some() {}
    Ok(())
}

// === impl Pages ===

impl Pages {
    fn of(connection: &Connection) -> Result<Self, Error> {
        let read = |pragma: &str| -> Result<u64, Error> {
            let number: i64 = connection.prepare_cached(pragma)?.query_row([], |row| row.get(0))?;
            Ok(number.unsigned_abs())
        };
        Ok(Self {
            size: read("PRAGMA page_size")?,
            all: read("PRAGMA page_count")?,
            free: read("PRAGMA freelist_count")?,
        })
    }
}
