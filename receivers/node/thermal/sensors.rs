//! Sensors of the hardware monitoring drivers, named as node_exporter names them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::super::record::Recorder;
use super::{entries, value, word};
use crate::catalogue::thermal::{self, SENSORS};
use crate::catalogue::{Kind, Label};
use crate::kernel::{Source, System};

/// A chip with sensors.
pub(super) struct Chip {
    /// By the device it is, which is the same after each boot.
    name: String,
    /// By its driver.
    driver: Option<String>,
    /// Names and labels of sensors.
    labels: Vec<(String, String)>,
    readings: Vec<Reading>,
}

/// A file of a sensor.
struct Reading {
    sensor: String,
    file: &'static thermal::Sensor,
    source: Source,
}

/// The chips of this machine.
pub(super) fn chips(system: &mut System) -> Vec<Chip> {
    let mut chips: Vec<(String, Chip)> = Vec::new();
    for (place, path) in entries(&system.roots.sys.join("class/hwmon")) {
        let driver = word(&path.join("name"), system).map(|name| clean(&name)).filter(|name| !name.is_empty());
        let name = device(&path).or_else(|| driver.clone()).unwrap_or_else(|| clean(&place));
        let mut chip = Chip { name, driver, labels: Vec::new(), readings: Vec::new() };
        chip.find(&path, system);
        // Where older drivers have their files.
        chip.find(&path.join("device"), system);
        chips.push((place, chip));
    }
    distinguish(&mut chips);
    chips.into_iter().map(|(_, chip)| chip).collect()
}

// === impl Chip ===

impl Chip {
    /// Records what the sensors say; false if one is gone.
    pub(super) fn collect(&mut self, system: &mut System, out: &mut Recorder) -> bool {
        let Self { name, driver, labels, readings } = self;
        let mut is_there = true;
        if let Some(driver) = driver {
            out.gauge(&thermal::CHIP, 1u64, &[(Label::Chip, name), (Label::ChipName, driver)]);
        }
        for (sensor, label) in labels {
            let labels = &[(Label::Chip, &**name), (Label::Sensor, sensor), (Label::SensorLabel, label)];
            out.gauge(&thermal::LABEL, 1u64, labels);
        }
        for Reading { sensor, file, source } in readings {
            let (number, is_still_there) = value(source, system);
            is_there &= is_still_there;
            let Some(number) = number.map(|number| number / file.divisor) else { continue };
            let labels = &[(Label::Chip, &**name), (Label::Sensor, &**sensor)];
            match file.row.kind {
                Kind::Counter => out.counter(file.row, number, labels),
                _ => out.gauge(file.row, number, labels),
            }
        }
        is_there
    }

    /// Looks for files of sensors.
    fn find(&mut self, folder: &Path, system: &mut System) {
        for (name, path) in entries(folder) {
            let Some((sensor, kind, element)) = parts(&name) else { continue };
            if element == "_label" {
                let is_new = self.labels.iter().all(|(earlier, _)| earlier != sensor);
                if let Some(label) = word(&path, system).filter(|_| is_new) {
                    self.labels.push((sensor.to_owned(), label));
                }
            }
            let Some(file) = SENSORS.iter().find(|file| file.kind == kind && file.element == element) else { continue };
            let is_it = |reading: &Reading| reading.sensor == sensor && std::ptr::eq(reading.file, file);
            if !self.readings.iter().any(is_it) {
                self.readings.push(Reading { sensor: sensor.to_owned(), file, source: Source::new(path) });
            }
        }
    }
}

/// The sensor, its type and what the file is about: `temp1`, `temp` and `_max_hyst` of `temp1_max_hyst`.
fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let (sensor, element) = name.split_at(name.find('_').unwrap_or(name.len()));
    let kind = sensor.trim_end_matches(|letter: char| letter.is_ascii_digit());
    (!kind.is_empty() && kind.len() < sensor.len()).then_some((sensor, kind, element))
}

/// The device of a chip with the bus it is on, such as `platform_coretemp_0`.
fn device(chip: &Path) -> Option<String> {
    let path = fs::canonicalize(chip.join("device")).ok()?;
    let part = |path: &Path| path.file_name().map(|name| clean(&name.to_string_lossy())).unwrap_or_default();
    let (name, bus) = (part(&path), path.parent().map(part).unwrap_or_default());
    match (name.is_empty(), bus.is_empty()) {
        (true, _) => None,
        (false, true) => Some(name),
        (false, false) => Some(format!("{bus}_{name}")),
    }
}

/// Gives chips of one device names of their own: with that of the driver, or with that of their folder.
fn distinguish(chips: &mut [(String, Chip)]) {
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut drivers: HashMap<(String, Option<String>), usize> = HashMap::new();
    for (_, chip) in chips.iter() {
        *names.entry(chip.name.clone()).or_default() += 1;
        *drivers.entry((chip.name.clone(), chip.driver.clone())).or_default() += 1;
    }
    for (place, chip) in chips.iter_mut().filter(|(_, chip)| names[&chip.name] > 1) {
        let is_alone = drivers[&(chip.name.clone(), chip.driver.clone())] == 1;
        let suffix = chip.driver.clone().filter(|_| is_alone).unwrap_or_else(|| clean(place));
        chip.name = format!("{}_{suffix}", chip.name);
    }
}

/// Lower case letters and digits; everything else becomes `_`, and none is left at the ends.
fn clean(name: &str) -> String {
    let letter = |letter: char| match letter.to_ascii_lowercase() {
        letter @ ('a'..='z' | '0'..='9' | ':' | '_') => letter,
        _ => '_',
    };
    name.chars().map(letter).collect::<String>().trim_matches('_').to_owned()
}
