//! What users write under `scrapers`.

use pipelines::component::Problems;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::filter::{Devices, Filter, FsTypes, Interfaces, MountPoints, check};
use super::metrics::{
    Metrics, OfCpu, OfDisk, OfFilesystem, OfLoad, OfMemory, OfNetwork, OfPaging, OfProcesses, OfSystem,
};
use super::process::Process;

/// What is measured. A key that is present turns its scraper on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scrapers {
    /// Processors: time by state, number, frequency. Default: off.
    #[serde(deserialize_with = "present")]
    pub cpu: Option<Cpu>,
    /// Block devices. Default: off.
    #[serde(deserialize_with = "present")]
    pub disk: Option<Disk>,
    /// Mounted filesystems. Default: off.
    #[serde(deserialize_with = "present")]
    pub filesystem: Option<Filesystem>,
    /// Load averages. Default: off.
    #[serde(deserialize_with = "present")]
    pub load: Option<Load>,
    /// Memory. Default: off.
    #[serde(deserialize_with = "present")]
    pub memory: Option<Memory>,
    /// Network interfaces and TCP connections. Default: off.
    #[serde(deserialize_with = "present")]
    pub network: Option<Network>,
    /// NFS is not built: the key is refused. Default: off.
    #[serde(deserialize_with = "present")]
    pub nfs: Option<serde_json::Value>,
    /// Swap and page faults. Default: off.
    #[serde(deserialize_with = "present")]
    pub paging: Option<Paging>,
    /// How many processes there are, by state. Default: off.
    #[serde(deserialize_with = "present")]
    pub processes: Option<Processes>,
    /// Each process for itself. Default: off.
    #[serde(deserialize_with = "present")]
    pub process: Option<Process>,
    /// How long the machine has been running. Default: off.
    #[serde(deserialize_with = "present")]
    pub system: Option<Uptime>,
}

/// Processors.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cpu {
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfCpu>,
}

/// Block devices.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Disk {
    /// Devices that are measured. Default: all.
    pub include: Devices,
    /// Devices that are not. Default: none.
    pub exclude: Devices,
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfDisk>,
}

/// Mounted filesystems.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filesystem {
    /// Whether filesystems without a device are measured, such as tmpfs. Default false.
    pub include_virtual_filesystems: bool,
    /// Devices that are measured. Default: all.
    pub include_devices: Devices,
    /// Devices that are not. Default: none.
    pub exclude_devices: Devices,
    /// Types of filesystems that are measured. Default: all.
    pub include_fs_types: FsTypes,
    /// Types of filesystems that are not. Default: none.
    pub exclude_fs_types: FsTypes,
    /// Mount points that are measured, as the machine sees them. Default: all.
    pub include_mount_points: MountPoints,
    /// Mount points that are not. Default: none.
    pub exclude_mount_points: MountPoints,
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfFilesystem>,
}

/// Load averages.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// Whether averages are divided by the number of logical processors. Default false.
    pub cpu_average: bool,
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfLoad>,
}

/// Memory.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Memory {
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfMemory>,
}

/// Network interfaces and TCP connections.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Interfaces that are measured. Default: all.
    pub include: Interfaces,
    /// Interfaces that are not. Default: none.
    pub exclude: Interfaces,
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfNetwork>,
}

/// Swap and page faults.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Paging {
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfPaging>,
}

/// How many processes there are.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Processes {
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfProcesses>,
}

/// How long the machine has been running.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Uptime {
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfSystem>,
}

// === impl Scrapers ===

impl Scrapers {
    /// The keys that are there.
    fn present(&self) -> Vec<&'static str> {
        let keys = [
            ("cpu", self.cpu.is_some()),
            ("disk", self.disk.is_some()),
            ("filesystem", self.filesystem.is_some()),
            ("load", self.load.is_some()),
            ("memory", self.memory.is_some()),
            ("network", self.network.is_some()),
            ("paging", self.paging.is_some()),
            ("processes", self.processes.is_some()),
            ("process", self.process.is_some()),
            ("system", self.system.is_some()),
        ];
        keys.into_iter().filter(|(_, is_present)| *is_present).map(|(key, _)| key).collect()
    }

    /// Whether there is one that the kernel answers at once.
    pub(in crate::system) fn has_quick(&self) -> bool {
        self.present().iter().any(|key| !matches!(*key, "filesystem" | "process"))
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        if self.nfs.is_some() {
            problems.error("scrapers.nfs", "the scraper `nfs` is not built yet").help("leave it out");
        } else if self.present().is_empty() {
            let text = "at least one scraper must be there";
            problems.error("scrapers", text).help("write `scrapers: { cpu: {}, memory: {} }`");
        }
        if let Some(disk) = &self.disk {
            check("scrapers.disk.include", &disk.include, problems);
            check("scrapers.disk.exclude", &disk.exclude, problems);
        }
        if let Some(filesystem) = &self.filesystem {
            problems.nest("scrapers.filesystem", |problems| filesystem.validate(problems));
        }
        if let Some(network) = &self.network {
            check("scrapers.network.include", &network.include, problems);
            check("scrapers.network.exclude", &network.exclude, problems);
        }
        if let Some(process) = &self.process {
            problems.nest("scrapers.process", |problems| process.validate(problems));
        }
    }

    /// What `naming: tfo` has no names for.
    pub(super) fn validate_tfo(&self, problems: &mut Problems) {
        let named = ["cpu", "memory", "filesystem", "network"];
        for key in self.present().into_iter().filter(|key| !named.contains(key)) {
            let text = "`naming: tfo` has no names for it";
            problems.error(format!("scrapers.{key}"), text).help("leave it out, or use the receiver `node`");
        }
        let toggled = [
            ("cpu", self.cpu.as_ref().is_some_and(|cpu| !cpu.metrics.0.is_empty())),
            ("memory", self.memory.as_ref().is_some_and(|memory| !memory.metrics.0.is_empty())),
            ("filesystem", self.filesystem.as_ref().is_some_and(|filesystem| !filesystem.metrics.0.is_empty())),
            ("network", self.network.as_ref().is_some_and(|network| !network.metrics.0.is_empty())),
        ];
        for (key, _) in toggled.into_iter().filter(|(_, is_toggled)| *is_toggled) {
            let text = "names metrics of the Collector, which `naming: tfo` does not make";
            problems.error(format!("scrapers.{key}.metrics"), text).help("leave it out");
        }
    }
}

// === impl Disk ===

impl Disk {
    /// Which devices are measured.
    pub(in crate::system) fn filter(&self) -> Filter {
        Filter::new(&self.include, &self.exclude)
    }
}

// === impl Network ===

impl Network {
    /// Which interfaces are measured.
    pub(in crate::system) fn filter(&self) -> Filter {
        Filter::new(&self.include, &self.exclude)
    }
}

// === impl Filesystem ===

impl Filesystem {
    /// Which devices, types and mount points are measured.
    pub(in crate::system) fn filters(&self) -> [Filter; 3] {
        [
            Filter::new(&self.include_devices, &self.exclude_devices),
            Filter::new(&self.include_fs_types, &self.exclude_fs_types),
            Filter::new(&self.include_mount_points, &self.exclude_mount_points),
        ]
    }

    fn validate(&self, problems: &mut Problems) {
        check("include_devices", &self.include_devices, problems);
        check("exclude_devices", &self.exclude_devices, problems);
        check("include_fs_types", &self.include_fs_types, problems);
        check("exclude_fs_types", &self.exclude_fs_types, problems);
        check("include_mount_points", &self.include_mount_points, problems);
        check("exclude_mount_points", &self.exclude_mount_points, problems);
    }
}

/// A key without a body is there, too.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<T>::deserialize(deserializer).map(|body| Some(body.unwrap_or_default()))
}
