//! `collectors.kubernetes`: parsed and checked, for the receiver that is to come.

use std::path::PathBuf;

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

/// Kubernetes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Kubernetes {
    /// Whether it is collected. Default false.
    pub(in crate::agent) enabled: bool,
    /// How often. Default 30s.
    pub(in crate::agent) interval: Duration,
    /// File that says how to reach the cluster. Default: as a pod inside it. Old spelling `kubeconfig`.
    pub(in crate::agent) kubeconfig_path: PathBuf,
    /// Which cluster of that file. Default: its current one.
    pub(in crate::agent) context: String,
    /// Namespaces to look at; wins over `exclude_namespaces`. Default all.
    pub(in crate::agent) namespaces: Vec<String>,
    /// Namespaces to leave out. Default `[kube-system]`.
    pub(in crate::agent) exclude_namespaces: Vec<String>,
    /// Which objects to look at, as for `kubectl -l`. Default all.
    pub(in crate::agent) label_selector: String,
    /// Nodes. Default true. Old spelling `nodes`; so are those of the next ones without `collect_`.
    pub(in crate::agent) collect_nodes: bool,
    /// Pods. Default true.
    pub(in crate::agent) collect_pods: bool,
    /// Deployments. Default true.
    pub(in crate::agent) collect_deployments: bool,
    /// Namespaces. Default true. Old spelling `namespaces_collect`.
    pub(in crate::agent) collect_namespaces: bool,
    /// Volumes and their claims. Default true.
    pub(in crate::agent) collect_storage: bool,
    /// Services. Default true.
    pub(in crate::agent) collect_services: bool,
    /// StatefulSets, DaemonSets, ReplicaSets and jobs. Default true.
    pub(in crate::agent) collect_workloads: bool,
    /// Events. Default true.
    pub(in crate::agent) collect_events: bool,
    /// How many objects of each kind there are. Default true.
    pub(in crate::agent) collect_resource_counts: bool,
    /// Network counters. Default true.
    pub(in crate::agent) collect_network: bool,
    /// What the metrics API says. Default true.
    pub(in crate::agent) collect_metrics_api: bool,
    /// Horizontal autoscalers. Default true.
    pub(in crate::agent) collect_hpa: bool,
    /// Disruption budgets. Default true.
    pub(in crate::agent) collect_pdb: bool,
    /// Resource quotas. Default true.
    pub(in crate::agent) collect_resource_quotas: bool,
    /// Limit ranges. Default true.
    pub(in crate::agent) collect_limit_ranges: bool,
    /// Conditions of pods. Default true.
    pub(in crate::agent) collect_pod_conditions: bool,
    /// Taints of nodes. Default true.
    pub(in crate::agent) collect_node_taints: bool,
    /// Generations of workloads. Default true.
    pub(in crate::agent) collect_workload_generations: bool,
    /// Logs of pods. Default true.
    pub(in crate::agent) collect_pod_logs: bool,
    /// Logs of nodes. Default true.
    pub(in crate::agent) collect_node_logs: bool,
    /// Metrics of the API server. Default true.
    pub(in crate::agent) collect_apiserver_metrics: bool,
    /// Metrics of CoreDNS. Default true.
    pub(in crate::agent) collect_coredns_metrics: bool,
    /// More metrics of containers. Default true.
    pub(in crate::agent) collect_container_extended_metrics: bool,
    /// Input and output of volumes. Default true.
    pub(in crate::agent) collect_pv_io_stats: bool,
    /// Whether the platform gets the objects themselves. Default true.
    pub(in crate::agent) sync_to_backend: bool,
    /// Lines of each pod's log to begin with. Default 100.
    pub(in crate::agent) pod_logs_tail_lines: u32,
    /// Namespaces whose pods' logs are taken. Default all.
    pub(in crate::agent) pod_logs_namespaces: Vec<String>,
    /// Lines of each node's logs to begin with. Default 200.
    pub(in crate::agent) node_logs_tail_lines: u32,
    /// Which logs of nodes. Default `[kubelet, kube-proxy, containerd]`.
    pub(in crate::agent) node_log_sources: Vec<String>,
    /// Where CoreDNS is. Default: it is looked for.
    pub(in crate::agent) coredns_service: String,
    /// How often the platform gets the objects. Default 60s.
    pub(in crate::agent) sync_interval: Duration,
    /// Bound on one such request. Default 30s.
    pub(in crate::agent) sync_timeout: Duration,
    /// What the cluster is called. Default none.
    pub(in crate::agent) cluster_name: String,
    /// Who runs it. Default none.
    pub(in crate::agent) cluster_provider: String,
    /// Its id at the platform. Default none.
    pub(in crate::agent) cluster_id: String,
    /// Whether any certificate of kubelets is trusted. Default false.
    pub(in crate::agent) kubelet_skip_verify: bool,
}

// === impl Kubernetes ===

impl Default for Kubernetes {
    fn default() -> Self {
        Self {
            enabled: false,
            interval: Duration::from_secs(30),
            kubeconfig_path: PathBuf::new(),
            context: String::new(),
            namespaces: Vec::new(),
            exclude_namespaces: vec!["kube-system".to_owned()],
            label_selector: String::new(),
            collect_nodes: true,
            collect_pods: true,
            collect_deployments: true,
            collect_namespaces: true,
            collect_storage: true,
            collect_services: true,
            collect_workloads: true,
            collect_events: true,
            collect_resource_counts: true,
            collect_network: true,
            collect_metrics_api: true,
            collect_hpa: true,
            collect_pdb: true,
            collect_resource_quotas: true,
            collect_limit_ranges: true,
            collect_pod_conditions: true,
            collect_node_taints: true,
            collect_workload_generations: true,
            collect_pod_logs: true,
            collect_node_logs: true,
            collect_apiserver_metrics: true,
            collect_coredns_metrics: true,
            collect_container_extended_metrics: true,
            collect_pv_io_stats: true,
            sync_to_backend: true,
            pod_logs_tail_lines: 100,
            pod_logs_namespaces: Vec::new(),
            node_logs_tail_lines: 200,
            node_log_sources: ["kubelet", "kube-proxy", "containerd"].map(str::to_owned).into(),
            coredns_service: String::new(),
            sync_interval: Duration::from_secs(60),
            sync_timeout: Duration::from_secs(30),
            cluster_name: String::new(),
            cluster_provider: String::new(),
            cluster_id: String::new(),
            kubelet_skip_verify: false,
        }
    }
}
