//! Rows of single processes.

use super::Row;

/// Of the scraper `process`.
pub(in crate::system) static PROCESS: &[&Row] = &[
    &CONTEXT_SWITCHES,
    &PROCESS_CPU_TIME,
    &PROCESS_CPU_UTILIZATION,
    &PROCESS_DISK_IO,
    &PROCESS_DISK_OPERATIONS,
    &PROCESS_MEMORY_USAGE,
    &PROCESS_MEMORY_UTILIZATION,
    &PROCESS_MEMORY_VIRTUAL,
    &OPEN_FILE_DESCRIPTORS,
    &PROCESS_PAGING_FAULTS,
    &SIGNALS_PENDING,
    &THREADS,
    &PROCESS_UPTIME,
];

pub(in crate::system) static CONTEXT_SWITCHES: Row =
    Row::counter("process.context_switches", "{count}", "Context switches of all threads of the process.")
        .by(&["type"])
        .optional();
pub(in crate::system) static PROCESS_CPU_TIME: Row =
    Row::counter("process.cpu.time", "s", "Time of processors that the process had.").fraction().by(&["state"]);
pub(in crate::system) static PROCESS_CPU_UTILIZATION: Row = Row::gauge(
    "process.cpu.utilization",
    "1",
    "Share of the time of all processors that the process had since the previous scrape.",
)
.fraction()
.by(&["state"])
.optional();
pub(in crate::system) static PROCESS_DISK_IO: Row =
    Row::counter("process.disk.io", "By", "Bytes that were read from and written to storage for the process.")
        .by(&["direction"]);
pub(in crate::system) static PROCESS_DISK_OPERATIONS: Row =
    Row::counter("process.disk.operations", "{operations}", "Calls of the process that read and write.")
        .by(&["direction"])
        .optional();
pub(in crate::system) static PROCESS_MEMORY_USAGE: Row =
    Row::sum("process.memory.usage", "By", "Physical memory the process has.");
pub(in crate::system) static PROCESS_MEMORY_UTILIZATION: Row =
    Row::gauge("process.memory.utilization", "1", "Share of the machine's memory that the process has, in percent.")
        .fraction()
        .optional();
pub(in crate::system) static PROCESS_MEMORY_VIRTUAL: Row =
    Row::sum("process.memory.virtual", "By", "Virtual memory the process has.");
pub(in crate::system) static OPEN_FILE_DESCRIPTORS: Row =
    Row::sum("process.open_file_descriptors", "{count}", "File descriptors the process has.").optional();
pub(in crate::system) static PROCESS_PAGING_FAULTS: Row =
    Row::counter("process.paging.faults", "{faults}", "Page faults of the process.").by(&["type"]).optional();
pub(in crate::system) static SIGNALS_PENDING: Row =
    Row::sum("process.signals_pending", "{signals}", "Signals that wait for the user of the process.").optional();
pub(in crate::system) static THREADS: Row =
    Row::sum("process.threads", "{threads}", "Threads of the process.").optional();
pub(in crate::system) static PROCESS_UPTIME: Row =
    Row::gauge("process.uptime", "s", "How long the process has been running.").fraction().optional();
