//! What users write under `node.thermal`.

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::switch::switch;

/// Temperatures and what else sensors measure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thermal {
    /// Whether the group is collected. Default true.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
    /// Whether thermal zones and what cools them are read. Default true.
    pub zones: bool,
    /// Whether sensors of temperature, fans, voltage, current, power and the like are read. Some answer slowly. Default
    /// true.
    pub sensors: bool,
}

switch!(Thermal);

// === impl Thermal ===

impl Default for Thermal {
    fn default() -> Self {
        Self { enabled: true, interval: None, zones: true, sensors: true }
    }
}
