//! The scraper `load`.

use super::{Part, cpu, read, senseless};
use crate::kernel::text::{decimal, words};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Measures load averages.
#[derive(Debug)]
pub(super) struct Load {
    file: Source,
    /// Whether they are divided by the number of processors.
    per_cpu: bool,
}

// === impl Load ===

impl Load {
    pub(super) fn new(per_cpu: bool, roots: &Roots) -> Self {
        Self { file: roots.proc("loadavg"), per_cpu }
    }
}

impl Part for Load {
    fn name(&self) -> &'static str {
        "load"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let divisor = if self.per_cpu { cpu::times(system)?.len() as f64 } else { 1.0 };
        let content = read(system, &mut self.file)?;
        let mut averages = words(content).map(decimal);
        for row in [&rows::LOAD_1M, &rows::LOAD_5M, &rows::LOAD_15M] {
            let Some(average) = averages.next().flatten() else {
                return Err(senseless(&self.file, "three averages"));
            };
            out.put(row, average / divisor, &[]);
        }
        Ok(())
    }
}
