//! The scrapers: each reads its sources and records what they say.

mod cpu;
mod disk;
mod filesystem;
mod load;
mod memory;
mod network;
mod paging;
mod process;
mod processes;
mod tfo;
mod uptime;

pub(super) use self::tfo::sample as tfo_sample;
use std::sync::Arc;

use super::config::{Config, Naming};
use super::sheet::Sheet;
use crate::kernel::{Roots, Source, System, Unavailable};

/// A source of metrics.
pub(super) trait Part: Send {
    /// The key of the scraper.
    fn name(&self) -> &'static str;

    /// Reads its sources and records what they say.
    ///
    /// # Errors
    /// If a source is not there or makes no sense. What could be read is recorded all the same.
    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable>;
}

/// Which scrapers share a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// What the kernel answers at once.
    Quick,
    /// Filesystems, which may not answer at all.
    Filesystems,
    /// Single processes, of which there may be many.
    Processes,
}

// === impl Course ===

impl Course {
    /// Every lane.
    pub(super) const ALL: [Self; 3] = [Self::Quick, Self::Filesystems, Self::Processes];

    /// The scrapers of the lane that are switched on, and the metrics they make.
    pub(super) fn parts(self, config: &Arc<Config>, roots: &Roots, boot: u64) -> (Vec<Box<dyn Part>>, Sheet) {
        if config.naming == Naming::Tfo {
            return (tfo::parts(self, config, roots), Sheet::new(tfo::choices(), boot));
        }
        let mut parts: Vec<Box<dyn Part>> = Vec::new();
        let mut choices = Vec::new();
        let scrapers = &config.scrapers;
        match self {
            Self::Quick => {
                if let Some(settings) = &scrapers.cpu {
                    parts.push(Box::new(cpu::Cpu::new(roots)));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.disk {
                    parts.push(Box::new(disk::Disk::new(settings.filter(), roots)));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.load {
                    parts.push(Box::new(load::Load::new(settings.cpu_average, roots)));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.memory {
                    parts.push(Box::new(memory::Memory::new(roots)));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.network {
                    parts.push(Box::new(network::Network::new(settings.filter(), roots)));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.paging {
                    parts.push(Box::new(paging::Paging::new(roots)));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.processes {
                    parts.push(Box::new(processes::Processes));
                    choices.extend(settings.metrics.choices());
                }
                if let Some(settings) = &scrapers.system {
                    parts.push(Box::new(uptime::Uptime::new(roots)));
                    choices.extend(settings.metrics.choices());
                }
            }
            Self::Filesystems => {
                if let Some(settings) = &scrapers.filesystem {
                    parts.push(Box::new(filesystem::Filesystem::new(settings, roots)));
                    choices.extend(settings.metrics.choices());
                }
            }
            Self::Processes => {
                if let Some(settings) = &scrapers.process {
                    parts.push(Box::new(process::Process::new(settings, boot)));
                    choices.extend(settings.metrics.choices());
                }
            }
        }
        (parts, Sheet::new(choices, boot))
    }
}

/// Reads a file, or says why not.
fn read<'s>(system: &'s mut System, source: &mut Source) -> Result<&'s [u8], Unavailable> {
    system.read(source).map_err(|error| Unavailable::io(source.path(), &error))
}

/// That a file says something else than expected.
fn senseless(source: &Source, expected: &str) -> Unavailable {
    Unavailable::new(source.path(), format!("it does not hold {expected}"))
}
