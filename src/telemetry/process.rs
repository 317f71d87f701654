//! The process as the system sees it: time, processor, memory.

use std::path::Path;
use std::time::Duration;

use pipelines::runtime::Memory;

use super::family::Family;

/// Ticks a second in `/proc/*/stat`: what Linux tells programs, whatever it ticks itself (`USER_HZ`).
const TICKS: f64 = 100.0;

/// Where `utime` and `stime` stand in `/proc/self/stat`, counted after the name in brackets, which may hold blanks.
const UTIME: usize = 11;

/// By the Collector's names. What the system does not tell is left out.
pub(super) fn families(uptime: Duration) -> Vec<Family> {
    let mut families =
        vec![Family::counter("otelcol_process_uptime", "s", "Uptime of the process.").with(uptime.as_secs_f64())];
    if let Some(seconds) = cpu() {
        let help = "Time the processor worked for it, in user and system mode.";
        families.push(Family::counter("otelcol_process_cpu_seconds", "s", help).with(seconds));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(bytes) = field(&status, "VmRSS:") {
        families.push(Family::gauge("otelcol_process_memory_rss", "By", "Physical memory.").with(bytes));
    }
    if let Some(bytes) = field(&status, "RssAnon:") {
        let help = "Physical memory that is no file's: what a heap is here.";
        families.push(Family::gauge("otelcol_process_runtime_heap_alloc_bytes", "By", help).with(bytes));
    }
    families.extend(limits());
    families
}

/// What bounds the process: its control group, or else the machine.
fn limits() -> Vec<Family> {
    let mut families = Vec::new();
    if let Some(memory) = Memory::of_this_process(Path::new("/")) {
        let help = "Memory the process may use: the limit of its control group, or else what the machine has.";
        families.push(Family::gauge("tfo_process_memory_limit_bytes", "By", help).with(memory.bytes));
    }
    if let Ok(cpus) = std::thread::available_parallelism() {
        let help =
            "Processors the process may use: the quota of its control group in whole ones, or else the machine's.";
        families.push(Family::gauge("tfo_process_cpu_limit", "{cpu}", help).with(cpus.get() as u64));
    }
    families
}

fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after) = stat.rsplit_once(')')?;
    let ticks = after.split_whitespace().skip(UTIME).take(2);
    Some(ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS)
}

/// A line of `/proc/self/status`, in bytes.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}
