//! The catalogue of what is measured on a machine: one row for each metric, with its names in every vocabulary.
//!
//! Code, documentation and tests all read these rows, so a metric is described in one place. A file here holds the rows
//! of one group, as `pub static NAME: Metric`, and a list of them; [`ALL`] is the list of lists.

pub mod arp;
pub mod conntrack;
pub mod cpu;
pub mod disk;
pub mod entropy;
pub mod filefd;
pub mod filesystem;
mod label;
pub mod load;
pub mod memory;
mod metric;
pub mod network;
pub mod pressure;
pub mod processes;
pub mod scrape;
pub mod sockstat;
pub mod stat;
pub mod tcp;
#[cfg(test)]
mod tests;
pub mod textfile;
pub mod thermal;
pub mod uptime;
pub mod vmstat;

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::label::Label;
pub use self::metric::{Kind, Metric, Name};

/// Every metric, group by group, in the order of the documentation.
pub static ALL: &[&[&Metric]] = &[
    cpu::ALL,
    disk::ALL,
    filesystem::ALL,
    network::ALL,
    load::ALL,
    stat::ALL,
    processes::ALL,
    uptime::ALL,
    memory::ALL,
    vmstat::ALL,
    sockstat::ALL,
    conntrack::ALL,
    entropy::ALL,
    filefd::ALL,
    arp::ALL,
    thermal::ALL,
    textfile::ALL,
    tcp::ALL,
    pressure::ALL,
    scrape::ALL,
];

/// Which vocabulary metrics and their attributes are named in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// The names of TelemetryFlow's guide: `node.cpu.seconds`.
    #[default]
    Tfo,
    /// OpenTelemetry's semantic conventions: `system.cpu.time`.
    Semconv,
    /// The names of Prometheus' node_exporter: `node_cpu_seconds_total`.
    Prometheus,
}

/// What is collected together and switched by one key of the receiver `node`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Processors: time by mode, usage, frequency, temperature.
    Cpu,
    /// Memory and swap.
    Memory,
    /// Block devices.
    Disk,
    /// Mounted filesystems.
    Filesystem,
    /// Network interfaces.
    Network,
    /// Load averages.
    Load,
    /// Thermal zones and sensors.
    Thermal,
    /// Pressure stall information.
    Pressure,
    /// Counters of virtual memory.
    Vmstat,
    /// Sockets in use.
    Sockstat,
    /// Connection tracking.
    Conntrack,
    /// The kernel's entropy pool.
    Entropy,
    /// File descriptors.
    Filefd,
    /// The ARP table.
    Arp,
    /// TCP connections by state.
    Tcp,
    /// Interrupts, context switches, forks.
    Stat,
    /// Processes and threads.
    Processes,
    /// How long the machine has been up.
    Uptime,
    /// Files in Prometheus' text format.
    Textfile,
    /// The collecting itself.
    Scrape,
}

// === impl Group ===

impl Group {
    /// The key of the group in a configuration, and its name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Filesystem => "filesystem",
            Self::Network => "network",
            Self::Load => "load",
            Self::Thermal => "thermal",
            Self::Pressure => "pressure",
            Self::Vmstat => "vmstat",
            Self::Sockstat => "sockstat",
            Self::Conntrack => "conntrack",
            Self::Entropy => "entropy",
            Self::Filefd => "filefd",
            Self::Arp => "arp",
            Self::Tcp => "tcp",
            Self::Stat => "stat",
            Self::Processes => "processes",
            Self::Uptime => "uptime",
            Self::Textfile => "textfile",
            Self::Scrape => "scrape",
        }
    }
}
