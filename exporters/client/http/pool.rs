//! [`Pool`]: HTTP/1.1 connections that wait for the next request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use pipelines::runtime::{Instant, Tasks, now};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::client::Stream;
use crate::client::h2::Rope;

/// Connections to one server.
#[derive(Debug)]
pub(crate) struct Pool {
    settings: Settings,
    idle: Mutex<Vec<(Connection, Instant)>>,
    slots: Option<Semaphore>,
    tasks: Tasks,
}

/// How many connections there may be and how long they are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Idle connections that are kept.
    pub(crate) max_idle: usize,
    /// For how long; `None` for as long as the server keeps them.
    pub(crate) idle_timeout: Option<Duration>,
    /// Connections at the same time; 0 for no limit.
    pub(crate) max: usize,
}

/// A connection that carries one request at a time.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) sender: SendRequest<Full<Rope>>,
}

// === impl Pool ===

impl Pool {
    pub(crate) fn new(settings: Settings) -> Self {
        let slots = (settings.max > 0).then(|| Semaphore::new(settings.max.min(Semaphore::MAX_PERMITS)));
        Self { settings, idle: Mutex::default(), slots, tasks: Tasks::default() }
    }

    /// Waits until one more connection may be used; nothing to wait for without a limit.
    pub(crate) async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.slots.as_ref()?.acquire().await.ok()
    }

    /// The connection that was used last, if one is alive.
    pub(crate) fn take(&self) -> Option<Connection> {
        let mut idle = self.idle();
        let oldest = self.settings.idle_timeout.and_then(|timeout| now().checked_sub(timeout));
        idle.retain(|(connection, since)| {
            !connection.sender.is_closed() && oldest.is_none_or(|oldest| *since > oldest)
        });
        idle.pop().map(|(connection, _)| connection)
    }

    /// Makes a connection of a stream.
    ///
    /// # Errors
    /// When the stream is closed already.
    pub(crate) async fn open(&self, stream: Stream) -> Result<Connection, hyper::Error> {
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection lost");
            }
        });
        Ok(Connection { sender })
    }

    /// Keeps a connection for the next request, if it can carry one.
    pub(crate) async fn put(&self, mut connection: Connection) {
        if self.settings.max_idle == 0 || connection.sender.ready().await.is_err() {
            return;
        }
        let mut idle = self.idle();
        if idle.len() < self.settings.max_idle {
            idle.push((connection, now()));
        }
    }

    /// Closes every connection.
    pub(crate) async fn close(&self, patience: Duration) {
        self.idle().clear();
        self.tasks.finish(patience).await;
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
