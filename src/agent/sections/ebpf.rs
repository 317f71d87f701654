//! `collectors.ebpf` and `integrations.ebpf`: parsed and checked, for the receivers that are to come.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

/// The kernel, through eBPF.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Ebpf {
    /// Whether it is collected. Default false.
    pub(in crate::agent) enabled: bool,
    /// How often. Default 15s. Also `scrape_interval`.
    #[serde(alias = "scrape_interval")]
    pub(in crate::agent) interval: Duration,
    /// Directory of programs, instead of those built in. Default none.
    pub(in crate::agent) programs_path: PathBuf,
    /// Directory of the BPF file system where maps are kept. Default `/sys/fs/bpf/tfo-agent`.
    pub(in crate::agent) pin_path: PathBuf,
    /// File with the kernel's types. Default: the kernel's own.
    pub(in crate::agent) btf_path: PathBuf,
    /// System calls. Default true.
    pub(in crate::agent) collect_syscalls: bool,
    /// Network. Default true.
    pub(in crate::agent) collect_network: bool,
    /// File input and output. Default true.
    pub(in crate::agent) collect_file_io: bool,
    /// Changes of state of TCP connections. Default true.
    pub(in crate::agent) collect_tcp_events: bool,
    /// The scheduler. Default false.
    pub(in crate::agent) collect_scheduler: bool,
    /// Page faults and allocations. Default false.
    pub(in crate::agent) collect_memory: bool,
    /// DNS. Default false.
    pub(in crate::agent) collect_dns: bool,
    /// HTTP. Default false.
    pub(in crate::agent) collect_http: bool,
    /// Names of processes to look at. Default all.
    pub(in crate::agent) process_filter: Vec<String>,
    /// Containers to look at. Default all.
    pub(in crate::agent) container_filter: Vec<String>,
    /// Kubernetes namespaces to look at. Default all.
    pub(in crate::agent) namespace_filter: Vec<String>,
    /// Names of processes to leave out. Default `[tfo-agent, systemd]`.
    pub(in crate::agent) exclude_processes: Vec<String>,
    /// How many events in a hundred are taken, 1 to 100. Default 100.
    pub(in crate::agent) sample_rate: NonZeroU32,
    /// Bytes of the ring of events. Default 262144.
    pub(in crate::agent) ring_buffer_size: NonZeroU32,
    /// Pages of the buffers of events of old kernels, for each processor. Default 64.
    pub(in crate::agent) perf_buffer_size: NonZeroU32,
    /// Most frames of a stack. Default 32.
    pub(in crate::agent) max_stack_depth: NonZeroU32,
    /// Attributes of all points. Default none.
    pub(in crate::agent) labels: BTreeMap<String, String>,
    /// The flows of Cilium. Their receiver is not built yet, so it cannot be enabled.
    pub(in crate::agent) cilium: Cilium,
}

/// The flows of Cilium, from Hubble.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Cilium {
    /// Whether they are collected. Default false.
    pub(in crate::agent) enabled: bool,
    /// Where Hubble Relay is. Default `localhost:4245`.
    pub(in crate::agent) hubble_address: String,
    /// Whether to encrypt. Default false.
    pub(in crate::agent) hubble_tls_enabled: bool,
    /// File with the client's certificate. Default none.
    pub(in crate::agent) hubble_tls_cert: PathBuf,
    /// File with its key. Default none.
    pub(in crate::agent) hubble_tls_key: PathBuf,
    /// File with the authorities of servers. Default: those of this machine.
    pub(in crate::agent) hubble_tls_ca: PathBuf,
    /// Flows of layers 3 and 4. Default true.
    pub(in crate::agent) collect_flows: bool,
    /// Requests of HTTP, gRPC, DNS and Kafka. Default false.
    pub(in crate::agent) collect_l7_flows: bool,
    /// Dropped packets. Default true.
    pub(in crate::agent) collect_drops: bool,
    /// Verdicts of network policies. Default true.
    pub(in crate::agent) collect_policies: bool,
    /// Services. Default true.
    pub(in crate::agent) collect_services: bool,
    /// Whether flows carry the names of Kubernetes. Default true.
    pub(in crate::agent) kubernetes_enabled: bool,
    /// Namespaces to look at. Default all.
    pub(in crate::agent) watch_namespaces: Vec<String>,
    /// Namespaces to leave out. Default none.
    pub(in crate::agent) exclude_namespaces: Vec<String>,
    /// Flows that may wait. Default 4096.
    pub(in crate::agent) flow_buffer_size: NonZeroU32,
    /// One flow in so many is taken. Default 1.
    pub(in crate::agent) flow_sample_rate: NonZeroU32,
    /// Most flows in a second. Default 10000.
    pub(in crate::agent) max_flows_per_second: NonZeroU32,
    /// How long flows are summed up. Default 10s.
    pub(in crate::agent) aggregation_window: Duration,
}

// === impl Ebpf ===

impl Default for Ebpf {
    fn default() -> Self {
        Self {
            enabled: false,
            interval: Duration::from_secs(15),
            programs_path: PathBuf::new(),
            pin_path: "/sys/fs/bpf/tfo-agent".into(),
            btf_path: PathBuf::new(),
            collect_syscalls: true,
            collect_network: true,
            collect_file_io: true,
            collect_tcp_events: true,
            collect_scheduler: false,
            collect_memory: false,
            collect_dns: false,
            collect_http: false,
            process_filter: Vec::new(),
            container_filter: Vec::new(),
            namespace_filter: Vec::new(),
            exclude_processes: ["tfo-agent", "systemd"].map(str::to_owned).into(),
            sample_rate: number(100),
            ring_buffer_size: number(262_144),
            perf_buffer_size: number(64),
            max_stack_depth: number(32),
            labels: BTreeMap::new(),
            cilium: Cilium::default(),
        }
    }
}

// === impl Cilium ===

impl Default for Cilium {
    fn default() -> Self {
        Self {
            enabled: false,
            hubble_address: "localhost:4245".to_owned(),
            hubble_tls_enabled: false,
            hubble_tls_cert: PathBuf::new(),
            hubble_tls_key: PathBuf::new(),
            hubble_tls_ca: PathBuf::new(),
            collect_flows: true,
            collect_l7_flows: false,
            collect_drops: true,
            collect_policies: true,
            collect_services: true,
            kubernetes_enabled: true,
            watch_namespaces: Vec::new(),
            exclude_namespaces: Vec::new(),
            flow_buffer_size: number(4096),
            flow_sample_rate: number(1),
            max_flows_per_second: number(10_000),
            aggregation_window: Duration::from_secs(10),
        }
    }
}

/// A number that is written above and is not zero.
fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
