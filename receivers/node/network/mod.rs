//! The group `network`.

mod link;
mod traffic;

use self::link::Link;
use super::config;
use super::devices::Devices;
use super::group::Group;
use super::record::Recorder;
use crate::kernel::{Damage, Roots, Source, System, Unavailable, net_dev};

/// Collects what went through network interfaces and how they are.
#[derive(Debug)]
pub(super) struct Network {
    settings: config::Network,
    roots: Roots,
    source: Source,
    interfaces: Devices<Interface>,
}

#[derive(Debug)]
struct Interface {
    is_wanted: bool,
    traffic: [u64; net_dev::FIELDS],
    link: Link,
}

// === impl Network ===

impl Network {
    pub(super) fn new(settings: &config::Network, roots: &Roots) -> Self {
        let source = roots.net("dev");
        Self { settings: settings.clone(), roots: roots.clone(), source, interfaces: Devices::default() }
    }

    /// Reads the file; what is wrong with it is told when the rest was read.
    fn read(&mut self, system: &mut System) -> Result<Result<(), Damage>, Unavailable> {
        let Self { settings, roots, source, interfaces } = self;
        let read = system.read(source).map(|content| {
            interfaces.begin();
            net_dev::interfaces(content, |line| {
                let make = |name: &str| Interface {
                    is_wanted: settings.wants(name),
                    traffic: [0; net_dev::FIELDS],
                    link: Link::new(name, roots),
                };
                interfaces.see(line.name, make).traffic = line.values;
            })
        });
        read.map_err(|error| Unavailable::io(self.source.path(), &error))
    }
}

impl Group for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let read = self.read(system)?;
        for (name, interface) in self.interfaces.seen().filter(|(_, interface)| interface.is_wanted) {
            traffic::record(name, &interface.traffic, out);
            interface.link.collect(name, system, out);
        }
        read.map_err(|damage| damage.of(self.source.path()))
    }
}
