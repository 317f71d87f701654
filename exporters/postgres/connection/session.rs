//! [`Session`]: one connection to a server, driven by whoever uses it.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio_postgres::Client;

use crate::postgres::error::{Error, Kind};

/// One connection to a server. It makes progress only while something is done with it, in the same task, so there is
/// nothing to be awaited or aborted when it is dropped: the socket is closed, and the server rolls back.
pub(in crate::postgres) struct Session {
    client: Client,
    driver: Driver,
}

/// Moves bytes between the socket and the client; ends with the connection.
pub(super) type Driver = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

// === impl Session ===

impl Session {
    pub(super) fn new(client: Client, driver: Driver) -> Self {
        Self { client, driver }
    }

    /// Does something with the connection.
    ///
    /// # Errors
    /// What `work` ends with; if the connection ended, why.
    pub(in crate::postgres) async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut work = std::pin::pin!(work(&self.client));
        let ended = tokio::select! {
            biased;
            done = &mut work => return done,
            ended = &mut self.driver => ended,
        };
        // The server may have answered before it hung up; dropped, the driver lets the work see that no more comes.
        self.driver = Box::pin(std::future::pending());
        match (work.await, ended) {
            (Err(Error { kind: Kind::Lost, .. }), Err(error)) => Err(Error::from(error)),
            (done, _) => done,
        }
    }

    /// Whether the server has not hung up.
    pub(super) fn is_alive(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        !self.client.is_closed() && self.driver.as_mut().poll(&mut cx).is_pending()
    }

    /// Says good-bye and closes the connection.
    pub(super) async fn close(self, patience: Duration) {
        drop(self.client);
        // However it ends, it is closed.
        let _ = tokio::time::timeout(patience, self.driver).await;
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
