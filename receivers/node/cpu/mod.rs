//! The group `cpu`.

mod times;

use self::times::Times;
use super::config;
use super::group::{Group, Unavailable};
use super::record::Recorder;
use super::system::{Roots, System};

/// Collects what is known of processors.
#[derive(Debug)]
pub(super) struct Cpu {
    times: Times,
}

// === impl Cpu ===

impl Cpu {
    pub(super) fn new(settings: &config::Cpu, _: &Roots) -> Self {
        Self { times: Times::new(settings.per_core) }
    }
}

impl Group for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        self.times.collect(system, out)
    }
}
