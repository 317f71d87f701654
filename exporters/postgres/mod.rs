//! `postgres`: telemetry in tables of PostgreSQL, by binary COPY.
//!
//! One transaction for each batch, which stores the batch's id too: a batch whose answer got lost is not stored twice.
//! Rows the database refuses are left out and counted; everything else is tried again.
//!
//! ```yaml
//! exporters:
//!   postgres:
//!     endpoint: postgres://tfo@db1:5432,db2:5432/otel
//!     password: ${env:PGPASSWORD}
//!     tls: { ca_file: /etc/tfo/ca.crt }
//! ```

mod check;
mod config;
mod connection;
mod copy;
mod database;
mod error;
mod interning;
mod schema;
mod store;
mod target;
#[cfg(test)]
mod tests;
mod transaction;
mod url;

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure,
    Finding, Row, Stability,
};
use pipelines::runtime::{Delivery, Tasks};
use pipelines::{BatchId, Context, Signal, Telemetry, delivery};

pub use self::config::{Config, SslMode};
use self::connection::Connector;
use self::copy::{Binary, HEADER, Shown, TRAILER};
pub use self::database::Database;
pub use self::schema::{
    BATCHES, Column, EXP_HISTOGRAM, Error, GAUGE, HISTOGRAM, LOGS, RESOURCES, SCOPES, SPANS, SUM, SUMMARY, Schema,
    SchemaConfig, TABLES, Table, TimescaleDb, ddl,
};
use self::store::Store;
use self::target::Target;

/// The factory of the `postgres` exporter.
#[derive(Debug)]
pub struct Postgres;

#[derive(Debug)]
struct Client {
    store: Arc<Store>,
    destination: String,
    delivery: Delivery,
    /// Looks after the tables.
    tasks: Tasks,
}

/// How long connections may take to close at shutdown.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

// === impl Postgres ===

impl ExporterFactory for Postgres {
    const ABOUT: About = About {
        name: "postgres",
        aliases: &["postgresql"],
        signals: &[Signal::Traces, Signal::Metrics, Signal::Logs],
        stability: Stability::Beta,
        summary: "stores telemetry in PostgreSQL",
        example: "endpoint: postgres://tfo@localhost:5432/otel?sslmode=disable\npassword: ${env:PGPASSWORD:-tfo}\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        let target = Target::new(config).map_err(|(key, message)| format!("{key}: {message}"))?;
        let destination = target.url();
        let connector = Connector::new(target, &format!("exporter {}", cx.id), config.timeout.into());
        cx.renewals.add(connector.tls());
        let store = Store::new(connector, Schema::new(config.tables()), config.connections());
        let timeout = (!config.timeout.is_zero()).then_some(config.timeout);
        Ok(Arc::new(Client {
            store: Arc::new(store),
            destination,
            delivery: delivery::settings(&config.sending_queue, &config.retry_on_failure, timeout).idempotent(),
            tasks: Tasks::default(),
        }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config, cx))
    }
}

// === impl Client ===

impl Exporter for Client {
    fn export<'a>(
        &'a self,
        id: BatchId,
        telemetry: &'a Telemetry,
        _context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(async move {
            let exported = self.store.store(id, telemetry).await?;
            if self.store.is_maintenance_due() {
                let store = self.store.clone();
                self.tasks.spawn(async move { store.maintain().await });
            }
            Ok(exported)
        })
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let mut body = Vec::new();
        for rows in copy::write(telemetry, 0, |_| Binary::default()).rows {
            body.extend_from_slice(HEADER);
            body.extend_from_slice(&rows.fields.out);
            body.extend_from_slice(TRAILER);
        }
        let format = "rows of binary COPY, table by table".to_owned();
        Ok(Encoded { format, destination: self.destination.clone(), body: body.into() })
    }

    fn rows(&self, telemetry: &Telemetry) -> Vec<Row> {
        let written = copy::write(telemetry, 0, |table| Shown::new(table, self.store.schema().qualified(table)));
        written.rows.into_iter().flat_map(|rows| rows.fields.rows).collect()
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn shutdown(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            self.tasks.finish(CLOSE_PATIENCE).await;
            self.store.close(CLOSE_PATIENCE).await;
            Ok(())
        })
    }
}
