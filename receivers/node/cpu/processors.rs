//! [`Processors`]: which logical processors there are, and how they are put together.

use std::path::PathBuf;

use super::super::record::Recorder;
use crate::catalogue::{Label, cpu};
use crate::kernel::text::{number_list, only_number};
use crate::kernel::{Roots, Source, System, Unavailable};

/// The folder of processors in sysfs.
pub(super) const FOLDER: &str = "devices/system/cpu";

/// The logical processors of the machine.
#[derive(Debug)]
pub(super) struct Processors {
    present: Source,
    online: Source,
    /// What the two files said when `all` was made of them.
    known: (Vec<u8>, Vec<u8>),
    pub(super) all: Vec<Processor>,
    cores: u64,
    packages: u64,
}

/// A logical processor.
#[derive(Debug)]
pub(super) struct Processor {
    /// Its number, as an attribute.
    pub(super) number: String,
    pub(super) is_online: bool,
    /// The numbers of its package and of its core in there; what is offline has neither.
    pub(super) place: Option<(u64, u64)>,
}

// === impl Processors ===

impl Processors {
    pub(super) fn new(roots: &Roots) -> Self {
        let source = |file: &str| roots.sys([FOLDER, file].join("/"));
        let known = (Vec::new(), Vec::new());
        Self { present: source("present"), online: source("online"), known, all: Vec::new(), cores: 0, packages: 0 }
    }

    /// Looks for processors that came or went; true if any did.
    pub(super) fn refresh(&mut self, system: &mut System) -> Result<bool, Unavailable> {
        let present = read(&mut self.present, system)? != self.known.0;
        let online = read(&mut self.online, system)? != self.known.1;
        if !present && !online {
            return Ok(false);
        }
        self.known.0 = read(&mut self.present, system)?.to_vec();
        self.known.1 = read(&mut self.online, system)?.to_vec();
        let numbers = |source: &Source, list: &[u8]| {
            let mut numbers = Vec::new();
            let wrong = || Unavailable::new(source.path(), "it is not a list of numbers");
            number_list(list, |number| numbers.push(number)).then_some(numbers).ok_or_else(wrong)
        };
        let online = numbers(&self.online, &self.known.1)?;
        let present = numbers(&self.present, &self.known.0)?;
        self.all = present
            .into_iter()
            .map(|number| Processor {
                number: number.to_string(),
                is_online: online.contains(&number),
                place: place(number, system),
            })
            .collect();
        self.count();
        Ok(true)
    }

    pub(super) fn record(&self, out: &mut Recorder) {
        for processor in &self.all {
            out.gauge(&cpu::ONLINE, u64::from(processor.is_online), &[(Label::Cpu, &processor.number)]);
        }
        if self.cores > 0 {
            out.gauge(&cpu::CORES, self.cores, &[]);
            out.gauge(&cpu::PACKAGES, self.packages, &[]);
        }
    }

    fn count(&mut self) {
        let mut cores: Vec<_> = self.all.iter().filter_map(|processor| processor.place).collect();
        cores.sort_unstable();
        cores.dedup();
        self.cores = cores.len() as u64;
        cores.dedup_by_key(|(package, _)| *package);
        self.packages = cores.len() as u64;
    }
}

fn read<'s>(source: &mut Source, system: &'s mut System) -> Result<&'s [u8], Unavailable> {
    system.read(source).map_err(|error| Unavailable::io(source.path(), &error))
}

fn place(number: u64, system: &mut System) -> Option<(u64, u64)> {
    let mut read = |file: &str| {
        let path: PathBuf = system.roots.sys.join(format!("{FOLDER}/cpu{number}/topology/{file}"));
        only_number(system.read_once(&path).ok()?)
    };
    Some((read("physical_package_id")?, read("core_id")?))
}
