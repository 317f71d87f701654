//! [`Acknowledge`]: what must have happened to a batch before its sender hears that it is safe.

use schemars::JsonSchema;
use serde::Deserialize;

/// What must have happened to a batch before its sender hears that it is safe, weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledge {
    /// It was taken in. What the engine holds in memory is lost with the process.
    Received,
    /// It is on disk where a queue on disk stands behind the receiver, and delivered where none does.
    #[default]
    Stored,
    /// It was delivered by every exporter.
    Delivered,
}
