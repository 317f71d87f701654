//! The group `uptime`.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::uptime;
use crate::kernel::text::{decimal, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects how long the machine has been up, and what its clock says.
#[derive(Debug)]
pub(super) struct Uptime {
    source: Source,
}

// === impl Uptime ===

impl Uptime {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { source: roots.proc("uptime") }
    }
}

impl Group for Uptime {
    fn name(&self) -> &'static str {
        "uptime"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        /// Nanoseconds of a second.
        const NANO: u64 = 1_000_000_000;
        out.gauge(&uptime::TIME, out.now() as f64 / NANO as f64, &[]);
        if let Some(boot) = system.boot() {
            out.gauge(&uptime::BOOT_TIME, boot / NANO, &[]);
        }
        let read = system.read(&mut self.source).map(|bytes| words(bytes).next().and_then(decimal));
        match read.map_err(|error| Unavailable::io(self.source.path(), &error))? {
            Some(uptime) => out.gauge(&uptime::UPTIME, uptime, &[]),
            None => return Err(Unavailable::new(self.source.path(), "it does not begin with a number")),
        }
        Ok(())
    }
}
