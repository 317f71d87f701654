//! What users write under `system`.

mod filter;
mod metrics;
mod process;
mod scrapers;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use self::filter::Filter;
pub use self::filter::{Devices, FsTypes, Interfaces, MountPoints, Names};
pub(super) use self::metrics::Choice;
pub use self::metrics::{
    Metrics, OfCpu, OfDisk, OfFilesystem, OfLoad, OfMemory, OfNetwork, OfPaging, OfProcess, OfProcesses, OfSystem,
    Scraper, Strategy, Toggle,
};
pub use self::process::{AttributeToggle, Process, ProcessAttributes};
pub use self::scrapers::{Cpu, Disk, Filesystem, Load, Memory, Network, Paging, Processes, Scrapers, Uptime};
use crate::scrape::check_interval;
use pipelines::component::{self, Problems};
use pipelines::config::Duration;

/// Measures the machine it runs on, with the keys and names of the Collector's `hostmetrics`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Time between two scrapes, at least 1ms. Default 1m.
    pub collection_interval: Duration,
    /// Time before the first scrape. Default 1s.
    pub initial_delay: Duration,
    /// Time after which what a scrape found is given up; zero for never. Default 0.
    pub timeout: Duration,
    /// Where the root of the machine's filesystem is mounted, for an agent in a container, e.g. `/hostfs`. Default `/`.
    pub root_path: Option<PathBuf>,
    /// Hosts as entities are not built: the key is refused. Default: none.
    pub metadata_collection_interval: Option<Duration>,
    /// What is measured. A key that is present turns its scraper on; at least one must be there.
    pub scrapers: Scrapers,
    /// What metrics are called: `otelcol` (as by the Collector) or `tfo` (the 18 names of TelemetryFlow's agent, of the
    /// scrapers `cpu`, `memory`, `filesystem` and `network`). Default `otelcol`.
    pub naming: Naming,
    /// Where `naming: tfo` looks at filesystems: paths on the machine. Default: the mount points of all its devices.
    pub disk_paths: Vec<PathBuf>,
}

/// A vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// The Collector's: `system.cpu.time`.
    #[default]
    Otelcol,
    /// That of TelemetryFlow's agent: `system.cpu.usage`.
    Tfo,
}

// === impl Config ===

impl Config {
    /// Where the machine's root is.
    pub(super) fn root(&self) -> PathBuf {
        let set = self.root_path.as_ref().filter(|path| !path.as_os_str().is_empty());
        set.cloned().unwrap_or_else(|| PathBuf::from("/"))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            collection_interval: Duration::from_secs(60),
            initial_delay: Duration::from_secs(1),
            timeout: Duration::ZERO,
            root_path: None,
            metadata_collection_interval: None,
            scrapers: Scrapers::default(),
            naming: Naming::default(),
            disk_paths: Vec::new(),
        }
    }
}

impl component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        check_interval("collection_interval", self.collection_interval, "leave it out for 1m", problems);
        if !self.root().is_absolute() {
            let text = format!("`{}` is not an absolute path", self.root().display());
            problems.error("root_path", text).help("write where the root is mounted, such as `/hostfs`");
        }
        if self.metadata_collection_interval.is_some() {
            let text = "hosts as entities are not built, so there is nothing that it would set";
            problems.error("metadata_collection_interval", text).help("leave it out");
        }
        self.scrapers.validate(problems);
        if self.naming == Naming::Tfo {
            self.scrapers.validate_tfo(problems);
        }
        for (at, path) in self.disk_paths.iter().enumerate().filter(|(_, path)| !path.is_absolute()) {
            let text = format!("`{}` is not an absolute path", path.display());
            problems.error(format!("disk_paths.{at}"), text).help("begin it with a slash");
        }
        if self.naming != Naming::Tfo && !self.disk_paths.is_empty() {
            let text = "is for `naming: tfo`, and would have no effect";
            problems.error("disk_paths", text).help("name paths in `scrapers.filesystem.include_mount_points`");
        }
    }
}
