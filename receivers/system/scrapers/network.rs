//! The scraper `network`.

use super::{Part, read, senseless};
use crate::kernel::net_dev::{self, Traffic};
use crate::kernel::tcp::{STATES, Sockets};
use crate::kernel::text::only_number;
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::config::Filter;
use crate::system::rows;
use crate::system::sheet::Sheet;

/// The states of TCP connections in the order of the kernel, by the Collector's names.
const STATE_NAMES: [&str; STATES] = [
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT_1",
    "FIN_WAIT_2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
];

/// Measures network interfaces and TCP connections.
#[derive(Debug)]
pub(super) struct Network {
    devices: Source,
    filter: Filter,
    sockets: Sockets,
    conntrack: [Source; 2],
}

// === impl Network ===

impl Network {
    pub(super) fn new(filter: Filter, roots: &Roots) -> Self {
        let conntrack = ["count", "max"].map(|what| roots.proc(format!("sys/net/netfilter/nf_conntrack_{what}")));
        Self { devices: roots.net("dev"), filter, sockets: Sockets::new(roots), conntrack }
    }

    /// Calls `each` with the name of each interface, what it received, and what it transmitted.
    pub(super) fn devices(
        &mut self,
        system: &mut System,
        mut each: impl FnMut(&str, Traffic, Traffic),
    ) -> Result<(), Unavailable> {
        let content = read(system, &mut self.devices)?;
        let devices = net_dev::interfaces(content, |line| {
            if self.filter.admits(line.name) {
                let [received, transmitted] = line.traffic();
                each(line.name, received, transmitted);
            }
        });
        devices.map_err(|damage| damage.of(self.devices.path()))
    }
}

impl Part for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let devices = self.devices(system, |device, received, transmitted| {
            for (direction, traffic) in [("receive", received), ("transmit", transmitted)] {
                out.count(&rows::NETWORK_IO, traffic.bytes, &[device, direction]);
                out.count(&rows::NETWORK_PACKETS, traffic.packets, &[device, direction]);
                out.count(&rows::NETWORK_ERRORS, traffic.errors, &[device, direction]);
                out.count(&rows::NETWORK_DROPPED, traffic.dropped, &[device, direction]);
            }
        });
        let mut connections = Ok(());
        if out.wants(&[&rows::NETWORK_CONNECTIONS]) {
            connections = self.sockets.count(system).map(|counts| {
                for (state, count) in STATE_NAMES.iter().zip(counts.states) {
                    out.count(&rows::NETWORK_CONNECTIONS, count, &["tcp", state]);
                }
            });
        }
        for (source, row) in self.conntrack.iter_mut().zip([&rows::CONNTRACK_COUNT, &rows::CONNTRACK_MAX]) {
            if out.wants(&[row]) {
                let value = only_number(read(system, source)?).ok_or_else(|| senseless(source, "a number"))?;
                out.count(row, value, &[]);
            }
        }
        devices.and(connections)
    }
}
