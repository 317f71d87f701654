//! What the process says about itself in numbers: the ledger and more, for Prometheus to fetch and as OTLP to send.
//!
//! Nothing is kept for it: each scrape and each report reads the counters of the running graph.

mod collector;
mod engine;
mod family;
mod otlp;
mod process;
mod push;
mod resource;
mod server;
mod source;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::Failure;
use pipelines::graph::{Detail, TelemetrySettings};
use pipelines::runtime::{Budget, Status, Stopper, Tasks};

use self::source::Source;

/// How long the last report may take when the process ends.
const LAST_WORD: Duration = Duration::from_secs(2);

/// The process's own metrics while they are shown.
pub(crate) struct Telemetry {
    stopper: Stopper,
    tasks: Tasks,
    settings: TelemetrySettings,
    source: Arc<Source>,
    /// Whether all that the settings ask for could be started.
    is_shown: bool,
}

// === impl Telemetry ===

impl Telemetry {
    /// Shows the metrics of a running engine as the settings say. A port that is only the default and that somebody else
    /// has is left to them, with a warning.
    pub(crate) async fn start(settings: &TelemetrySettings, status: Status, budget: Budget) -> Result<Self, Failure> {
        let source = Arc::new(Source::new(settings, status, budget));
        let (stopper, tasks, settings) = (Stopper::new().0, Tasks::default(), settings.clone());
        let mut telemetry = Self { stopper, tasks, settings, source, is_shown: false };
        telemetry.run().await?;
        Ok(telemetry)
    }

    /// Whether other settings ask for what is shown.
    pub(crate) fn is_as(&self, settings: &TelemetrySettings) -> bool {
        self.is_shown && (&self.settings.metrics, &self.settings.resource) == (&settings.metrics, &settings.resource)
    }

    /// Goes on as other settings say, after a reload; what did not change stays as it is.
    pub(crate) async fn follow(&mut self, settings: &TelemetrySettings) -> Result<(), Failure> {
        if self.is_as(settings) {
            return Ok(());
        }
        self.end().await;
        self.settings = settings.clone();
        self.source = Arc::new(self.source.with(settings));
        self.stopper = Stopper::new().0;
        self.run().await
    }

    /// Sends a last report and closes the listeners.
    pub(crate) async fn stop(self) {
        self.end().await;
    }

    async fn run(&mut self) -> Result<(), Failure> {
        let started = self.show().await;
        self.is_shown = started.is_ok();
        started
    }

    async fn show(&self) -> Result<(), Failure> {
        let metrics = &self.settings.metrics;
        if metrics.level == Detail::None {
            return Ok(());
        }
        for push in &metrics.push {
            let exporter = push::exporter(push)?;
            let reports = push::report(exporter, push.clone(), self.source.clone(), self.stopper.listen());
            self.tasks.spawn(reports);
        }
        for pull in &metrics.pull {
            match server::bind(pull).await {
                Ok(listener) => {
                    tracing::info!(id = "telemetry", "listening on metrics {listener}");
                    self.tasks.spawn(server::serve(listener, pull.clone(), self.source.clone(), self.stopper.listen()));
                }
                Err(reason) if metrics.is_default => {
                    let help = "name another port in service.telemetry.metrics, in an agent file in prometheus_server";
                    tracing::warn!(%reason, "metrics are not served; {help}");
                }
                Err(reason) => return Err(Failure(format!("service.telemetry.metrics: {reason}"))),
            }
        }
        Ok(())
    }

    async fn end(&self) {
        self.stopper.stop();
        self.tasks.finish(LAST_WORD).await;
    }
}
