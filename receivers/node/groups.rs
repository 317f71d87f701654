//! The list of groups: their keys in the configuration, and how each is made.

use pipelines::config::Duration;

use super::config::{Config, Switch, Switched};
use super::group::Group;
use super::{
    arp, conntrack, cpu, disk, entropy, filefd, filesystem, load, memory, network, pressure, processes, sockstat, stat,
    tcp, textfile, thermal, uptime, vmstat,
};
use crate::kernel::Roots;

/// Makes a group; reads nothing yet.
type Make = fn(&Config, &Roots) -> Box<dyn Group>;

/// A group as configured.
pub(super) struct Entry {
    /// Its key.
    pub(super) key: &'static str,
    pub(super) is_enabled: bool,
    pub(super) interval: Option<Duration>,
    /// Whether it must not share a lane, since what it reads may not answer for long.
    pub(super) is_apart: bool,
    pub(super) make: Make,
}

/// Every group there is, in the order they are collected.
pub(super) fn every(config: &Config) -> Vec<Entry> {
    vec![
        Entry::new("cpu", &config.cpu, |config, roots| Box::new(cpu::Cpu::new(&config.cpu, roots))),
        Entry::new("disk", &config.disk, |config, roots| Box::new(disk::Disk::new(&config.disk, roots))),
        Entry::new("filesystem", &config.filesystem, |config, roots| {
            Box::new(filesystem::Filesystem::new(&config.filesystem, roots))
        })
        .apart(),
        Entry::new("network", &config.network, |config, roots| Box::new(network::Network::new(&config.network, roots))),
        Entry::new("load", &config.load, |_, roots| Box::new(load::Load::new(roots))),
        Entry::new("stat", &config.stat, |_, _| Box::new(stat::Stat)),
        Entry::new("processes", &config.processes, |_, roots| Box::new(processes::Processes::new(roots))),
        Entry::new("uptime", &config.uptime, |_, roots| Box::new(uptime::Uptime::new(roots))),
        Entry::new("memory", &config.memory, |config, roots| Box::new(memory::Memory::new(config.naming, roots))),
        Entry::new("vmstat", &config.vmstat, |_, roots| Box::new(vmstat::Vmstat::new(roots))),
        Entry::new("sockstat", &config.sockstat, |_, roots| Box::new(sockstat::Sockstat::new(roots))),
        Entry::new("conntrack", &config.conntrack, |_, roots| Box::new(conntrack::Conntrack::new(roots))),
        Entry::new("entropy", &config.entropy, |_, roots| Box::new(entropy::Entropy::new(roots))),
        Entry::new("filefd", &config.filefd, |_, roots| Box::new(filefd::Filefd::new(roots))),
        Entry::new("arp", &config.arp, |_, roots| Box::new(arp::Arp::new(roots))),
        Entry::new("thermal", &config.thermal, |config, _| Box::new(thermal::Thermal::new(&config.thermal))),
        Entry::new("textfile", &config.textfile, |config, _| Box::new(textfile::Textfile::new(&config.textfile)))
            .apart(),
        Entry::new("pressure", &config.pressure, |_, roots| Box::new(pressure::Pressure::new(roots))),
        Entry::new("tcp", &config.tcp, |_, roots| Box::new(tcp::Tcp::new(roots))),
    ]
}

// === impl Entry ===

impl Entry {
    fn new<T: Switch>(key: &'static str, settings: &Switched<T>, make: Make) -> Self {
        let (is_enabled, interval) = (settings.is_enabled(), settings.interval());
        Self { key, is_enabled, interval, is_apart: false, make }
    }

    /// Gives it a lane of its own.
    fn apart(mut self) -> Self {
        self.is_apart = true;
        self
    }
}
