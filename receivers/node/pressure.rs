//! Pressure stall information, from `/proc/pressure`: the time that is lost by waiting.

use std::io::ErrorKind;

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, Metric, pressure};
use crate::kernel::text::{decimal, lines, number, whole_lines, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects how long tasks waited for processors, memory, devices and interrupts.
pub(super) struct Pressure {
    resources: [Resource; 4],
}

struct Resource {
    name: &'static str,
    source: Source,
    /// Rows of the time in which some tasks, and all tasks, waited.
    some: Option<&'static Metric>,
    full: Option<&'static Metric>,
    /// Whether kernels that have the others may lack it.
    is_optional: bool,
}

/// Averages of the last 10, 60 and 300 seconds.
type Averages = [&'static Metric; 3];

const SOME: Averages = [&pressure::SOME_10, &pressure::SOME_60, &pressure::SOME_300];
const FULL: Averages = [&pressure::FULL_10, &pressure::FULL_60, &pressure::FULL_300];

// === impl Pressure ===

impl Pressure {
    pub(super) fn new(roots: &Roots) -> Self {
        let resource = |name: &'static str, some, full, is_optional| {
            let source = roots.proc(format!("pressure/{name}"));
            Resource { name, source, some, full, is_optional }
        };
        Self {
            resources: [
                resource("cpu", Some(&pressure::CPU_SOME), Some(&pressure::CPU_FULL), false),
                resource("memory", Some(&pressure::MEMORY_SOME), Some(&pressure::MEMORY_FULL), false),
                resource("io", Some(&pressure::IO_SOME), Some(&pressure::IO_FULL), false),
                // Since Linux 6.1, and only where the kernel accounts for interrupts.
                resource("irq", None, Some(&pressure::IRQ_FULL), true),
            ],
        }
    }
}

impl Group for Pressure {
    fn name(&self) -> &'static str {
        "pressure"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let mut missing = Ok(());
        for resource in &mut self.resources {
            if let Err(unavailable) = resource.collect(system, out)
                && missing.is_ok()
            {
                missing = Err(unavailable);
            }
        }
        missing
    }
}

// === impl Resource ===

impl Resource {
    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let Self { name, source, some, full, is_optional } = self;
        let bytes = match system.read(source) {
            Ok(bytes) => bytes,
            Err(error) if *is_optional && error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                let reason = "the kernel was started without it; `psi=1` on its command line switches it on";
                return Err(Unavailable::new(source.path(), reason));
            }
            Err(error) => return Err(Unavailable::io(source.path(), &error)),
        };
        let (text, is_cut) = whole_lines(bytes);
        let mut found = 0;
        for line in lines(text) {
            let mut parts = words(line);
            let (total, averages) = match parts.next() {
                Some(b"some") => (*some, SOME),
                Some(b"full") => (*full, FULL),
                _ => continue,
            };
            let (Some(row), Some((seconds, values))) = (total, values(parts)) else { continue };
            found += 1;
            out.counter(row, seconds, &[]);
            for (row, value) in averages.into_iter().zip(values) {
                out.gauge(row, value, &[(Label::Resource, name)]);
            }
        }
        match found {
            0 => Err(Unavailable::new(source.path(), "nothing in it is known")),
            _ if is_cut => Err(Unavailable::new(source.path(), "it ends in the middle of a line")),
            _ => Ok(()),
        }
    }
}

/// The total in seconds and the averages of `avg10=0.12 avg60=0.05 avg300=0.01 total=123456`.
fn values<'l>(mut words: impl Iterator<Item = &'l [u8]>) -> Option<(f64, [f64; 3])> {
    let mut next = |key: &[u8]| words.next()?.strip_prefix(key);
    let averages = [decimal(next(b"avg10=")?)?, decimal(next(b"avg60=")?)?, decimal(next(b"avg300=")?)?];
    let microseconds = number(next(b"total=")?)?;
    Some((microseconds as f64 / 1e6, averages))
}
