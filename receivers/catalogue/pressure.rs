//! Rows of pressure stall information.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Pressure;
const SOME: &str = "Time in which some tasks waited for the resource.";
const FULL: &str = "Time in which all tasks that could run waited for the resource.";

/// Every row of the group.
pub static ALL: &[&Metric] = &[
    &CPU_SOME,
    &CPU_FULL,
    &MEMORY_SOME,
    &MEMORY_FULL,
    &IO_SOME,
    &IO_FULL,
    &IRQ_FULL,
    &SOME_10,
    &SOME_60,
    &SOME_300,
    &FULL_10,
    &FULL_60,
    &FULL_300,
];

/// Rows for the time that was lost to a resource.
macro_rules! totals {
    ($($row:ident = $kind:literal $resource:literal $description:ident $($prometheus:literal)?;)*) => {
        $(
            #[doc = concat!($kind, " tasks waited for ", $resource)]
            pub static $row: Metric =
                Metric::counter(GROUP, concat!("node.pressure.", $kind, ".seconds_total"), "s", $description)
                    .fraction()
                    .with(&[("resource", $resource)])
                    $(.prometheus(Name::new($prometheus)))?
                    .source(concat!("/proc/pressure/", $resource, ": ", $kind, " total"));
        )*
    };
}

totals! {
    CPU_SOME = "some" "cpu" SOME "node_pressure_cpu_waiting_seconds_total";
    CPU_FULL = "full" "cpu" FULL;
    MEMORY_SOME = "some" "memory" SOME "node_pressure_memory_waiting_seconds_total";
    MEMORY_FULL = "full" "memory" FULL "node_pressure_memory_stalled_seconds_total";
    IO_SOME = "some" "io" SOME "node_pressure_io_waiting_seconds_total";
    IO_FULL = "full" "io" FULL "node_pressure_io_stalled_seconds_total";
    IRQ_FULL = "full" "irq" FULL "node_pressure_irq_stalled_seconds_total";
}

/// Rows for averages as the kernel makes them.
macro_rules! averages {
    ($($row:ident = $kind:literal $window:literal $description:literal)*) => {
        $(
            #[doc = $description]
            pub static $row: Metric =
                Metric::gauge(GROUP, concat!("node.pressure.", $kind, ".avg", $window), "%", $description)
                    .fraction()
                    .labels(&[Label::Resource])
                    .source(concat!("/proc/pressure/*: ", $kind, " avg", $window));
        )*
    };
}

averages! {
    SOME_10 = "some" "10" "Share of the last 10 seconds in which some tasks waited for the resource."
    SOME_60 = "some" "60" "Share of the last minute in which some tasks waited for the resource."
    SOME_300 = "some" "300" "Share of the last 5 minutes in which some tasks waited for the resource."
    FULL_10 = "full" "10" "Share of the last 10 seconds in which all tasks waited for the resource."
    FULL_60 = "full" "60" "Share of the last minute in which all tasks waited for the resource."
    FULL_300 = "full" "300" "Share of the last 5 minutes in which all tasks waited for the resource."
}
