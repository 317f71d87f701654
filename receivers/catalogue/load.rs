//! Rows of load averages.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Load;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&LOAD1, &LOAD5, &LOAD15];

/// Over one minute.
pub static LOAD1: Metric = Metric::gauge(
    GROUP,
    "node.load.1m",
    "{thread}",
    "Threads that run or wait for the disk, on average over a minute.",
)
.fraction()
.semconv(Name::new("system.cpu.load_average.1m"))
.prometheus(Name::new("node_load1"))
.aliases(&["node.load1"])
.source("/proc/loadavg");

/// Over five minutes.
pub static LOAD5: Metric = Metric::gauge(GROUP, "node.load.5m", "{thread}", "The same over five minutes.")
    .fraction()
    .semconv(Name::new("system.cpu.load_average.5m"))
    .prometheus(Name::new("node_load5"))
    .aliases(&["node.load5"])
    .source("/proc/loadavg");

/// Over fifteen minutes.
pub static LOAD15: Metric = Metric::gauge(GROUP, "node.load.15m", "{thread}", "The same over fifteen minutes.")
    .fraction()
    .semconv(Name::new("system.cpu.load_average.15m"))
    .prometheus(Name::new("node_load15"))
    .aliases(&["node.load15"])
    .source("/proc/loadavg");
