//! `collectors` as receivers.

use pipelines::config::{Node, Value};

use super::Translation;
use crate::agent::sections::System;

/// The groups of node metrics: their keys in agent files, and those of the receiver.
const GROUPS: &[(&str, &str)] = &[
    ("cpu", "cpu"),
    ("memory", "memory"),
    ("disk_io", "disk"),
    ("filesystem", "filesystem"),
    ("network", "network"),
    ("load_avg", "load"),
    ("thermal", "thermal"),
    ("textfile", "textfile"),
    ("psi", "pressure"),
    ("conntrack", "conntrack"),
    ("vmstat", "vmstat"),
    ("sockstat", "sockstat"),
    ("entropy", "entropy"),
    ("filedesc", "filefd"),
    ("stat", "stat"),
    ("arp", "arp"),
    ("tcp", "tcp"),
    ("processes", "processes"),
    ("uptime", "uptime"),
];

/// Filters that stand beside the groups in agent files: the group's key, that of the filter, and what it is in the group.
const FILTERS: &[(&str, &str, &str)] = &[
    ("disk_io", "disk_device_exclude", "device_exclude"),
    ("filesystem", "filesystem_mount_exclude", "mount_exclude"),
    ("filesystem", "filesystem_type_exclude", "type_exclude"),
    ("network", "network_device_exclude", "device_exclude"),
    ("textfile", "textfile_path", "directories"),
];

// === impl Translation ===

impl Translation<'_> {
    /// Whether the agent collects anything itself.
    pub(super) fn collects(self) -> bool {
        !self.collecting().is_empty()
    }

    /// The receivers of what the agent collects itself.
    pub(super) fn collecting(self) -> Vec<&'static str> {
        let collectors = &self.file.collectors;
        let all = [("node", collectors.node_exporter.enabled), ("system", collectors.has_system())];
        all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
    }

    pub(super) fn receivers(self) -> Node {
        let mut receivers = self.map("collectors");
        if self.file.collectors.node_exporter.enabled {
            receivers = receivers.with("node", self.node_receiver());
        }
        if self.file.collectors.has_system() {
            receivers = receivers.with("system", self.system_receiver());
        }
        if self.file.collectors.otlp.enabled {
            receivers = receivers.with("otlp", self.otlp());
        }
        receivers.node()
    }

    fn node_receiver(self) -> Node {
        let section = "collectors.node_exporter";
        let at = |key: &str| format!("{section}.{key}");
        let interval = self.file.collectors.node_exporter.interval;
        let mut node = self
            .map(section)
            .with("collection_interval", self.origin.duration(&at("interval"), interval))
            .copy("naming", self.origin, &at("naming"))
            .copy("root_path", self.origin, &at("root_path"));
        for (key, group) in GROUPS {
            node = node.with_some(group, self.group(key));
        }
        node.node()
    }

    /// What is said of a group: its own key, and the filters beside it.
    fn group(self, key: &str) -> Option<Node> {
        let at = |key: &str| format!("collectors.node_exporter.{key}");
        let own = self.origin.find(&at(key));
        let filters = FILTERS.iter().filter(|(group, ..)| *group == key);
        let mut filters = filters.filter_map(|(_, key, name)| Some((*name, self.origin.find(&at(key))?))).peekable();
        if filters.peek().is_none() {
            return own.cloned();
        }
        let mut group = self.map(&at(key));
        match own.map(|node| &node.value) {
            Some(Value::Map(settings)) => {
                for (name, setting) in settings {
                    group = group.with(name.text(), setting.clone());
                }
            }
            Some(Value::Bool(on)) => group = group.switch("enabled", *on),
            _ => {}
        }
        for (name, filter) in filters {
            let filter = match name {
                "directories" => Node::new(Value::Seq(vec![filter.clone()]), filter.span),
                _ => filter.clone(),
            };
            group = group.with(name, filter);
        }
        Some(group.node())
    }

    /// The basic metrics, in the names of upstream's agent.
    fn system_receiver(self) -> Node {
        let section = "collectors.system";
        let at = |key: &str| format!("{section}.{key}");
        let default = System::default();
        let system = self.file.collectors.system.as_ref().unwrap_or(&default);
        let mut scrapers = self.map(section);
        for (key, scraper, is_on) in [
            ("cpu", "cpu", system.cpu),
            ("memory", "memory", system.memory),
            ("disk", "filesystem", system.disk),
            ("network", "network", system.network),
        ] {
            if is_on {
                scrapers = scrapers.with(scraper, self.map(&at(key)).node());
            }
        }
        self.map(section)
            .with("collection_interval", self.origin.duration(&at("interval"), system.interval))
            .text("naming", "tfo")
            .copy("disk_paths", self.origin, &at("disk_paths"))
            .with("scrapers", scrapers.node())
            .node()
    }

    fn otlp(self) -> Node {
        let otlp = &self.file.collectors.otlp;
        let mut protocols = self.map("collectors.otlp");
        for (name, key, endpoint) in
            [("grpc", "grpc_endpoint", &otlp.grpc_endpoint), ("http", "http_endpoint", &otlp.http_endpoint)]
        {
            if !endpoint.is_empty() {
                let path = format!("collectors.otlp.{key}");
                let protocol = self.map(&path).with("endpoint", self.origin.text(&path, endpoint));
                protocols = protocols.with(name, protocol.node());
            }
        }
        self.map("collectors.otlp").with("protocols", protocols.node()).node()
    }
}
