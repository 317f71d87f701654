//! [`Store`]: from a batch to rows in the database.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use pipelines::component::Exported;
use pipelines::otlp::view::{ResourceView, ScopeView};
use pipelines::runtime::{Instant, now};
use pipelines::{BatchId, Telemetry};
use tokio_postgres::Client;

use super::connection::{Connector, Pool};
use super::copy::{self, Binary, LONGEST_SERVICE, Sheet, Written};
use super::error::{Error, Kind};
use super::interning::Interning;
use super::schema::Schema;
use super::transaction;
use crate::portions::Portions;
use crate::values::service_name;

/// Tables in a database, and the connections to it.
#[derive(Debug)]
pub(super) struct Store {
    pool: Pool,
    schema: Schema,
    interning: Interning,
    /// Whether the tables were found to be as they should be; held while they are looked at.
    is_prepared: tokio::sync::Mutex<bool>,
    /// Memory that rows were written to, for the next ones.
    buffers: Mutex<Vec<Vec<u8>>>,
    maintained: Mutex<Option<Instant>>,
}

/// Bytes of rows that are written at once: some times what a usual batch takes.
const PORTION: usize = 16 << 20;
/// Memory that is kept for the next batches, in bytes; rows of a usual batch take some MB.
const KEPT: usize = 64 << 20;
/// Time between two looks after old and coming days.
const MAINTENANCE: Duration = Duration::from_secs(600);

// === impl Store ===

impl Store {
    /// Connects to nothing yet. `connections` is how many batches are stored at once; they have one more to look after
    /// the tables, which takes long where much is to be deleted.
    pub(super) fn new(connector: Connector, schema: Schema, connections: usize) -> Self {
        Self {
            pool: Pool::new(connector, connections.saturating_add(1)),
            interning: Interning::new(&schema),
            schema,
            is_prepared: tokio::sync::Mutex::default(),
            buffers: Mutex::default(),
            maintained: Mutex::default(),
        }
    }

    /// Stores a batch, one attempt, an unusual one in several transactions; nothing is stored twice under one id.
    ///
    /// # Errors
    /// Why nothing was stored, or why that is not known.
    pub(super) async fn store(&self, id: BatchId, telemetry: &Telemetry) -> Result<Exported, Error> {
        let mut exported = Exported::default();
        // Resources and scopes are stored once, but for the name.
        let shared = |resource: &ResourceView<'_>, _: &ScopeView<'_>| service_name(resource).len().min(LONGEST_SERVICE);
        for (id, portion) in Portions::new(id, telemetry, PORTION, shared) {
            let Exported { rejected, message } = self.store_portion(id, &portion).await?;
            exported.rejected += rejected;
            exported.message = exported.message.or(message);
        }
        Ok(exported)
    }

    async fn store_portion(&self, id: BatchId, telemetry: &Telemetry) -> Result<Exported, Error> {
        let buffer = |_: &_| Binary::new(self.buffers().pop().unwrap_or_default());
        let Written { rows, resources, scopes } = copy::write(telemetry, wall_nanos(), buffer);
        let sheets: Vec<Sheet> = rows.into_iter().map(copy::Rows::finish).collect();
        let written = Written { rows: sheets, resources, scopes };
        let stored = self.over_connection(id, &written).await;
        let mut buffers = self.buffers();
        let mut room = KEPT.saturating_sub(buffers.iter().map(Vec::capacity).sum());
        for buffer in written.rows.into_iter().map(Sheet::into_buffer) {
            if let Some(rest) = room.checked_sub(buffer.capacity()) {
                room = rest;
                buffers.push(buffer);
            }
        }
        drop(buffers);
        stored
    }

    /// Whether days should be made and dropped now; says so once in ten minutes.
    pub(super) fn is_maintenance_due(&self) -> bool {
        let mut last = self.maintained.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last + MAINTENANCE <= now());
        if is_due {
            *last = Some(now());
        }
        is_due
    }

    /// Makes the coming days and drops old ones.
    pub(super) async fn maintain(&self) {
        let maintained = async {
            let mut lease = self.pool.lease().await?;
            lease.session.run(async |client| Ok(self.schema.maintain(client).await?)).await?;
            lease.keep();
            Ok::<_, Error>(())
        };
        if let Err(error) = maintained.await {
            tracing::warn!(%error, "the tables in PostgreSQL were not looked after; that is tried again in 10 minutes");
        }
    }

    /// The tables.
    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Closes idle connections.
    pub(super) async fn close(&self, patience: Duration) {
        self.pool.close(patience).await;
    }

    async fn over_connection(&self, id: BatchId, written: &Written<'_, Sheet>) -> Result<Exported, Error> {
        loop {
            let mut lease = self.pool.lease().await?;
            if !lease.was_idle {
                // The server may be another one, a replica until now that lacks the last of them.
                self.interning.forget();
            }
            match lease.session.run(async |client| self.write(client, id, written).await).await {
                Ok(exported) => {
                    lease.keep();
                    return Ok(exported);
                }
                Err(error) => {
                    let is_elsewhere = matches!(error.kind, Kind::ReadOnly | Kind::Lost);
                    if error.kind == Kind::Schema {
                        *self.is_prepared.lock().await = false;
                    }
                    if error.kind == Kind::Schema || is_elsewhere {
                        self.interning.forget();
                    }
                    if !is_elsewhere || !lease.was_idle {
                        return Err(error);
                    }
                    // The server went away, or became a replica, while the connection was idle, and so for the others.
                    self.pool.clear();
                }
            }
        }
    }

    async fn write(&self, client: &Client, id: BatchId, written: &Written<'_, Sheet>) -> Result<Exported, Error> {
        self.prepare(client).await?;
        for sheet in &written.rows {
            self.schema.days(client, &sheet.days, sheet.table.name).await?;
        }
        let refused = self.interning.store(client, &written.resources, &written.scopes).await?;
        if refused.is_some() {
            // No resource is to blame for a table that was changed.
            self.schema.compare(client).await?;
        }
        let mut exported = transaction::store(client, &self.schema, id, &written.rows).await?;
        if exported.message.is_none() {
            exported.message = refused.map(|error| format!("a resource or scope was not stored: {error}"));
        }
        Ok(exported)
    }

    async fn prepare(&self, client: &Client) -> Result<(), Error> {
        let mut is_prepared = self.is_prepared.lock().await;
        if !*is_prepared {
            self.schema.prepare(client).await?;
            *is_prepared = true;
        }
        Ok(())
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nanoseconds since 1970.
fn wall_nanos() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
