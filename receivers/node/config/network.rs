//! What users write under `node.network`.

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::Pattern;
use super::switch::switch;

/// Network interfaces.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Whether the group is collected. Default true.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
    /// Devices that are left out, as a regular expression. Default none.
    pub device_exclude: Pattern,
    /// The only devices that are not left out, as a regular expression. Default all.
    pub device_include: Option<Pattern>,
}

switch!(Network);

// === impl Network ===

impl Network {
    /// Whether a device is collected.
    pub(in crate::node) fn wants(&self, device: &str) -> bool {
        let is_included = self.device_include.as_ref().is_none_or(|include| include.matches(device));
        is_included && !self.device_exclude.matches(device)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self { enabled: true, interval: None, device_exclude: Pattern::default(), device_include: None }
    }
}
