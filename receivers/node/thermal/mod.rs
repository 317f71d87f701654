//! Thermal zones and sensors, from sysfs.
//!
//! What there is changes rarely: it is looked for at first, then every so often, and when a file is gone.

mod sensors;
mod zones;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::sensors::Chip;
use self::zones::{Cooling, Zone};
use super::config::Thermal as Settings;
use super::group::Group;
use super::record::Recorder;
use crate::kernel::text::{decimal, text};
use crate::kernel::{Source, System, Unavailable};

/// Scrapes after which devices are looked for anew: five minutes at the default interval.
const LOOKED: u32 = 20;

/// Collects temperatures, and what else sensors measure.
pub(super) struct Thermal {
    has_zones: bool,
    has_sensors: bool,
    zones: Vec<Zone>,
    coolings: Vec<Cooling>,
    chips: Vec<Chip>,
    /// Scrapes until devices are looked for.
    left: u32,
}

// === impl Thermal ===

impl Thermal {
    pub(super) fn new(settings: &Settings) -> Self {
        let (zones, coolings, chips) = (Vec::new(), Vec::new(), Vec::new());
        Self { has_zones: settings.zones, has_sensors: settings.sensors, zones, coolings, chips, left: 0 }
    }

    fn look(&mut self, system: &mut System) {
        if self.has_zones {
            self.zones = zones::zones(system);
            self.coolings = zones::coolings(system);
        }
        if self.has_sensors {
            self.chips = sensors::chips(system);
        }
        if self.zones.is_empty() && self.chips.is_empty() {
            // Virtual machines usually have nothing of the kind, which is no fault.
            let path = system.roots.sys.join("class");
            system.absent("thermal zones and sensors", &path);
        }
        self.left = LOOKED;
    }
}

impl Group for Thermal {
    fn name(&self) -> &'static str {
        "thermal"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        if self.left == 0 {
            self.look(system);
        }
        self.left -= 1;
        let mut is_whole = true;
        for zone in &mut self.zones {
            is_whole &= zone.collect(system, out);
        }
        for cooling in &mut self.coolings {
            is_whole &= cooling.collect(system, out);
        }
        for chip in &mut self.chips {
            is_whole &= chip.collect(system, out);
        }
        if !is_whole {
            self.left = 0;
        }
        Ok(())
    }
}

/// The number in a file, if the driver answers: sensors that are asleep say that they have no data. The other value is
/// false if the file is gone.
fn value(source: &mut Source, system: &mut System) -> (Option<f64>, bool) {
    match system.read(source) {
        Ok(bytes) => (decimal(bytes.trim_ascii()).filter(|number| number.is_finite()), true),
        Err(error) => (None, error.kind() != io::ErrorKind::NotFound),
    }
}

/// The text in a file, without blanks around it.
fn word(path: &Path, system: &mut System) -> Option<String> {
    let word = text(system.read_once(path).ok()?.trim_ascii()).into_owned();
    (!word.is_empty()).then_some(word)
}

/// What a folder holds, with names, in the order of the names; nothing if it is not there.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<_> =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    entries.sort();
    entries
}
