//! What users write under `node.cpu`.

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::switch::switch;

/// Processors.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cpu {
    /// Whether the group is collected. Default true.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
    /// Whether time and usage are told for each logical processor, rather than for all of them together. Default true.
    pub per_core: bool,
    /// Whether frequencies and governors are read. Default true.
    pub frequency: bool,
    /// Whether temperatures and throttling are read. Default true.
    pub thermal: bool,
}

switch!(Cpu);

// === impl Cpu ===

impl Default for Cpu {
    fn default() -> Self {
        Self { enabled: true, interval: None, per_core: true, frequency: true, thermal: true }
    }
}
