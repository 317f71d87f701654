//! `sqlite`: telemetry in a file one can query, with no database installed.
//!
//! A batch is one transaction with its id, so it is stored once and whole however often it is sent; it counts as
//! delivered when it is on disk. Readers may read at any time (`tfo query`, `sqlite3`): they see whole batches and hold
//! nobody up.
//!
//! ```yaml
//! exporters:
//!   sqlite:
//!     path: /var/lib/tfo/telemetry.db
//!     retention: 168h
//!     max_size: 10GiB
//! ```

mod check;
mod config;
mod connection;
mod error;
mod insert;
mod log;
mod retention;
mod rows;
mod schema;
mod settings;
mod shown;
mod store;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure,
    Finding, Row, Stability,
};
use pipelines::delivery;
use pipelines::runtime::Delivery;
use pipelines::{BatchId, Context, Signal, Telemetry};

pub use self::config::{Config, Synchronous};
pub use self::schema::{VERSION, ddl};
use self::settings::Settings;
use self::store::Store;
use self::writer::Writer;

/// The factory of the `sqlite` exporter.
#[derive(Debug)]
pub struct Sqlite;

#[derive(Debug)]
struct Storing {
    settings: Arc<Settings>,
    delivery: Delivery,
    /// Since the first batch.
    writer: Mutex<Option<Arc<Writer>>>,
}

// === impl Sqlite ===

impl ExporterFactory for Sqlite {
    const ABOUT: About = About {
        name: "sqlite",
        aliases: &[],
        signals: &[Signal::Traces, Signal::Metrics, Signal::Logs],
        stability: Stability::Beta,
        summary: "stores telemetry in a SQLite file",
        example: "path: telemetry.db\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, _cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        let timeout = Some(config.timeout).filter(|timeout| !timeout.is_zero());
        let delivery = delivery::settings(&config.sending_queue, &config.retry_on_failure, timeout).idempotent();
        let settings = Arc::new(Settings::from(&**config));
        Ok(Arc::new(Storing { settings, delivery, writer: Mutex::default() }))
    }

    fn check(config: Arc<Config>, _cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config))
    }
}

// === impl Storing ===

impl Storing {
    /// Has the thread do something that may be tried again.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, ExportError> + Send + 'static,
    ) -> Result<T, ExportError> {
        let place = || self.settings.path.display();
        let writer = self.writer().map_err(|error| ExportError::retry(format!("{}: {error}", place())))?;
        let settings = self.settings.clone();
        let done = writer.run(move |store| {
            store.change(&settings);
            work(store)
        });
        done.await.map_err(|error| ExportError::retry(format!("{}: {error}", place())))?
    }

    fn writer(&self) -> std::io::Result<Arc<Writer>> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        match &*writer {
            Some(writer) if !writer.is_finished() => Ok(writer.clone()),
            _ => Ok(writer.insert(writer::writer(&self.settings)?).clone()),
        }
    }
}

impl Exporter for Storing {
    /// So that the file is there for readers, and old telemetry goes, before anything comes. What fails now may work
    /// when the first batch comes.
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            if let Err(error) = self.run(Store::open).await {
                tracing::warn!(%error, "telemetry cannot be stored yet");
            }
            Ok(())
        })
    }

    fn export<'a>(
        &'a self,
        id: BatchId,
        telemetry: &'a Telemetry,
        _context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        let telemetry = telemetry.clone();
        Box::pin(self.run(move |store| store.write(id, &telemetry)))
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let rows = serde_json::to_vec(&shown::rows(telemetry));
        Ok(Encoded {
            format: "rows of SQLite, shown as JSON".into(),
            destination: self.settings.path.display().to_string(),
            body: rows.map_err(|error| ExportError::reject(format!("the rows cannot be shown: {error}")))?.into(),
        })
    }

    fn rows(&self, telemetry: &Telemetry) -> Vec<Row> {
        shown::rows(telemetry)
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn shutdown(&self) -> BoxFuture<'_, Result<(), Failure>> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async {
            if let Some(writer) = writer {
                Writer::close(writer).await;
            }
            Ok(())
        })
    }
}
