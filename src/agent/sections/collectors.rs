//! `collectors` and `integrations`: what is collected.

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::NodeExporter;
use super::ebpf::Ebpf;
use super::kubernetes::Kubernetes;

/// What is collected.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Collectors {
    /// The metrics of this machine, of which there are more than a hundred.
    pub(in crate::agent) node_exporter: NodeExporter,
    /// The basic metrics of this machine.
    pub(in crate::agent) system: Option<System>,
    /// Takes in OTLP of applications on this machine and passes it on.
    pub(in crate::agent) otlp: Otlp,
    /// Kubernetes. Its receiver is not built yet, so it cannot be enabled.
    pub(in crate::agent) kubernetes: Kubernetes,
    /// The kernel, through eBPF. Its receiver is not built yet, so it cannot be enabled.
    pub(in crate::agent) ebpf: Ebpf,
    /// Log files. Their receiver is not built yet, so it cannot be enabled.
    pub(in crate::agent) logs: Logs,
    /// Single processes. Their receiver is not built yet, so it cannot be enabled.
    pub(in crate::agent) process: Process,
}

/// Collectors under the names of older files.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Integrations {
    /// The same as `collectors.ebpf`.
    pub(in crate::agent) ebpf: Ebpf,
}

/// The basic metrics of this machine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct System {
    /// Whether they are collected. Default true where the section stands, and where `node_exporter` is not enabled.
    pub(in crate::agent) enabled: bool,
    /// How often. Default 15s.
    pub(in crate::agent) interval: Duration,
    /// Processors. Default true.
    pub(in crate::agent) cpu: bool,
    /// Memory. Default true.
    pub(in crate::agent) memory: bool,
    /// Filesystems and disks. Default true.
    pub(in crate::agent) disk: bool,
    /// Network interfaces. Default true.
    pub(in crate::agent) network: bool,
    /// Mount points to look at. Default: all.
    pub(in crate::agent) disk_paths: Vec<String>,
}

/// OTLP of applications on this machine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Otlp {
    /// Whether it is taken in. Default false.
    pub(in crate::agent) enabled: bool,
    /// Where OTLP over gRPC is taken in; empty for nowhere. Default `127.0.0.1:4317`.
    pub(in crate::agent) grpc_endpoint: String,
    /// Where OTLP over HTTP is taken in; empty for nowhere. Default `127.0.0.1:4318`.
    pub(in crate::agent) http_endpoint: String,
}

/// Log files.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Logs {
    /// Whether they are collected. Default false.
    pub(in crate::agent) enabled: bool,
    /// The files. Default none.
    pub(in crate::agent) paths: Vec<String>,
    /// Lines to take. Default all.
    pub(in crate::agent) include_patterns: Vec<String>,
    /// Lines to leave out. Default none.
    pub(in crate::agent) exclude_patterns: Vec<String>,
}

/// Single processes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Process {
    /// Whether they are looked at. Default false.
    pub(in crate::agent) enabled: bool,
    /// How often. Default 30s.
    pub(in crate::agent) interval: Duration,
    /// Their names. Default none.
    pub(in crate::agent) processes: Vec<String>,
}

// === impl Collectors ===

impl Collectors {
    /// Whether the basic metrics are collected. The metrics of `node_exporter` say the same and more.
    pub(in crate::agent) fn has_system(&self) -> bool {
        self.system.as_ref().map_or(!self.node_exporter.enabled && !self.otlp.enabled, |system| system.enabled)
    }

    /// Whether anything is collected.
    pub(in crate::agent) fn has_any(&self) -> bool {
        self.node_exporter.enabled || self.otlp.enabled || self.has_system()
    }
}

// === impl System ===

impl Default for System {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: Duration::from_secs(15),
            cpu: true,
            memory: true,
            disk: true,
            network: true,
            disk_paths: Vec::new(),
        }
    }
}

// === impl Otlp ===

impl Default for Otlp {
    fn default() -> Self {
        Self { enabled: false, grpc_endpoint: "127.0.0.1:4317".to_owned(), http_endpoint: "127.0.0.1:4318".to_owned() }
    }
}

// === impl Process ===

impl Default for Process {
    fn default() -> Self {
        Self { enabled: false, interval: Duration::from_secs(30), processes: Vec::new() }
    }
}
