//! The group `network`.

mod link;
mod traffic;

use self::link::Link;
use self::traffic::Traffic;
use super::config;
use super::group::{Group, Unavailable};
use super::known::Known;
use super::record::Recorder;
use super::system::{Roots, Source, System};
use super::text::lines;

/// Lines of the file that are headings.
const HEADINGS: usize = 2;

/// Collects what went through network interfaces and how they are.
#[derive(Debug)]
pub(super) struct Network {
    settings: config::Network,
    roots: Roots,
    source: Source,
    interfaces: Known<Interface>,
}

#[derive(Debug)]
struct Interface {
    is_wanted: bool,
    traffic: Traffic,
    link: Link,
}

// === impl Network ===

impl Network {
    pub(super) fn new(settings: &config::Network, roots: &Roots) -> Self {
        let source = roots.proc("net/dev");
        Self { settings: settings.clone(), roots: roots.clone(), source, interfaces: Known::default() }
    }

    /// Reads the file; what is wrong with it is told when the rest was read.
    fn read(&mut self, system: &mut System) -> Result<Option<Unavailable>, Unavailable> {
        let Self { settings, roots, source, interfaces } = self;
        let read = system.read(source).map(|content| {
            interfaces.begin();
            let mut damaged = None;
            for (at, line) in lines(content).enumerate().skip(HEADINGS) {
                let Some((name, traffic)) = traffic::parse(line) else {
                    damaged = damaged.or(Some(at + 1));
                    continue;
                };
                let make = |name: &str| Interface {
                    is_wanted: settings.wants(name),
                    traffic: Traffic::default(),
                    link: Link::new(name, roots),
                };
                interfaces.see(name, make).traffic = traffic;
            }
            damaged
        });
        let path = self.source.path();
        let damaged = read.map_err(|error| Unavailable::io(path, &error))?;
        Ok(damaged.map(|at| {
            Unavailable::new(path, format!("line {at} is not the name of an interface, a colon and 16 numbers"))
        }))
    }
}

impl Group for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let damaged = self.read(system)?;
        for (name, interface) in self.interfaces.seen().filter(|(_, interface)| interface.is_wanted) {
            interface.traffic.record(name, out);
            interface.link.collect(name, system, out);
        }
        damaged.map_or(Ok(()), Err)
    }
}
