//! What users write under `node`.

mod cpu;
mod disk;
mod filesystem;
mod network;
mod pattern;
mod switch;
#[cfg(test)]
mod tests;
mod textfile;
mod thermal;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::cpu::Cpu;
pub use self::disk::Disk;
pub use self::filesystem::Filesystem;
pub use self::network::Network;
pub use self::pattern::Pattern;
pub use self::switch::{Plain, Switch, Switched};
pub use self::textfile::Textfile;
pub use self::thermal::Thermal;
use crate::catalogue::Naming;
use crate::kernel::Roots;
use crate::scrape::check_interval;
use pipelines::component::{self, Problems};
use pipelines::config::Duration;

/// Measures the machine it runs on: processors, memory, devices, network and the rest of what the kernel tells.
///
/// Each group of metrics has a key: `true`, `false`, or a map with `enabled`, `interval` and keys of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Time between two scrapes, at least 1ms. Default 15s.
    pub collection_interval: Duration,
    /// Time before the first scrape. Default 1s.
    pub initial_delay: Duration,
    /// Where the root of the machine's filesystem is mounted, for an agent in a container. Default `/`.
    pub root_path: PathBuf,
    /// The machine's procfs. Default `proc` below `root_path`.
    pub procfs: Option<PathBuf>,
    /// The machine's sysfs. Default `sys` below `root_path`.
    pub sysfs: Option<PathBuf>,
    /// What metrics and attributes are called: `tfo` (`node.cpu.seconds`), `semconv` (`system.cpu.time`) or `prometheus`
    /// (`node_cpu_seconds_total`, as node_exporter). A metric that a vocabulary lacks keeps its name. Default `tfo`.
    pub naming: Naming,
    /// Processors: time by mode, usage, frequency, temperature, throttling. Default on.
    pub cpu: Switched<Cpu>,
    /// Block devices: operations, bytes, time, what they are. Default on.
    pub disk: Switched<Disk>,
    /// Mounted filesystems: how full they are. Default on.
    pub filesystem: Switched<Filesystem>,
    /// Network interfaces: traffic, errors, link. Default on.
    pub network: Switched<Network>,
    /// Load averages. Default on.
    pub load: Switched<Plain>,
    /// Interrupts, softirqs, context switches, forks. Default on.
    pub stat: Switched<Plain>,
    /// Processes by state, and threads. Default on.
    pub processes: Switched<Plain>,
    /// How long the machine has been up. Default on.
    pub uptime: Switched<Plain>,
    /// Memory and swap. Default on.
    pub memory: Switched<Plain>,
    /// Counters of virtual memory: paging, swapping, page faults, kills for want of memory. Default on.
    pub vmstat: Switched<Plain>,
    /// Sockets in use, by protocol. Default on.
    pub sockstat: Switched<Plain>,
    /// Connection tracking: entries, their limit, what was counted. Default on.
    pub conntrack: Switched<Plain>,
    /// The kernel's entropy pool. Default on.
    pub entropy: Switched<Plain>,
    /// Open files of all processes, and their limit. Default on.
    pub filefd: Switched<Plain>,
    /// Entries of the ARP table, by interface. Default on.
    pub arp: Switched<Plain>,
    /// Thermal zones, what cools them, and sensors. Default on.
    pub thermal: Switched<Thermal>,
    /// Files in the text format of Prometheus. Off where the key is not written.
    pub textfile: Switched<Textfile>,
    /// Pressure stall information: time lost by waiting for processors, memory and devices. Default on.
    pub pressure: Switched<Plain>,
    /// TCP sockets by state, and the bytes that wait in them. Default on.
    pub tcp: Switched<Plain>,
}

// === impl Config ===

impl Config {
    /// Where the kernel's files are.
    pub(super) fn roots(&self) -> Roots {
        let mut roots = Roots::below(&self.root_path);
        if let Some(proc) = &self.procfs {
            roots.proc.clone_from(proc);
        }
        if let Some(sys) = &self.sysfs {
            roots.sys.clone_from(sys);
        }
        roots
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            collection_interval: Duration::from_secs(15),
            initial_delay: Duration::from_secs(1),
            root_path: PathBuf::from("/"),
            procfs: None,
            sysfs: None,
            naming: Naming::default(),
            cpu: Switched::default(),
            disk: Switched::default(),
            filesystem: Switched::default(),
            network: Switched::default(),
            load: Switched::default(),
            stat: Switched::default(),
            processes: Switched::default(),
            uptime: Switched::default(),
            memory: Switched::default(),
            vmstat: Switched::default(),
            sockstat: Switched::default(),
            conntrack: Switched::default(),
            entropy: Switched::default(),
            filefd: Switched::default(),
            arp: Switched::default(),
            thermal: Switched::default(),
            textfile: Switched(Textfile::off()),
            pressure: Switched::default(),
            tcp: Switched::default(),
        }
    }
}

impl component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        check_interval("collection_interval", self.collection_interval, "leave it out for 15s", problems);
        let paths = [Some(("root_path", &self.root_path)), self.procfs.as_ref().map(|path| ("procfs", path))];
        let sysfs = self.sysfs.as_ref().map(|path| ("sysfs", path));
        for (key, path) in paths.into_iter().flatten().chain(sysfs) {
            absolute(key, path, problems);
        }
        if self.filesystem.mount_timeout.is_zero() {
            let problem = problems.error("filesystem.mount_timeout", "is zero, so that no filesystem could answer");
            problem.help("leave it out for 5s");
        }
        self.textfile.validate(problems);
        let groups = super::groups::every(self);
        for (key, interval) in groups.iter().filter_map(|group| Some((group.key, group.interval?))) {
            let help = "leave it out for `collection_interval`, or write `enabled: false`";
            check_interval(&format!("{key}.interval"), interval, help, problems);
        }
        if !groups.iter().any(|group| group.is_enabled) {
            problems.error("", "every group is switched off, so that nothing would be measured").help("enable one");
        }
    }
}

fn absolute(key: &str, path: &Path, problems: &mut Problems) {
    if !path.is_absolute() {
        let text = format!("`{}` is not an absolute path", path.display());
        problems.error(key, text).help("write where it is mounted, such as `/host`");
    }
}
