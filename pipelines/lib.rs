//! The engine of TelemetryFlow: wire model, configuration, graph, runtime and dry run. It knows no component.

mod batch;
pub mod otlp;
mod signal;

pub use batch::{Parts, Rope, Telemetry};
pub use signal::Signal;
