//! What Linux says about a process: CPU time, peak memory; and starting a process on one CPU.

use crate::Error;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::fs;
use std::process::{Child, Command};

/// Ticks per second of `utime` and `stime` in /proc/PID/stat: USER_HZ is 100 on every Linux architecture we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system CPU seconds of the process since its start, all threads. Resolution: 10 ms.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64, Error> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"))?;
    // The second field is the command in parentheses and may contain blanks: count from its end (proc(5)).
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let mut fields = after.split_ascii_whitespace().skip(11).map(str::parse::<f64>);
    match (fields.next(), fields.next()) {
        (Some(Ok(user)), Some(Ok(system))) => Ok((user + system) / TICKS_PER_SECOND),
        _ => Err(format!("{path} has no utime and stime").into()),
    }
}

/// The peak resident set of the process in MiB (VmHWM).
pub(crate) fn peak_rss_mib(pid: u32) -> Result<f64, Error> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).ok_or_else(|| format!("{path} has no VmHWM").into())
}

/// How many CPUs this process may run on.
pub(crate) fn cpus() -> Result<u32, Error> {
    Ok(sched_getaffinity(None)?.count())
}

/// Starts `command` bound to `cpu`, with all the threads it will ever have.
///
/// The affinity is inherited over fork and exec, so this thread moves there for the moment of the fork and back.
pub(crate) fn spawn_on(cpu: usize, command: &mut Command) -> Result<Child, Error> {
    let before = sched_getaffinity(None)?;
    let mut only = CpuSet::new();
    only.set(cpu);
    sched_setaffinity(None, &only).map_err(|error| format!("cannot run on CPU {cpu}: {error}"))?;
    let child = command.spawn();
    sched_setaffinity(None, &before)?;
    child.map_err(|error| format!("cannot start {}: {error}", command.get_program().to_string_lossy()).into())
}
