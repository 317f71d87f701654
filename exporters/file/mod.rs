//! `file`: telemetry in a file, in the formats of the Collector's file exporter.
//!
//! A batch counts as delivered when the system has taken all of it; a record is written whole or not at all.
//!
//! ```yaml
//! exporters:
//!   file:
//!     path: /var/lib/tfo/telemetry.json
//!     rotation: { max_megabytes: 50, max_backups: 5 }
//! ```

mod backups;
mod check;
mod config;
mod shared;
#[cfg(test)]
mod tests;
mod writer;

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure,
    Finding, Stability,
};
use pipelines::delivery;
use pipelines::net::compress::Encoding;
use pipelines::runtime::Delivery;
use pipelines::{BatchId, Context, Signal, Telemetry};

use self::backups::Backups;
pub use self::config::{Compression, Config, Format, GroupBy, Rotation};
use self::writer::{Settings, Writer};
use crate::client::{Codec, append_json};

/// The factory of the `file` exporter.
#[derive(Debug)]
pub struct File;

#[derive(Debug)]
struct Recorder {
    config: Arc<Config>,
    settings: Arc<Settings>,
    writer: OnceLock<Arc<Mutex<Writer>>>,
}

// === impl File ===

impl ExporterFactory for File {
    const ABOUT: About = About {
        name: "file",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "writes telemetry to a file",
        example: "path: telemetry.json\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, _cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        let rotation = config.rotation.as_ref().map(|rotation| {
            let backups = Backups { max_count: rotation.max_backups, max_days: rotation.max_days };
            (rotation.max_megabytes.saturating_mul(1 << 20), backups)
        });
        let settings = Settings {
            path: config.path.clone(),
            append: config.append,
            directory: config.mode().filter(|_| config.create_directory),
            rotation,
        };
        Ok(Arc::new(Recorder { config: config.clone(), settings: Arc::new(settings), writer: OnceLock::new() }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config, cx))
    }
}

// === impl Recorder ===

impl Recorder {
    /// The bytes of one batch as they stand in the file.
    fn record(&self, telemetry: &Telemetry) -> Result<Vec<u8>, ExportError> {
        const PREFIX: usize = 4;
        let zstd = Codec::new(Encoding::Zstd, None);
        let mut record = vec![0; if self.config.is_prefixed() { PREFIX } else { 0 }];
        match (self.config.format, self.config.compression) {
            (Format::Json, Compression::None) => {
                append_json(telemetry, &mut record)?;
                record.push(b'\n');
                return Ok(record);
            }
            (Format::Proto, Compression::None) => telemetry.parts().for_each(|part| record.extend_from_slice(part)),
            (Format::Proto, Compression::Zstd) => {
                record.extend_from_slice(&zstd.payload(telemetry)?.to_bytes());
            }
            (Format::Json, Compression::Zstd) => {
                let mut json = Vec::new();
                append_json(telemetry, &mut json)?;
                record.extend_from_slice(&zstd.bytes(json.into())?.to_bytes());
            }
        }
        let len = u32::try_from(record.len() - PREFIX);
        let len =
            len.map_err(|_| ExportError::reject("the batch is longer than 4 GiB, which the format cannot say"))?;
        record[..PREFIX].copy_from_slice(&len.to_be_bytes());
        Ok(record)
    }

    /// Does something that blocks with the writer.
    async fn blocking(&self, work: impl FnOnce(&mut Writer) -> io::Result<()> + Send + 'static) -> Result<(), String> {
        let (known, settings) = (self.writer.get().cloned(), self.settings.clone());
        let done = tokio::task::spawn_blocking(move || {
            let writer = known.unwrap_or_else(|| shared::writer(&settings));
            let done = work(&mut writer.lock().unwrap_or_else(PoisonError::into_inner));
            done.map(|()| writer)
        });
        match done.await {
            Ok(Ok(writer)) => {
                // Several at once have found the same one.
                let _ = self.writer.set(writer);
                Ok(())
            }
            Ok(Err(error)) => Err(format!("cannot write to {}: {error}", self.config.path.display())),
            Err(_) => Err(format!("writing to {} was interrupted", self.config.path.display())),
        }
    }
}

impl Exporter for Recorder {
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async { self.blocking(Writer::open).await.map_err(Failure) })
    }

    fn export<'a>(
        &'a self,
        _: BatchId,
        telemetry: &'a Telemetry,
        _context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(async move {
            let record = self.record(telemetry)?;
            let written = self.blocking(move |writer| writer.write(&record, SystemTime::now())).await;
            written.map(|()| Exported::default()).map_err(ExportError::retry)
        })
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let format = match self.config.format {
            Format::Json => "OTLP JSON",
            Format::Proto => "OTLP protobuf",
        };
        let framing = if self.config.is_prefixed() { "length in front" } else { "one line" };
        let zstd = if self.config.compression == Compression::Zstd { ", zstd" } else { "" };
        Ok(Encoded {
            format: format!("{format}, {framing}{zstd}"),
            destination: self.config.path.display().to_string(),
            body: self.record(telemetry)?.into(),
        })
    }

    fn delivery(&self) -> Delivery {
        delivery::settings(&self.config.sending_queue, &self.config.retry_on_failure, None)
    }
}
