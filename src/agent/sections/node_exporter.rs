//! `collectors.node_exporter`: the metrics of this machine.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use pipelines::config::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The metrics of this machine. Each group is `true`, `false` or a map with the settings of that group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct NodeExporter {
    /// Whether they are collected. Default false.
    pub(in crate::agent) enabled: bool,
    /// How often. Default 15s.
    pub(in crate::agent) interval: Duration,
    /// Names of metrics: `tfo` (`node.cpu.usage`), `semconv` (`system.cpu.time`) or `prometheus`
    /// (`node_cpu_seconds_total`). Default `tfo`.
    pub(in crate::agent) naming: Option<String>,
    /// Where the machine's root is mounted, for agents in containers. Default `/`.
    pub(in crate::agent) root_path: Option<PathBuf>,
    /// Time, use and frequency of processors. Default true.
    pub(in crate::agent) cpu: Group,
    /// Memory and swap. Default true.
    pub(in crate::agent) memory: Group,
    /// Disks. Default true. Old spelling `diskio`.
    pub(in crate::agent) disk_io: Group,
    /// Filesystems. Default true.
    pub(in crate::agent) filesystem: Group,
    /// Network interfaces. Default true.
    pub(in crate::agent) network: Group,
    /// Load. Default true. Old spelling `loadavg`.
    pub(in crate::agent) load_avg: Group,
    /// Temperatures. Default true.
    pub(in crate::agent) thermal: Group,
    /// Metrics that others write into files. Default: on where `textfile_path` is written, otherwise off.
    pub(in crate::agent) textfile: Group,
    /// Tracked connections. Default true.
    pub(in crate::agent) conntrack: Group,
    /// Pressure: time that was lost for want of processor, memory and disk. Default true.
    pub(in crate::agent) psi: Group,
    /// Paging. Default true.
    pub(in crate::agent) vmstat: Group,
    /// Sockets. Default true.
    pub(in crate::agent) sockstat: Group,
    /// Entropy. Default true.
    pub(in crate::agent) entropy: Group,
    /// Open files. Default true. Old spellings `filefd`, `file_descriptors`.
    pub(in crate::agent) filedesc: Group,
    /// Interrupts, context switches, forks. Default true.
    pub(in crate::agent) stat: Group,
    /// ARP entries. Default true.
    pub(in crate::agent) arp: Group,
    /// TCP connections by state. Default true.
    pub(in crate::agent) tcp: Group,
    /// Processes by state. Default true.
    pub(in crate::agent) processes: Group,
    /// How long the machine runs. Default true.
    pub(in crate::agent) uptime: Group,
    /// Regular expression of mount points to leave out. Default that of node_exporter.
    pub(in crate::agent) filesystem_mount_exclude: Option<String>,
    /// Regular expression of types of filesystems to leave out. Default that of node_exporter.
    pub(in crate::agent) filesystem_type_exclude: Option<String>,
    /// Regular expression of interfaces to leave out. Default none.
    pub(in crate::agent) network_device_exclude: Option<String>,
    /// Regular expression of disks to leave out. Default that of node_exporter.
    pub(in crate::agent) disk_device_exclude: Option<String>,
    /// Directory of the files of `textfile`. Default `/var/lib/tfo-agent/textfile`.
    pub(in crate::agent) textfile_path: Option<PathBuf>,
}

/// A group of metrics: on, off, or on with settings, which its receiver checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::agent) enum Group {
    /// `true`.
    On,
    /// `false`.
    Off,
    /// A map.
    Settings,
}

// === impl NodeExporter ===

impl Default for NodeExporter {
    fn default() -> Self {
        Self {
            enabled: false,
            interval: Duration::from_secs(15),
            naming: None,
            root_path: None,
            cpu: Group::On,
            memory: Group::On,
            disk_io: Group::On,
            filesystem: Group::On,
            network: Group::On,
            load_avg: Group::On,
            thermal: Group::On,
            textfile: Group::Off,
            conntrack: Group::On,
            psi: Group::On,
            vmstat: Group::On,
            sockstat: Group::On,
            entropy: Group::On,
            filedesc: Group::On,
            stat: Group::On,
            arp: Group::On,
            tcp: Group::On,
            processes: Group::On,
            uptime: Group::On,
            filesystem_mount_exclude: None,
            filesystem_type_exclude: None,
            network_device_exclude: None,
            disk_device_exclude: None,
            textfile_path: None,
        }
    }
}

// === impl Group ===

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Group;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a map of settings")
            }

            fn visit_bool<E>(self, on: bool) -> Result<Group, E> {
                Ok(if on { Group::On } else { Group::Off })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Group, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Group::Settings)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Group {
    fn schema_name() -> Cow<'static, str> {
        "Group".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "object"] })
    }
}
