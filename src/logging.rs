//! The process's own log: for people on a terminal, as JSON where the file says so; always on stderr.

use std::io::IsTerminal as _;

use pipelines::graph::{Encoding, TelemetrySettings};
use tracing_subscriber::EnvFilter;

/// Starts logging as `service.telemetry.logs` says; `TFO_LOG` overrides the level (e.g. `debug`, `receivers=trace`).
pub(crate) fn start(settings: &TelemetrySettings) {
    let filter = std::env::var("TFO_LOG").unwrap_or_else(|_| settings.level.name().to_owned());
    let filter = EnvFilter::try_new(&filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    // A second call can only come from a test; the first one stands.
    let _ = match settings.encoding {
        Encoding::Console => log.with_target(false).compact().try_init(),
        Encoding::Json => log.json().flatten_event(true).try_init(),
    };
}
