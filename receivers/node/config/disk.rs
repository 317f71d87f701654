//! What users write under `node.disk`.

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::Pattern;
use super::switch::switch;

/// Partitions and memory that poses as a disk.
const EXCLUDED: &str = r"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$";

/// Block devices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Disk {
    /// Whether the group is collected. Default true.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
    /// Devices that are left out, as a regular expression. Default partitions and
    /// what has no disk, as in node_exporter:
    /// `^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$`.
    pub device_exclude: Pattern,
    /// The only devices that are not left out, as a regular expression. Default all.
    pub device_include: Option<Pattern>,
}

switch!(Disk);

// === impl Disk ===

impl Disk {
    /// Whether a device is collected.
    pub(in crate::node) fn wants(&self, device: &str) -> bool {
        let is_included = self.device_include.as_ref().is_none_or(|include| include.matches(device));
        is_included && !self.device_exclude.matches(device)
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self { enabled: true, interval: None, device_exclude: Pattern::known(EXCLUDED), device_include: None }
    }
}
