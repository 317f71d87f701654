//! Telemetry on disk: what is queued there outlives the process.

mod options;

pub use self::options::{Options, Overflow, Sync};
