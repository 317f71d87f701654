//! Rows of the time.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Uptime;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&UPTIME, &BOOT_TIME, &TIME];

/// Since the boot.
pub static UPTIME: Metric = Metric::gauge(GROUP, "node.uptime", "s", "Time since the machine booted.")
    .fraction()
    .semconv(Name::new("system.uptime"))
    .source("/proc/uptime");

/// When that was.
pub static BOOT_TIME: Metric =
    Metric::gauge(GROUP, "node.boot_time_seconds", "s", "When the machine booted, as seconds since 1970.")
        .prometheus(Name::new("node_boot_time_seconds"))
        .source("/proc/stat: btime");

/// What time it is.
pub static TIME: Metric = Metric::gauge(GROUP, "node.time_seconds", "s", "The machine's clock, as seconds since 1970.")
    .fraction()
    .prometheus(Name::new("node_time_seconds"))
    .source("the clock");
