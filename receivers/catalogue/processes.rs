//! Rows of processes and threads.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Processes;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&STATE, &COUNT, &THREADS, &MAX, &MAX_THREADS];

/// Processes by state.
pub static STATE: Metric = Metric::sum(GROUP, "node.processes.state", "{process}", "Processes in each state.")
    .labels(&[Label::ProcessState])
    .semconv(Name::new("system.process.count"))
    .prometheus(Name::new("node_processes_state"))
    .source("/proc/N/stat");

/// All processes.
pub static COUNT: Metric = Metric::gauge(GROUP, "node.processes.count", "{process}", "Processes there are.")
    .prometheus(Name::new("node_processes_pids"))
    .source("/proc/N");

/// All threads.
pub static THREADS: Metric = Metric::gauge(GROUP, "node.processes.threads", "{thread}", "Threads of all processes.")
    .prometheus(Name::new("node_processes_threads"))
    .source("/proc/N/stat: num_threads");

/// How many processes there may be.
pub static MAX: Metric =
    Metric::gauge(GROUP, "node.processes.max", "{process}", "Process ids the kernel gives out at most.")
        .prometheus(Name::new("node_processes_max_processes"))
        .source("/proc/sys/kernel/pid_max");

/// How many threads there may be.
pub static MAX_THREADS: Metric =
    Metric::gauge(GROUP, "node.processes.max_threads", "{thread}", "Threads the kernel allows at most.")
        .prometheus(Name::new("node_processes_max_threads"))
        .source("/proc/sys/kernel/threads-max");
