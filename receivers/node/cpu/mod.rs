//! The group `cpu`.

mod frequency;
mod processors;
mod thermal;
mod times;

use self::frequency::Frequency;
use self::processors::Processors;
use self::thermal::Thermal;
use self::times::Times;
use super::config;
use super::group::Group;
use super::record::Recorder;
use crate::kernel::{Roots, System, Unavailable};

/// Collects what is known of processors.
#[derive(Debug)]
pub(super) struct Cpu {
    times: Times,
    processors: Processors,
    frequency: Option<Frequency>,
    thermal: Option<Thermal>,
}

// === impl Cpu ===

impl Cpu {
    pub(super) fn new(settings: &config::Cpu, roots: &Roots) -> Self {
        Self {
            times: Times::new(settings.per_core),
            processors: Processors::new(roots),
            frequency: settings.frequency.then(Frequency::default),
            thermal: settings.thermal.then(Thermal::default),
        }
    }

    fn collect_hardware(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let Self { processors, frequency, thermal, .. } = self;
        let is_new = processors.refresh(system)?;
        processors.record(out);
        if let Some(frequency) = frequency {
            if is_new {
                frequency.find(processors, system);
            }
            frequency.collect(system, out);
        }
        if let Some(thermal) = thermal {
            if is_new {
                thermal.find(processors, system);
            }
            thermal.collect(system, out);
        }
        Ok(())
    }
}

impl Group for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let times = self.times.collect(system, out);
        let hardware = self.collect_hardware(system, out);
        times.and(hardware)
    }
}
