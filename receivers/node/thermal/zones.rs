//! Thermal zones, and the devices that cool them.

use super::super::record::Recorder;
use super::{entries, value, word};
use crate::catalogue::{Label, thermal};
use crate::kernel::{Source, System};

/// A thermal zone.
pub(super) struct Zone {
    number: String,
    kind: String,
    /// Thousandths of a degree.
    temperature: Source,
}

/// A device that cools, or that makes less heat when it is slowed down.
pub(super) struct Cooling {
    number: String,
    kind: String,
    state: Source,
    max: Source,
}

/// The zones of this machine.
pub(super) fn zones(system: &mut System) -> Vec<Zone> {
    let found = numbered("thermal_zone", "temp", system).into_iter();
    found.map(|(number, kind, file)| Zone { number, kind, temperature: file("temp") }).collect()
}

/// The devices that cool in this machine.
pub(super) fn coolings(system: &mut System) -> Vec<Cooling> {
    let found = numbered("cooling_device", "max_state", system).into_iter();
    found
        .map(|(number, kind, file)| Cooling { number, kind, state: file("cur_state"), max: file("max_state") })
        .collect()
}

/// Number and type of each device whose name begins like this and that has such a file, and its files.
fn numbered(prefix: &str, file: &str, system: &mut System) -> Vec<(String, String, impl Fn(&str) -> Source)> {
    let mut found = Vec::new();
    for (name, path) in entries(&system.roots.sys.join("class/thermal")) {
        if let Some(number) = name.strip_prefix(prefix)
            && path.join(file).exists()
            && let Some(kind) = word(&path.join("type"), system)
        {
            found.push((number.to_owned(), kind, move |file: &str| Source::new(path.join(file))));
        }
    }
    found
}

// === impl Zone ===

impl Zone {
    /// Records the temperature; false if the zone is gone.
    pub(super) fn collect(&mut self, system: &mut System, out: &mut Recorder) -> bool {
        let Self { number, kind, temperature } = self;
        let (degrees, is_there) = value(temperature, system);
        if let Some(degrees) = degrees {
            out.gauge(&thermal::ZONE, degrees / 1e3, &[(Label::Zone, number), (Label::ZoneType, kind)]);
        }
        is_there
    }
}

// === impl Cooling ===

impl Cooling {
    /// Records the states; false if the device is gone.
    pub(super) fn collect(&mut self, system: &mut System, out: &mut Recorder) -> bool {
        let Self { number, kind, state, max } = self;
        let mut is_there = true;
        for (row, source) in [(&thermal::COOLING, state), (&thermal::COOLING_MAX, max)] {
            let (state, is_still_there) = value(source, system);
            // The kernel gives whole numbers, and negative ones for what it does not know.
            if let Some(state) = state.filter(|state| *state >= 0.0) {
                out.gauge(row, state as u64, &[(Label::CoolingDevice, number), (Label::ZoneType, kind)]);
            }
            is_there &= is_still_there;
        }
        is_there
    }
}
