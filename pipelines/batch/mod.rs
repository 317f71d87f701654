//! What travels on an edge.

mod rope;
mod telemetry;

pub use rope::{Parts, Rope};
pub use telemetry::Telemetry;
