//! The scraper `system`.

use super::{Part, read, senseless};
use crate::kernel::text::{decimal, words};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Measures how long the machine has been running.
#[derive(Debug)]
pub(super) struct Uptime {
    file: Source,
}

// === impl Uptime ===

impl Uptime {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { file: roots.proc("uptime") }
    }
}

impl Part for Uptime {
    fn name(&self) -> &'static str {
        "system"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let seconds = words(read(system, &mut self.file)?).next().and_then(decimal);
        out.put(&rows::UPTIME, seconds.ok_or_else(|| senseless(&self.file, "seconds"))?, &[]);
        Ok(())
    }
}
