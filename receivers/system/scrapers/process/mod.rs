//! The scraper `process`: each process as a resource of its own.

mod resource;
mod stat;

use std::collections::HashMap;

use self::resource::Describer;
pub(super) use self::stat::Stat;
use super::Part;
use super::cpu;
use super::memory::Memory;
use crate::kernel::text::{lines, named_number, number, words};
use crate::kernel::{System, Unavailable};
use crate::system::config;
use crate::system::rows;
use crate::system::sheet::Sheet;

const STATES: [&str; 3] = ["user", "system", "wait"];

/// Measures single processes.
pub(super) struct Process {
    settings: config::Process,
    filter: config::Filter,
    describer: Describer,
    /// When the machine booted, nanoseconds since the Unix epoch.
    boot: u64,
    ticks_per_second: f64,
    /// What processes had used in the scrape before, and when that was, by their ids and starts.
    before: HashMap<(u32, u64), ([u64; 3], u64)>,
}

// === impl Process ===

impl Process {
    pub(super) fn new(settings: &config::Process, boot: u64) -> Self {
        let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
        let (filter, describer) = (settings.filter(), Describer::new(settings.resource_attributes.clone()));
        Self { settings: settings.clone(), filter, describer, boot, ticks_per_second, before: HashMap::new() }
    }

    /// Measures a process; one that is gone meanwhile is none.
    fn measure(&mut self, id: u32, whole: Whole, system: &mut System, out: &mut Sheet) -> Vec<Unavailable> {
        let mut missing = Vec::new();
        let mut file = system.roots.proc(format!("{id}/stat"));
        let Some(stat) = system.read(&mut file).ok().and_then(Stat::parse) else { return missing };
        if !self.filter.admits(&stat.name) {
            return missing;
        }
        let start = self.boot + (stat.start as f64 / self.ticks_per_second * 1e9) as u64;
        let age = out.now().saturating_sub(start);
        if u128::from(age) < self.settings.scrape_process_delay.get().as_nanos() {
            return missing;
        }
        out.since(start);
        let times = [stat.user, stat.system, stat.wait];
        for (state, ticks) in STATES.iter().zip(times) {
            out.put(&rows::PROCESS_CPU_TIME, ticks as f64 / self.ticks_per_second, &[state]);
        }
        if out.wants(&[&rows::PROCESS_CPU_UTILIZATION]) {
            self.utilization((id, stat.start), times, whole.cpus, out);
        }
        let resident = stat.resident_pages.saturating_mul(rustix::param::page_size() as u64);
        out.count(&rows::PROCESS_MEMORY_USAGE, resident, &[]);
        out.count(&rows::PROCESS_MEMORY_VIRTUAL, stat.virtual_bytes, &[]);
        if whole.memory > 0 {
            out.put(&rows::PROCESS_MEMORY_UTILIZATION, resident as f64 / whole.memory as f64 * 100.0, &[]);
        }
        out.count(&rows::PROCESS_PAGING_FAULTS, stat.major_faults, &["major"]);
        out.count(&rows::PROCESS_PAGING_FAULTS, stat.minor_faults, &["minor"]);
        out.count(&rows::THREADS, stat.threads, &[]);
        out.put(&rows::PROCESS_UPTIME, age as f64 / 1e9, &[]);
        missing.extend(self.storage(id, system, out).err());
        missing.extend(optional(id, system, out).err());
        let mut resource = Vec::new();
        missing.extend(self.describer.describe(id, &stat, &self.settings, system, &mut resource));
        out.end_resource(&resource);
        missing
    }

    fn utilization(&mut self, key: (u32, u64), times: [u64; 3], cpus: usize, out: &mut Sheet) {
        let Some((before, then)) = self.before.insert(key, (times, out.now())) else { return };
        let elapsed = out.now().saturating_sub(then) as f64 / 1e9 * cpus as f64;
        if elapsed > 0.0 {
            for ((state, now), before) in STATES.iter().zip(times).zip(before) {
                let spent = now.saturating_sub(before) as f64 / self.ticks_per_second;
                out.put(&rows::PROCESS_CPU_UTILIZATION, spent / elapsed, &[state]);
            }
        }
    }

    /// What it read and wrote, which only its owner and root may know.
    fn storage(&self, id: u32, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        if !out.wants(&[&rows::PROCESS_DISK_IO, &rows::PROCESS_DISK_OPERATIONS]) {
            return Ok(());
        }
        let mut file = system.roots.proc(format!("{id}/io"));
        let content = match system.read(&mut file) {
            Ok(content) => content,
            Err(_) if self.settings.mute_process_io_error => return Ok(()),
            Err(error) => return forbidden("io", &error),
        };
        for (key, value) in lines(content).filter_map(named_number) {
            match key {
                b"read_bytes:" => out.count(&rows::PROCESS_DISK_IO, value, &["read"]),
                b"write_bytes:" => out.count(&rows::PROCESS_DISK_IO, value, &["write"]),
                b"syscr:" => out.count(&rows::PROCESS_DISK_OPERATIONS, value, &["read"]),
                b"syscw:" => out.count(&rows::PROCESS_DISK_OPERATIONS, value, &["write"]),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Part for Process {
    fn name(&self) -> &'static str {
        "process"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let cpus = cpu::times(system)?.len();
        let roots = system.roots.clone();
        let memory = Memory::new(&roots).read(system)?.total;
        self.describer.begin(system);
        let mut missing = Vec::new();
        for id in ids(system)? {
            missing.extend(self.measure(id, Whole { cpus, memory }, system, out));
        }
        let now = out.now();
        self.before.retain(|_, (_, seen)| *seen == now);
        match missing.into_iter().next() {
            Some(unavailable) if !self.settings.mute_process_all_errors => Err(unavailable),
            _ => Ok(()),
        }
    }
}

/// What the machine has in all.
#[derive(Clone, Copy, Debug)]
struct Whole {
    cpus: usize,
    memory: u64,
}

/// The ids of all processes.
pub(super) fn ids(system: &System) -> Result<Vec<u32>, Unavailable> {
    let folder = &system.roots.proc;
    let entries = std::fs::read_dir(folder).map_err(|error| Unavailable::io(folder, &error))?;
    let mut ids: Vec<u32> = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// What few ask for, and what costs most.
fn optional(id: u32, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
    let folder = system.roots.proc.join(id.to_string());
    if out.wants(&[&rows::OPEN_FILE_DESCRIPTORS]) {
        match std::fs::read_dir(folder.join("fd")) {
            Ok(entries) => out.count(&rows::OPEN_FILE_DESCRIPTORS, entries.count() as u64, &[]),
            Err(error) => forbidden("fd", &error)?,
        }
    }
    if out.wants(&[&rows::SIGNALS_PENDING]) {
        let mut file = system.roots.proc(format!("{id}/status"));
        let queued = system.read(&mut file).ok().and_then(|status| field(status, b"SigQ:"));
        let queued = queued.and_then(|words| number(words.split(|byte| *byte == b'/').next()?));
        queued.into_iter().for_each(|queued| out.count(&rows::SIGNALS_PENDING, queued, &[]));
    }
    if out.wants(&[&rows::CONTEXT_SWITCHES])
        && let Ok(threads) = std::fs::read_dir(folder.join("task"))
    {
        let mut counts = [0; 2];
        for thread in threads.flatten() {
            let Ok(status) = std::fs::read(thread.path().join("status")) else { continue };
            for (count, key) in counts.iter_mut().zip(["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]) {
                *count += field(&status, key.as_bytes()).and_then(number).unwrap_or(0);
            }
        }
        for (count, kind) in counts.into_iter().zip(["voluntary", "involuntary"]) {
            out.count(&rows::CONTEXT_SWITCHES, count, &[kind]);
        }
    }
    Ok(())
}

/// The first word behind a key of `/proc/PID/status`.
fn field<'s>(status: &'s [u8], key: &[u8]) -> Option<&'s [u8]> {
    lines(status).find_map(|line| words(line.strip_prefix(key)?).next())
}

/// That a file of processes may not be read; said once for all of them. A process that is gone is no such thing.
fn forbidden(file: &str, error: &std::io::Error) -> Result<(), Unavailable> {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            let reason = "the agent may not read it of processes of other users; it needs CAP_SYS_PTRACE or root";
            Err(Unavailable::new(format!("/proc/PID/{file}"), reason))
        }
        _ => Ok(()),
    }
}
