//! The engine of TelemetryFlow: wire model, configuration, graph, runtime and dry run. It knows no component.

pub mod otlp;
mod signal;

pub use signal::Signal;
