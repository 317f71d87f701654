//! The group `load`.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::load;
use crate::kernel::text::{decimal, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects the load averages.
#[derive(Debug)]
pub(super) struct Load {
    source: Source,
}

// === impl Load ===

impl Load {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { source: roots.proc("loadavg") }
    }
}

impl Group for Load {
    fn name(&self) -> &'static str {
        "load"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let read = system.read(&mut self.source).map(parse);
        let averages = read.map_err(|error| Unavailable::io(self.source.path(), &error))?;
        let Some(averages) = averages else {
            return Err(Unavailable::new(self.source.path(), "it does not begin with three averages"));
        };
        for (metric, average) in [&load::LOAD1, &load::LOAD5, &load::LOAD15].into_iter().zip(averages) {
            out.gauge(metric, average, &[]);
        }
        Ok(())
    }
}

fn parse(bytes: &[u8]) -> Option<[f64; 3]> {
    let mut averages = words(bytes).map(decimal);
    Some([averages.next()??, averages.next()??, averages.next()??])
}
