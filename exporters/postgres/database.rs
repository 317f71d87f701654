//! [`Database`]: the connections of the exporter, for those who store something else than telemetry in PostgreSQL.

use std::sync::Arc;

use pipelines::component::Problems;
use pipelines::net::tls::Renewing;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};
use tokio_rustls::rustls::ClientConfig;

use super::config::Config;
use super::connection::{Connector, Pool};
use super::error::{Error, Kind};
use super::target::Target;

/// A database and connections to it. Nothing is connected until something is asked.
#[derive(Debug)]
pub struct Database {
    pool: Pool,
    tls: Arc<Renewing<ClientConfig>>,
}

// === impl Database ===

impl Database {
    /// Reports what is wrong with where a configuration leads.
    pub fn validate(config: &Config, problems: &mut Problems) {
        problems.nest("tls", |problems| config.tls.validate(problems));
        match Target::new(config) {
            Ok(target) => target.validate(problems),
            Err((path, message)) => {
                problems.error(path, message);
            }
        }
    }

    /// The database that a configuration names, with at most so many connections. `owner` is whose it is, for the log.
    ///
    /// # Errors
    /// If the configuration names none; [`Database::validate`] reports the same.
    pub fn new(config: &Config, owner: &str, connections: usize) -> Result<Self, String> {
        let target = Target::new(config).map_err(|(path, message)| format!("{path}: {message}"))?;
        let connector = Connector::new(target, owner, config.timeout.get());
        let tls = connector.tls().clone();
        Ok(Self { pool: Pool::new(connector, connections), tls })
    }

    /// Certificates and keys, to be followed when their files change.
    #[must_use]
    pub fn tls(&self) -> &Arc<Renewing<ClientConfig>> {
        &self.tls
    }

    /// Has a statement done that may be done twice: where a connection turns out to be dead, another one is tried.
    ///
    /// # Errors
    /// One lowercase sentence without a final dot, which shows no credentials.
    pub async fn query(&self, sql: &str, parameters: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, String> {
        loop {
            let mut lease = self.pool.lease().await.map_err(|error| error.to_string())?;
            let done = lease.session.run(async |client| Ok(client.query_typed(sql, parameters).await?)).await;
            match done {
                Ok(rows) => {
                    lease.keep();
                    return Ok(rows);
                }
                Err(Error { kind: Kind::Lost, .. }) if lease.was_idle => {}
                Err(error) => {
                    if error.kind == Kind::ReadOnly {
                        self.pool.clear();
                    }
                    return Err(error.to_string());
                }
            }
        }
    }
}
