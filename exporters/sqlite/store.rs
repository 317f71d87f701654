//! [`Store`]: batches into the file, each in one transaction or not at all. Blocks.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pipelines::component::{ExportError, Exported};
use pipelines::{BatchId, Telemetry};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::connection::{self, Opened};
use super::error::Error;
use super::insert::Inserts;
use super::log::Log;
use super::settings::Settings;
use super::{retention, rows};

/// The file, open while all is well.
#[derive(Debug)]
pub(super) struct Store {
    settings: Arc<Settings>,
    open: Option<Opened>,
    log: Log,
}

/// Ids of what is referred to, with the row that does so last: most of them are known already.
const REFER_TO_RESOURCE: &str = "UPDATE otel_resources SET last_row = ?2 WHERE id = ?1";
const REFER_TO_SCOPE: &str = "UPDATE otel_scopes SET last_row = ?2 WHERE id = ?1";

// === impl Store ===

impl Store {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, open: None, log: Log::default() }
    }

    /// Goes on as other settings of the same file say.
    pub(super) fn change(&mut self, settings: &Arc<Settings>) {
        if self.settings != *settings {
            self.settings = settings.clone();
            let applied = self.open.as_ref().map(|open| connection::apply(&open.connection, settings));
            self.open.take_if(|_| matches!(applied, Some(Err(_))));
        }
    }

    /// Opens the file and deletes what is too old.
    ///
    /// # Errors
    /// Why it cannot be written now.
    pub(super) fn open(&mut self) -> Result<(), ExportError> {
        let opened = self.opened().map(drop);
        opened.map_err(|error| error.at(&self.settings.path))?;
        self.maintain();
        Ok(())
    }

    /// Stores a batch, unless it is stored already.
    ///
    /// # Errors
    /// Why it is not stored, or why nobody knows; it may be tried again in any case.
    pub(super) fn write(&mut self, id: BatchId, telemetry: &Telemetry) -> Result<Exported, ExportError> {
        let written = self.opened().and_then(|connection| write(connection, id, telemetry));
        match written {
            Ok(exported) => {
                self.maintain();
                Ok(exported)
            }
            Err(error) => {
                // Opened anew, it may be another file, or one that can be written again.
                self.open.take_if(|_| !error.is_busy());
                Err(error.at(&self.settings.path))
            }
        }
    }

    /// Deletes what is too old or too much and keeps the write-ahead log short. What fails is tried again later.
    pub(super) fn maintain(&mut self) {
        let Some(open) = &mut self.open else { return };
        match retention::delete(&mut open.connection, &self.settings, now()) {
            Ok(()) => {}
            Err(error) if error.is_busy() => {}
            Err(error) => self.log.not_deleted(&self.settings.path, &error),
        }
        self.log.wal(&open.connection, &self.settings);
    }

    fn opened(&mut self) -> Result<&mut Connection, Error> {
        let path = &self.settings.path;
        if self.open.take_if(|open| !open.is_at(path)).is_some() {
            tracing::warn!(path = %path.display(), "the file was moved or removed; another one is opened");
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => connection::open(&self.settings)?,
        };
        Ok(&mut self.open.insert(open).connection)
    }
}

fn write(connection: &mut Connection, id: BatchId, telemetry: &Telemetry) -> Result<Exported, Error> {
    let id = id.as_u128().to_be_bytes();
    let now = i64::try_from(now().as_nanos()).unwrap_or(i64::MAX);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = transaction
        .prepare_cached("SELECT 1 FROM otel_batches WHERE id = ?1")?
        .query_row([id], |_| Ok(()))
        .optional()?;
    if known.is_some() {
        return Ok(Exported::default());
    }
    let before: i64 = transaction
        .prepare_cached("SELECT coalesce(max(last_row), 0) FROM otel_batches")?
        .query_row([], |row| row.get(0))?;
    let (last_row, rejected, message) = {
        let mut inserts = Inserts::new(&transaction, before);
        let origins = rows::items(telemetry, now, &mut inserts)?;
        let last_row = inserts.last_row;
        for (id, resource) in &origins.resources {
            if transaction.prepare_cached(REFER_TO_RESOURCE)?.execute([*id, last_row])? == 0 {
                rows::resource(&mut inserts, *id, resource, (now, last_row))?;
            }
        }
        for (id, scope) in &origins.scopes {
            if transaction.prepare_cached(REFER_TO_SCOPE)?.execute([*id, last_row])? == 0 {
                rows::scope(&mut inserts, *id, scope, last_row)?;
            }
        }
        (last_row, inserts.rejected, inserts.reason.take())
    };
    if last_row > before {
        let insert = "INSERT INTO otel_batches (last_row, id, time_unix_nano) VALUES (?1, ?2, ?3)";
        transaction.prepare_cached(insert)?.execute((last_row, id, now))?;
        transaction.commit()?;
    }
    Ok(Exported { rejected, message })
}

/// Since 1970.
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
