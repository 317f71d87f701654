//! Rows of interrupts, context switches and forks.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Stat;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&INTERRUPTS, &SOFTIRQS, &CONTEXT_SWITCHES, &FORKS, &RUNNING, &BLOCKED];

/// Interrupts.
pub static INTERRUPTS: Metric =
    Metric::counter(GROUP, "node.interrupts_total", "{interrupt}", "Interrupts that were serviced.")
        .prometheus(Name::new("node_intr_total"))
        .source("/proc/stat: intr");

/// Soft interrupts.
pub static SOFTIRQS: Metric =
    Metric::counter(GROUP, "node.softirq_total", "{interrupt}", "Soft interrupts that were serviced, by their kind.")
        .labels(&[Label::Vector])
        .prometheus(Name::new("node_softirqs_total"))
        .source("/proc/stat: softirq");

/// Context switches.
pub static CONTEXT_SWITCHES: Metric =
    Metric::counter(GROUP, "node.context_switches_total", "{switch}", "Times a processor turned to another thread.")
        .prometheus(Name::new("node_context_switches_total"))
        .source("/proc/stat: ctxt");

/// New processes and threads.
pub static FORKS: Metric =
    Metric::counter(GROUP, "node.forks_total", "{process}", "Processes and threads that were made.")
        .semconv(Name::new("system.process.created"))
        .prometheus(Name::new("node_forks_total"))
        .source("/proc/stat: processes");

/// Threads that run.
pub static RUNNING: Metric =
    Metric::gauge(GROUP, "node.procs_running", "{thread}", "Threads that run, or could if there were a processor.")
        .prometheus(Name::new("node_procs_running"))
        .source("/proc/stat: procs_running");

/// Threads that wait for a device.
pub static BLOCKED: Metric =
    Metric::gauge(GROUP, "node.procs_blocked", "{thread}", "Threads that wait for a device to answer.")
        .prometheus(Name::new("node_procs_blocked"))
        .source("/proc/stat: procs_blocked");
