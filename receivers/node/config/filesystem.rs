//! What users write under `node.filesystem`.

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::Pattern;
use super::switch::switch;

/// Directories of the system, and of each container.
const MOUNTS: &str = r"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)";

/// What is no storage.
const TYPES: &str = concat!(
    r"^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|",
    r"proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$"
);

/// Mounted filesystems.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filesystem {
    /// Whether the group is collected. Default true.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
    /// Where filesystems are mounted that are left out, as a regular expression. Default as in node_exporter:
    /// `^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)`.
    pub mount_exclude: Pattern,
    /// Types of filesystems that are left out, as a regular expression. Default those that are no storage, as in
    /// node_exporter: `^(autofs|binfmt_misc|...|overlay|proc|...|tracefs)$`.
    pub type_exclude: Pattern,
    /// How long a filesystem may take to answer. One that does not is reported by `node.filesystem.device_error`, and is
    /// asked again once it has answered; the others of the same scrape that do not answer either get a tenth of it.
    /// Default 5s.
    pub mount_timeout: Duration,
}

switch!(Filesystem);

// === impl Filesystem ===

impl Default for Filesystem {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: None,
            mount_exclude: Pattern::known(MOUNTS),
            type_exclude: Pattern::known(TYPES),
            mount_timeout: Duration::from_secs(5),
        }
    }
}
