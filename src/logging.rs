//! The process's own log: for people on a terminal, as JSON where the file says so; always on stderr.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use pipelines::graph::{Encoding, TelemetrySettings};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::reload::Handle;

/// Replaces the filter of the log.
type SetFilter = Box<dyn Fn(EnvFilter) + Send + Sync>;

static FILTER: OnceLock<SetFilter> = OnceLock::new();

/// Starts logging as `service.telemetry.logs` says; `TFO_LOG` overrides the level (e.g. `debug`, `receivers=trace`).
pub(crate) fn start(settings: &TelemetrySettings) {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter(settings)).with_writer(std::io::stderr).with_ansi(colour);
    // A second call can only come from a test; the first one stands.
    let _ = match settings.encoding {
        Encoding::Console => {
            let log = log.with_target(false).compact().with_filter_reloading();
            keep(log.reload_handle());
            log.try_init()
        }
        Encoding::Json => {
            let log = log.json().flatten_event(true).with_filter_reloading();
            keep(log.reload_handle());
            log.try_init()
        }
    };
}

/// Logs at the level of `service.telemetry.logs` from now on.
pub(crate) fn level(settings: &TelemetrySettings) {
    if let Some(set) = FILTER.get() {
        set(filter(settings));
    }
}

fn keep<S: 'static>(handle: Handle<EnvFilter, S>) {
    // The first one stands, as the log itself.
    let _ = FILTER.set(Box::new(move |filter| {
        // It fails only when there is no log any more.
        let _ = handle.reload(filter);
    }));
}

fn filter(settings: &TelemetrySettings) -> EnvFilter {
    let filter = std::env::var("TFO_LOG").unwrap_or_else(|_| settings.level.name().to_owned());
    EnvFilter::try_new(&filter).unwrap_or_else(|_| EnvFilter::new("info"))
}
