//! The scraper `network`.

use super::connections::Connections;
use super::{Part, read, senseless};
use crate::node::group::Unavailable;
use crate::node::system::{Roots, Source, System};
use crate::node::text::{lines, number, only_number, text, words};
use crate::system::config::Filter;
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Measures network interfaces and TCP connections.
#[derive(Debug)]
pub(super) struct Network {
    devices: Source,
    filter: Filter,
    connections: Connections,
    conntrack: [Source; 2],
}

/// What an interface did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traffic {
    pub(super) bytes: u64,
    pub(super) packets: u64,
    pub(super) errors: u64,
    pub(super) dropped: u64,
}

// === impl Network ===

impl Network {
    pub(super) fn new(filter: Filter, roots: &Roots) -> Self {
        let conntrack = ["count", "max"].map(|what| roots.proc(format!("sys/net/netfilter/nf_conntrack_{what}")));
        Self { devices: roots.proc("net/dev"), filter, connections: Connections::new(roots), conntrack }
    }

    /// Calls `each` with the name of each interface, what it received, and what it transmitted.
    pub(super) fn devices(
        &mut self,
        system: &mut System,
        mut each: impl FnMut(&str, Traffic, Traffic),
    ) -> Result<(), Unavailable> {
        let mut all_make_sense = true;
        // Two lines are headings.
        for line in lines(read(system, &mut self.devices)?).skip(2) {
            match parse(line) {
                Some((device, received, transmitted)) => {
                    let device = text(device);
                    if self.filter.admits(&device) {
                        each(&device, received, transmitted);
                    }
                }
                None => all_make_sense = false,
            }
        }
        if all_make_sense { Ok(()) } else { Err(senseless(&self.devices, "an interface and its numbers in each line")) }
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
            connections = self.connections.collect(system, out);
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

/// The name of an interface, what it received, and what it transmitted.
fn parse(line: &[u8]) -> Option<(&[u8], Traffic, Traffic)> {
    // Names may hold colons, numbers cannot.
    let colon = line.iter().rposition(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii();
    let mut fields = [0; 12];
    let mut numbers = words(&line[colon + 1..]).map(number);
    for field in &mut fields {
        *field = numbers.next()??;
    }
    let side = |at: usize| Traffic {
        bytes: fields[at],
        packets: fields[at + 1],
        errors: fields[at + 2],
        dropped: fields[at + 3],
    };
    (!name.is_empty()).then(|| (name, side(0), side(8)))
}
