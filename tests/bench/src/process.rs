//! What Linux says about a process: CPU time, peak memory; and starting a process on one CPU.

use crate::Error;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::fs;
use std::process::{Child, Command};

/// Ticks per second of `utime` and `stime` in /proc/PID/stat: USER_HZ is 100 on every Linux architecture we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system CPU seconds of the process since its start, all threads. Resolution: 10 ms.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64, Error> {
    Ok(times(pid)?[..2].iter().sum())
}

/// CPU seconds of the process, of its children, and of those that ended and were waited for.
pub(crate) fn family_cpu_seconds(pid: u32) -> Result<f64, Error> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let children = children.split_ascii_whitespace().filter_map(|child| child.parse().ok());
    // A child that ended meanwhile is counted next time, by its parent.
    Ok(times(pid)?.iter().sum::<f64>() + children.filter_map(|child| cpu_seconds(child).ok()).sum::<f64>())
}

/// utime, stime, cutime and cstime, in seconds.
fn times(pid: u32) -> Result<[f64; 4], Error> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"))?;
    // The second field is the command in parentheses and may contain blanks: count from its end (proc(5)).
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let fields: Vec<f64> =
        after.split_ascii_whitespace().skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    let times: [f64; 4] = fields.try_into().map_err(|_| format!("{path} has no times"))?;
    Ok(times.map(|ticks| ticks / TICKS_PER_SECOND))
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
