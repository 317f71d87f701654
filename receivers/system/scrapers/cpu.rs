//! The scraper `cpu`.

use super::{Part, read};
use crate::kernel::text::{decimal, lines};
use crate::kernel::{Roots, Source, System, Unavailable, stat};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// The fields of a line of `/proc/stat`, in their order, by the Collector's names.
const STATES: [&str; 8] = ["user", "nice", "system", "idle", "wait", "interrupt", "softirq", "steal"];

/// Times of a logical processor in each state, in seconds.
pub(super) type Times = [f64; STATES.len()];

/// Measures processors.
#[derive(Debug)]
pub(super) struct Cpu {
    info: Source,
    /// What each processor said in the scrape before.
    before: Vec<(String, Times)>,
}

// === impl Cpu ===

impl Cpu {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { info: roots.proc("cpuinfo"), before: Vec::new() }
    }

    fn utilization(&self, cpu: &str, times: &Times, out: &mut Sheet) {
        let Some((_, before)) = self.before.iter().find(|(name, _)| name == cpu) else { return };
        // Idle and wait may step back a little.
        let spent: Vec<f64> = times.iter().zip(before).map(|(now, before)| (now - before).max(0.0)).collect();
        let total: f64 = spent.iter().sum();
        if total > 0.0 {
            for (state, spent) in STATES.iter().zip(spent) {
                out.put(&rows::CPU_UTILIZATION, spent / total, &[cpu, state]);
            }
        }
    }

    fn frequencies(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let mut cpu = String::new();
        for line in lines(read(system, &mut self.info)?) {
            let Some((key, value)) = pair(line) else { continue };
            match key {
                b"processor" => cpu = format!("cpu{}", String::from_utf8_lossy(value)),
                b"cpu MHz" => {
                    if let Some(megahertz) = decimal(value) {
                        out.put(&rows::CPU_FREQUENCY, megahertz * 1e6, &[&cpu]);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Part for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let all = times(system)?;
        for (cpu, times) in &all {
            for (state, seconds) in STATES.iter().zip(times) {
                out.put(&rows::CPU_TIME, *seconds, &[cpu, state]);
            }
            self.utilization(cpu, times, out);
        }
        out.count(&rows::CPU_LOGICAL, all.len() as u64, &[]);
        self.before = all;
        if out.wants(&[&rows::CPU_PHYSICAL]) {
            out.count(&rows::CPU_PHYSICAL, cores(system)?, &[]);
        }
        if out.wants(&[&rows::CPU_FREQUENCY]) {
            self.frequencies(system, out)?;
        }
        Ok(())
    }
}

/// The times of each logical processor.
pub(super) fn times(system: &mut System) -> Result<Vec<(String, Times)>, Unavailable> {
    let path = system.stat_path().to_owned();
    let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
    let content = system.stat().map_err(|error| Unavailable::io(&path, &error))?;
    let mut all = Vec::new();
    for line in lines(content).map_while(|line| line.strip_prefix(b"cpu")) {
        let (number, ticks) =
            stat::processor(line).ok_or_else(|| Unavailable::new(&path, "a line of a processor is not its times"))?;
        // The first line is that of all processors together.
        if !number.is_empty() {
            all.push((format!("cpu{number}"), std::array::from_fn(|at| ticks[at] as f64 / ticks_per_second)));
        }
    }
    match all.is_empty() {
        true => Err(Unavailable::new(&path, "it has no line of a processor")),
        false => Ok(all),
    }
}

/// The share of the time between two looks in which processors were neither idle nor waiting, in percent.
pub(super) fn busy(before: &[(String, Times)], now: &[(String, Times)]) -> Option<f64> {
    let (mut spent, mut rested) = (0.0, 0.0);
    for (name, now) in now {
        let (_, before) = before.iter().find(|(other, _)| other == name)?;
        for (at, state) in STATES.iter().enumerate() {
            let time = (now[at] - before[at]).max(0.0);
            spent += time;
            rested += if matches!(*state, "idle" | "wait") { time } else { 0.0 };
        }
    }
    (spent > 0.0).then(|| (spent - rested) / spent * 100.0)
}

/// How many cores there are: processors that share one name the same siblings.
fn cores(system: &mut System) -> Result<u64, Unavailable> {
    let folder = system.roots.sys.join("devices/system/cpu");
    let entries = std::fs::read_dir(&folder).map_err(|error| Unavailable::io(&folder, &error))?;
    let mut siblings = std::collections::HashSet::new();
    for entry in entries.flatten() {
        let list = ["topology/core_cpus_list", "topology/thread_siblings_list"];
        siblings.extend(list.iter().find_map(|name| std::fs::read(entry.path().join(name)).ok()));
    }
    match siblings.len() {
        0 => Err(Unavailable::new(&folder, "no processor names its siblings")),
        cores => Ok(cores as u64),
    }
}

/// The two sides of a colon.
fn pair(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|byte| *byte == b':')?;
    Some((line[..at].trim_ascii(), line[at + 1..].trim_ascii()))
}
