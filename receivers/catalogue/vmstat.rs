//! Rows of what the kernel counts about virtual memory.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Vmstat;
const FAULT: &str = "system.paging.fault.type";
const DIRECTION: &str = "system.paging.direction";

/// A row for each line, and the list of them in the order of the kernel.
macro_rules! lines {
    ($($row:ident = $line:literal $unit:literal $($semconv:expr)?; $description:literal)*) => {
        $(
            #[doc = $description]
            pub static $row: Metric =
                Metric::counter(GROUP, concat!("node.vmstat.", $line), $unit, $description)
                    .prometheus(Name::new(concat!("node_vmstat_", $line)))
                    $(.semconv($semconv))?
                    .source(concat!("/proc/vmstat: ", $line));
        )*

        /// Lines of `/proc/vmstat` and their rows.
        pub static LINES: &[(&str, &Metric)] = &[$(($line, &$row)),*];

        /// Every row of the group.
        pub static ALL: &[&Metric] = &[$(&$row),*, &MINOR_FAULTS, &SWAP_IN, &SWAP_OUT];
    };
}

lines! {
    PAGES_IN = "pgpgin" "KiBy"; "What was read from block devices."
    PAGES_OUT = "pgpgout" "KiBy"; "What was written to block devices."
    SWAPPED_IN = "pswpin" "{page}"
        Name::new("system.paging.operations").with(&[(FAULT, "major"), (DIRECTION, "in")]).scaled(1.0, "{operation}");
        "Pages that were swapped in."
    SWAPPED_OUT = "pswpout" "{page}"
        Name::new("system.paging.operations").with(&[(FAULT, "major"), (DIRECTION, "out")]).scaled(1.0, "{operation}");
        "Pages that were swapped out."
    FAULTS = "pgfault" "{fault}"; "Page faults, minor and major ones."
    MAJOR_FAULTS = "pgmajfault" "{fault}" Name::new("system.paging.faults").with(&[(FAULT, "major")]);
        "Page faults that had to wait for a disk."
    OOM_KILLS = "oom_kill" "{process}"; "Processes that were killed because memory ran out."
}

/// The rest of the page faults.
pub static MINOR_FAULTS: Metric =
    Metric::counter(GROUP, "node.vmstat.minor_faults", "{fault}", "Page faults that did not have to wait for a disk.")
        .semconv(Name::new("system.paging.faults").with(&[(FAULT, "minor")]))
        .source("/proc/vmstat: pgfault - pgmajfault");

/// Swapping in, in bytes.
pub static SWAP_IN: Metric = Metric::counter(GROUP, "node.memory.swap_in", "By", "Memory that was swapped in.")
    .aliases(&["node.memory.swap_in_bytes"])
    .source("/proc/vmstat: pswpin * page size");

/// Swapping out, in bytes.
pub static SWAP_OUT: Metric = Metric::counter(GROUP, "node.memory.swap_out", "By", "Memory that was swapped out.")
    .aliases(&["node.memory.swap_out_bytes"])
    .source("/proc/vmstat: pswpout * page size");
