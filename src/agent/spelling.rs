//! Old spellings of keys: renamed in the tree before it is read, with a warning that names the new one.
//!
//! The spelling is the guide's; where the guide is silent, that of upstream's files. All others are old.

use pipelines::config::{Diagnostic, Diagnostics, Key, Node, Value, code};

/// Sections and, in each, old keys with the new ones.
const RENAMED: &[(&str, &[(&str, &str)])] = &[
    ("telemetryflow.tls", &[("insecure_skip_verify", "skip_verify")]),
    (
        "collectors.node_exporter",
        &[
            ("diskio", "disk_io"),
            ("loadavg", "load_avg"),
            ("filefd", "filedesc"),
            ("file_descriptors", "filedesc"),
            ("pressure", "psi"),
            ("collection_interval", "interval"),
        ],
    ),
    ("collectors.system", &[("collection_interval", "interval")]),
    ("collectors.kubernetes", &[("kubeconfig", "kubeconfig_path"), ("namespaces_collect", "collect_namespaces")]),
];

/// Sections whose switches have two spellings: with `collect_` and without.
const COLLECT: &[(&str, &[&str])] = &[
    (
        "collectors.node_exporter",
        &[
            "cpu",
            "memory",
            "disk_io",
            "diskio",
            "filesystem",
            "network",
            "load_avg",
            "loadavg",
            "thermal",
            "textfile",
            "conntrack",
            "psi",
            "vmstat",
            "sockstat",
            "entropy",
            "filedesc",
            "stat",
        ],
    ),
    ("collectors.system", &["cpu", "memory", "disk", "network"]),
];

/// Switches of `collectors.kubernetes`, whose spelling begins with `collect_`.
const KUBERNETES: &[&str] = &[
    "nodes",
    "pods",
    "deployments",
    "storage",
    "services",
    "workloads",
    "events",
    "resource_counts",
    "network",
    "metrics_api",
    "hpa",
    "pdb",
    "resource_quotas",
    "limit_ranges",
    "pod_conditions",
    "node_taints",
    "workload_generations",
    "pod_logs",
    "node_logs",
    "apiserver_metrics",
    "coredns_metrics",
    "container_extended_metrics",
    "pv_io_stats",
];

/// Gives every key its spelling.
pub(super) fn modernise(root: &mut Node, diagnostics: &mut Diagnostics) {
    for (section, keys) in COLLECT {
        let Some(node) = descend(root, section) else { continue };
        for key in *keys {
            rename(node, section, &format!("collect_{key}"), key, diagnostics);
        }
    }
    for (section, keys) in RENAMED {
        let Some(node) = descend(root, section) else { continue };
        for (old, new) in *keys {
            rename(node, section, old, new, diagnostics);
        }
    }
    if let Some(node) = descend(root, "collectors.kubernetes") {
        for key in KUBERNETES {
            rename(node, "collectors.kubernetes", key, &format!("collect_{key}"), diagnostics);
        }
    }
}

/// The node at a dotted path.
pub(super) fn descend<'n>(root: &'n mut Node, path: &str) -> Option<&'n mut Node> {
    path.split('.').try_fold(root, |node, key| match &mut node.value {
        Value::Map(entries) => entries.iter_mut().find(|(name, _)| name.text() == key).map(|(_, node)| node),
        _ => None,
    })
}

fn rename(section: &mut Node, place: &str, old: &str, new: &str, diagnostics: &mut Diagnostics) {
    let Value::Map(entries) = &mut section.value else { return };
    let Some(at) = entries.iter().position(|(key, _)| key.text() == old) else { return };
    let span = entries[at].0.span;
    let message = format!("{place}.{old} is an old spelling of `{new}`");
    let Some(other) = entries.iter().find(|(key, _)| key.text() == new) else {
        entries[at].0 = Key::new(new, span);
        let warning = Diagnostic::warning(&code::OLD_NAME, message).at(span).about(format!("{place}.{old}"));
        diagnostics.push(warning.help(format!("write `{new}`")));
        return;
    };
    let diagnostic = if same(&other.1.value, &entries[at].1.value) {
        Diagnostic::warning(&code::OLD_NAME, format!("{message}, which stands here, too"))
    } else {
        Diagnostic::error(&code::DUPLICATE_KEY, format!("{message}, which stands here with another value"))
    };
    diagnostics.push(diagnostic.at(span).about(format!("{place}.{old}")).help(format!("remove `{old}`")));
    entries.remove(at);
}

/// Whether two values are equal, wherever they stand.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Seq(one), Value::Seq(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(&one.value, &other.value))
        }
        (Value::Map(one), Value::Map(other)) => {
            let equal = |((key, one), (name, other)): (&(Key, Node), &(Key, Node))| {
                key.text() == name.text() && same(&one.value, &other.value)
            };
            one.len() == other.len() && one.iter().zip(other).all(equal)
        }
        (one, other) => one == other,
    }
}
