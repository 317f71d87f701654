//! [`Thermal`]: how hot processors are, and how often that slowed them down.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::record::Recorder;
use super::processors::{FOLDER, Processors};
use crate::catalogue::{Label, cpu};
use crate::kernel::text::{decimal, only_number, text};
use crate::kernel::{Source, System};

/// Chips that measure processors, by the names of their drivers.
const CHIPS: [&str; 8] =
    ["coretemp", "k10temp", "k8temp", "zenpower", "via_cputemp", "cpu_thermal", "cputhermal", "scpi_sensors"];

/// Thermal zones of processors, for machines without such a chip.
const ZONES: [&str; 5] = ["x86_pkg_temp", "cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal"];

/// Collects temperatures and counts of throttling.
#[derive(Debug, Default)]
pub(super) struct Thermal {
    /// Names of sensors and their files, in thousandths of a degree.
    sensors: Vec<(String, Source)>,
    throttles: Vec<Throttle>,
}

#[derive(Debug)]
struct Throttle {
    package: String,
    /// None for that of the whole package.
    core: Option<String>,
    source: Source,
}

// === impl Thermal ===

impl Thermal {
    /// Looks for what can be read. Virtual machines usually have nothing of the kind.
    pub(super) fn find(&mut self, processors: &Processors, system: &mut System) {
        self.sensors = chips(system);
        if self.sensors.is_empty() {
            self.sensors = zones(system);
        }
        if self.sensors.is_empty() {
            let path = system.roots.sys.join("class/hwmon");
            system.absent("temperatures of processors", &path);
        }
        self.find_throttles(processors, system);
    }

    pub(super) fn collect(&mut self, system: &mut System, out: &mut Recorder) {
        for (sensor, source) in &mut self.sensors {
            let degrees = system.read(source).ok().and_then(|bytes| decimal(bytes.trim_ascii()));
            if let Some(degrees) = degrees.filter(|degrees| degrees.is_finite()) {
                out.gauge(&cpu::THERMAL, degrees / 1_000.0, &[(Label::Sensor, sensor)]);
            }
        }
        for Throttle { package, core, source } in &mut self.throttles {
            let Some(count) = system.read(source).ok().and_then(only_number) else { continue };
            match core {
                Some(core) => {
                    out.counter(&cpu::CORE_THROTTLES, count, &[(Label::Package, package), (Label::Core, core)]);
                }
                None => out.counter(&cpu::PACKAGE_THROTTLES, count, &[(Label::Package, package)]),
            }
        }
    }

    /// Logical processors of one core share its count, and all of a package that of the package.
    fn find_throttles(&mut self, processors: &Processors, system: &mut System) {
        self.throttles.clear();
        let mut seen = HashSet::new();
        for processor in &processors.all {
            let Some((package, core)) = processor.place else { continue };
            let folder = system.roots.sys.join(format!("{FOLDER}/cpu{}/thermal_throttle", processor.number));
            let files = [("core_throttle_count", Some(core)), ("package_throttle_count", None)];
            for (file, core) in files {
                let path = folder.join(file);
                if seen.insert((package, core)) && system.read_once(&path).is_ok() {
                    let core = core.map(|core| core.to_string());
                    self.throttles.push(Throttle { package: package.to_string(), core, source: Source::new(path) });
                }
            }
        }
    }
}

fn chips(system: &mut System) -> Vec<(String, Source)> {
    let mut sensors = Vec::new();
    for folder in folders(&system.roots.sys.join("class/hwmon"), "hwmon") {
        let Some(chip) = word(&folder.join("name"), system).filter(|chip| CHIPS.contains(&chip.as_str())) else {
            continue;
        };
        let place = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for input in folders(&folder, "temp") {
            let name = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some(number) = name.strip_suffix("_input") else { continue };
            let label = word(&folder.join(format!("{number}_label")), system);
            let sensor = label.unwrap_or_else(|| number.to_owned());
            // Two packages have a chip each, with sensors of the same names.
            sensors.push((format!("{chip} {place} {sensor}"), Source::new(input)));
        }
    }
    sensors
}

fn zones(system: &mut System) -> Vec<(String, Source)> {
    let mut sensors = Vec::new();
    for folder in folders(&system.roots.sys.join("class/thermal"), "thermal_zone") {
        if let Some(kind) = word(&folder.join("type"), system).filter(|kind| ZONES.contains(&kind.as_str())) {
            let place = folder.file_name().unwrap_or_default().to_string_lossy();
            sensors.push((format!("{kind} {place}"), Source::new(folder.join("temp"))));
        }
    }
    sensors
}

/// What is in a folder and begins like this, in order; nothing if there is no such folder.
fn folders(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

fn word(path: &Path, system: &mut System) -> Option<String> {
    system.read_once(path).ok().map(|bytes| text(bytes.trim_ascii()).into_owned())
}
