//! What users write under `scrapers.process`.

use pipelines::component::Problems;
use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::filter::{Filter, Names, check};
use super::metrics::{Metrics, OfProcess};

/// Each process for itself, as a resource of its own.
///
/// What may not be read is left out and said once, not at each scrape.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Process {
    /// Names of executables that are measured. Default: all.
    pub include: Names,
    /// Names of executables that are not. Default: none.
    pub exclude: Names,
    /// Whether nothing is said of what may not be read. Default false.
    pub mute_process_all_errors: bool,
    /// The same for names. Default false.
    pub mute_process_name_error: bool,
    /// The same for paths of executables. Default false.
    pub mute_process_exe_error: bool,
    /// The same for what processes read and write. Default false.
    pub mute_process_io_error: bool,
    /// The same for owners. Default false.
    pub mute_process_user_error: bool,
    /// The same for control groups. Default false.
    pub mute_process_cgroup_error: bool,
    /// How long a process must have been running to be measured. Default 0.
    pub scrape_process_delay: Duration,
    /// Which metrics are made. Default: as the Collector does.
    pub metrics: Metrics<OfProcess>,
    /// Which resource attributes processes carry. Default: as the Collector does.
    pub resource_attributes: ProcessAttributes,
}

/// The resource attributes of a process.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessAttributes {
    /// The control group, under its old name. Default off.
    #[serde(rename = "process.cgroup")]
    pub cgroup: AttributeToggle,
    /// The control group. Default off.
    #[serde(rename = "process.linux.cgroup")]
    pub linux_cgroup: AttributeToggle,
    /// The first word of the command line. Default on.
    #[serde(rename = "process.command")]
    pub command: AttributeToggle,
    /// The command line. Default on.
    #[serde(rename = "process.command_line")]
    pub command_line: AttributeToggle,
    /// The name of the executable. Default on.
    #[serde(rename = "process.executable.name")]
    pub executable_name: AttributeToggle,
    /// The path of the executable. Default on.
    #[serde(rename = "process.executable.path")]
    pub executable_path: AttributeToggle,
    /// The name of the owner. Default on.
    #[serde(rename = "process.owner")]
    pub owner: AttributeToggle,
    /// The id of the parent. Default on.
    #[serde(rename = "process.parent_pid")]
    pub parent_pid: AttributeToggle,
    /// The id. Default on.
    #[serde(rename = "process.pid")]
    pub pid: AttributeToggle,
}

/// Whether an attribute is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeToggle {
    /// Whether it is there. Required.
    pub enabled: bool,
}

// === impl Process ===

impl Process {
    /// Which executables are measured.
    pub(in crate::system) fn filter(&self) -> Filter {
        Filter::new(&self.include, &self.exclude)
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        check("include", &self.include, problems);
        check("exclude", &self.exclude, problems);
    }
}

// === impl ProcessAttributes ===

impl Default for ProcessAttributes {
    fn default() -> Self {
        let (on, off) = (AttributeToggle { enabled: true }, AttributeToggle { enabled: false });
        Self {
            cgroup: off,
            linux_cgroup: off,
            command: on,
            command_line: on,
            executable_name: on,
            executable_path: on,
            owner: on,
            parent_pid: on,
            pid: on,
        }
    }
}
