//! [`Frequency`]: how fast processors run.

use super::super::record::Recorder;
use super::processors::{FOLDER, Processors};
use crate::catalogue::{Label, Metric, cpu};
use crate::kernel::text::{only_number, text, words};
use crate::kernel::{Source, System};

/// Files that change, and what is in them in kHz.
const MOVING: [(&str, &Metric); 4] = [
    ("scaling_cur_freq", &cpu::FREQUENCY),
    ("scaling_min_freq", &cpu::FREQUENCY_MIN),
    ("scaling_max_freq", &cpu::FREQUENCY_MAX),
    ("cpuinfo_cur_freq", &cpu::HARDWARE_FREQUENCY),
];

/// Files that say what the hardware is.
const FIXED: [(&str, &Metric); 2] =
    [("cpuinfo_min_freq", &cpu::HARDWARE_FREQUENCY_MIN), ("cpuinfo_max_freq", &cpu::HARDWARE_FREQUENCY_MAX)];

/// Collects frequencies and governors.
#[derive(Debug, Default)]
pub(super) struct Frequency {
    moving: Vec<(String, &'static Metric, Source)>,
    fixed: Vec<(String, &'static Metric, u64)>,
    governors: Vec<Governor>,
}

#[derive(Debug)]
struct Governor {
    cpu: String,
    present: Source,
    available: Vec<String>,
}

// === impl Frequency ===

impl Frequency {
    /// Looks for what can be read. Processors of virtual machines usually have nothing of the kind, and the hardware's
    /// word is for root alone.
    pub(super) fn find(&mut self, processors: &Processors, system: &mut System) {
        *self = Self::default();
        for processor in processors.all.iter().filter(|processor| processor.is_online) {
            let folder = system.roots.sys.join(format!("{FOLDER}/cpu{}/cpufreq", processor.number));
            for (file, metric) in MOVING {
                let path = folder.join(file);
                if system.read_once(&path).is_ok_and(|bytes| only_number(bytes).is_some()) {
                    self.moving.push((processor.number.clone(), metric, Source::new(path)));
                }
            }
            for (file, metric) in FIXED {
                if let Some(frequency) = system.read_once(&folder.join(file)).ok().and_then(only_number) {
                    self.fixed.push((processor.number.clone(), metric, frequency));
                }
            }
            let available = system.read_once(&folder.join("scaling_available_governors"));
            let available = available.map(|bytes| words(bytes).map(|word| text(word).into_owned()).collect());
            let present = folder.join("scaling_governor");
            if let (Ok(available), true) = (available, system.read_once(&present).is_ok()) {
                self.governors.push(Governor {
                    cpu: processor.number.clone(),
                    present: Source::new(present),
                    available,
                });
            }
        }
        if self.moving.is_empty() && self.fixed.is_empty() {
            let path = system.roots.sys.join(FOLDER).join("cpu0/cpufreq");
            system.absent("frequencies of processors", &path);
        }
    }

    pub(super) fn collect(&mut self, system: &mut System, out: &mut Recorder) {
        /// Hertz in the unit of the files.
        const KILO: u64 = 1_000;
        for (cpu, metric, source) in &mut self.moving {
            if let Some(frequency) = system.read(source).ok().and_then(only_number) {
                out.gauge(metric, frequency.saturating_mul(KILO), &[(Label::Cpu, cpu)]);
            }
        }
        for (cpu, metric, frequency) in &self.fixed {
            out.gauge(metric, frequency.saturating_mul(KILO), &[(Label::Cpu, cpu)]);
        }
        for Governor { cpu, present, available } in &mut self.governors {
            let Ok(present) = system.read(present) else { continue };
            let present = text(present.trim_ascii());
            for governor in available {
                let is_present = u64::from(present == governor.as_str());
                out.gauge(&cpu::GOVERNOR, is_present, &[(Label::Cpu, cpu), (Label::Governor, governor)]);
            }
        }
    }
}
