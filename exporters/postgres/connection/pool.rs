//! [`Pool`]: connections that wait for the next batch.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Connector, Session};
use crate::postgres::error::{Error, Kind};

/// The connections of an exporter, as many as batches are on their way at once.
#[derive(Debug)]
pub(in crate::postgres) struct Pool {
    connector: Connector,
    idle: Mutex<Vec<Session>>,
    slots: Semaphore,
}

/// A connection that is in use. Dropped without [`Lease::keep`] it is closed, which rolls back what was begun.
pub(in crate::postgres) struct Lease<'a> {
    pub(in crate::postgres) session: Session,
    /// Whether it was there before, so that the server may have hung up unnoticed.
    pub(in crate::postgres) was_idle: bool,
    pool: &'a Pool,
    _permit: SemaphorePermit<'a>,
}

// === impl Pool ===

impl Pool {
    /// A pool without connections.
    pub(in crate::postgres) fn new(connector: Connector, size: usize) -> Self {
        Self { connector, idle: Mutex::default(), slots: Semaphore::new(size.min(Semaphore::MAX_PERMITS)) }
    }

    /// A connection, made now if none is idle.
    ///
    /// # Errors
    /// If no server can be connected to and written to.
    pub(in crate::postgres) async fn lease(&self) -> Result<Lease<'_>, Error> {
        let permit = self.slots.acquire().await;
        let permit = permit.map_err(|_| Error::new(Kind::Passing, "the exporter stops"))?;
        loop {
            let idle = self.idle().pop();
            let Some(mut session) = idle else {
                let session = self.connector.connect().await?;
                return Ok(Lease { session, was_idle: false, pool: self, _permit: permit });
            };
            if session.is_alive() {
                return Ok(Lease { session, was_idle: true, pool: self, _permit: permit });
            }
        }
    }

    /// Closes idle connections, e.g. as the server they lead to takes no writes any more.
    pub(in crate::postgres) fn clear(&self) {
        self.idle().clear();
    }

    /// Says good-bye on every idle connection.
    pub(in crate::postgres) async fn close(&self, patience: Duration) {
        let idle = std::mem::take(&mut *self.idle());
        for session in idle {
            session.close(patience).await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Lease ===

impl Lease<'_> {
    /// Keeps the connection for the next batch; no transaction may be open.
    pub(in crate::postgres) fn keep(self) {
        self.pool.idle().push(self.session);
    }
}
