//! `debug` (once `logging`): prints telemetry in the texts of the Collector's debug exporter.
//!
//! What it prints are data, so they go to standard output unless told otherwise.
//!
//! ```yaml
//! exporters:
//!   debug:
//!     verbosity: detailed
//! ```

mod config;
mod sampler;
mod sink;
#[cfg(test)]
mod tests;
mod text;

use std::sync::{Arc, Mutex, PoisonError};

use pipelines::component::{
    About, BoxFuture, BuildContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure, Stability,
};
use pipelines::delivery;
use pipelines::runtime::{Delivery, RetrySettings, now};
use pipelines::{BatchId, Context, Signal, Telemetry};

pub use self::config::{Config, Verbosity};
use self::sampler::Sampler;
use self::sink::Sink;

/// The factory of the `debug` exporter.
#[derive(Debug)]
pub struct Debug;

#[derive(Debug)]
struct Printer {
    verbosity: Verbosity,
    sampler: Mutex<Sampler>,
    sinks: Vec<Sink>,
    delivery: Delivery,
}

// === impl Debug ===

impl ExporterFactory for Debug {
    const ABOUT: About = About {
        name: "debug",
        aliases: &["logging"],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "prints telemetry",
        example: "verbosity: detailed\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, _cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        let sinks = match config.use_internal_logger {
            true => vec![Sink::Log],
            false => config.output_paths.iter().map(|path| Sink::named(path)).collect(),
        };
        // What cannot be printed now is refused: holding data back for a terminal helps nobody.
        let retry = RetrySettings { enabled: false, ..RetrySettings::default() };
        let delivery = Delivery { retry, ..delivery::settings(&config.sending_queue, &Default::default(), None) };
        let sampler = Mutex::new(Sampler::new(config.sampling_initial, config.sampling_thereafter));
        Ok(Arc::new(Printer { verbosity: config.level(), sampler, sinks, delivery }))
    }
}

// === impl Printer ===

impl Printer {
    fn admits(&self, signal: Signal) -> bool {
        self.sampler.lock().unwrap_or_else(PoisonError::into_inner).admits(signal, now())
    }

    fn print(&self, telemetry: &Telemetry) -> String {
        let mut out = text::counts(telemetry);
        match self.verbosity {
            Verbosity::Basic => return out,
            Verbosity::Normal => text::normal(telemetry, &mut out),
            Verbosity::Detailed => text::detailed(telemetry, &mut out),
        }
        // The Collector leaves a line free between batches.
        out.push('\n');
        out
    }
}

impl Exporter for Printer {
    fn export<'a>(
        &'a self,
        _: BatchId,
        telemetry: &'a Telemetry,
        _context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(async move {
            if !self.admits(telemetry.signal()) {
                return Ok(Exported::default());
            }
            let (text, sinks) = (self.print(telemetry), self.sinks.clone());
            // A terminal or a pipe nobody reads blocks for as long as it likes.
            let written = tokio::task::spawn_blocking(move || {
                sinks
                    .iter()
                    .try_for_each(|sink| sink.write(&text).map_err(|error| format!("cannot print to {sink}: {error}")))
            });
            match written.await {
                Ok(Ok(())) => Ok(Exported::default()),
                Ok(Err(reason)) => Err(ExportError::retry(reason)),
                Err(_) => Err(ExportError::retry("printing was interrupted")),
            }
        })
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let sinks: Vec<String> = self.sinks.iter().map(ToString::to_string).collect();
        let format = format!("text, {}", self.verbosity.name());
        Ok(Encoded { format, destination: sinks.join(", "), body: self.print(telemetry).into() })
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }
}
