//! Rows of processors, load, memory, paging, processes in all, and the system.

use super::Row;

/// Of the scraper `cpu`.
pub(in crate::system) static CPU: &[&Row] = &[&CPU_FREQUENCY, &CPU_LOGICAL, &CPU_PHYSICAL, &CPU_TIME, &CPU_UTILIZATION];

/// Of the scraper `load`.
pub(in crate::system) static LOAD: &[&Row] = &[&LOAD_15M, &LOAD_1M, &LOAD_5M];

/// Of the scraper `memory`.
pub(in crate::system) static MEMORY: &[&Row] = &[
    &MEMORY_AVAILABLE,
    &MEMORY_DIRTY,
    &MEMORY_LIMIT,
    &HUGEPAGES_LIMIT,
    &HUGEPAGES_SIZE,
    &HUGEPAGES_RESERVED,
    &HUGEPAGES_SURPLUS,
    &HUGEPAGES_USAGE,
    &HUGEPAGES_UTILIZATION,
    &MEMORY_SHARED,
    &MEMORY_PAGE_SIZE,
    &MEMORY_USAGE,
    &MEMORY_UTILIZATION,
];

/// Of the scraper `paging`.
pub(in crate::system) static PAGING: &[&Row] =
    &[&PAGING_FAULTS, &PAGING_OPERATIONS, &PAGING_USAGE, &PAGING_UTILIZATION];

/// Of the scraper `processes`.
pub(in crate::system) static PROCESSES: &[&Row] = &[&PROCESSES_COUNT, &PROCESSES_CREATED];

/// Of the scraper `system`.
pub(in crate::system) static SYSTEM: &[&Row] = &[&UPTIME];

pub(in crate::system) static CPU_FREQUENCY: Row =
    Row::gauge("system.cpu.frequency", "Hz", "Present frequency of the logical processor.")
        .fraction()
        .by(&["cpu"])
        .optional();
pub(in crate::system) static CPU_LOGICAL: Row =
    Row::sum("system.cpu.logical.count", "{cpu}", "Logical processors that are online.");
pub(in crate::system) static CPU_PHYSICAL: Row =
    Row::sum("system.cpu.physical.count", "{cpu}", "Cores of all processors.").optional();
pub(in crate::system) static CPU_TIME: Row =
    Row::counter("system.cpu.time", "s", "Time the logical processors spent in each state.")
        .fraction()
        .by(&["cpu", "state"])
        .keeping(&["state"]);
pub(in crate::system) static CPU_UTILIZATION: Row =
    Row::gauge("system.cpu.utilization", "1", "Share of the time since the previous scrape spent in each state.")
        .fraction()
        .by(&["cpu", "state"])
        .keeping(&["state"])
        .optional();

pub(in crate::system) static LOAD_1M: Row =
    Row::gauge("system.cpu.load_average.1m", "{thread}", "Load average over 1 minute.").fraction();
pub(in crate::system) static LOAD_5M: Row =
    Row::gauge("system.cpu.load_average.5m", "{thread}", "Load average over 5 minutes.").fraction();
pub(in crate::system) static LOAD_15M: Row =
    Row::gauge("system.cpu.load_average.15m", "{thread}", "Load average over 15 minutes.").fraction();

const HUGEPAGES_STATE: &[&str] = &["system.memory.linux.hugepages.state"];

pub(in crate::system) static MEMORY_USAGE: Row =
    Row::sum("system.memory.usage", "By", "Memory in each state.").by(&["state"]);
pub(in crate::system) static MEMORY_UTILIZATION: Row =
    Row::gauge("system.memory.utilization", "1", "Share of the memory in each state.")
        .fraction()
        .by(&["state"])
        .optional();
pub(in crate::system) static MEMORY_LIMIT: Row =
    Row::sum("system.memory.limit", "By", "Memory there is in all.").optional();
pub(in crate::system) static MEMORY_PAGE_SIZE: Row =
    Row::gauge("system.memory.page_size", "By", "Size of a page of memory.").optional();
pub(in crate::system) static MEMORY_AVAILABLE: Row = Row::sum(
    "system.linux.memory.available",
    "By",
    "Memory that new programs can have without swapping, as the kernel estimates.",
)
.optional();
pub(in crate::system) static MEMORY_DIRTY: Row =
    Row::sum("system.linux.memory.dirty", "By", "Memory that waits to be written to disks.").optional();
pub(in crate::system) static MEMORY_SHARED: Row =
    Row::sum("system.memory.linux.shared", "By", "Memory that is shared, and that of filesystems in memory.")
        .optional();
pub(in crate::system) static HUGEPAGES_LIMIT: Row =
    Row::sum("system.memory.linux.hugepages.limit", "{page}", "Huge pages there are.").optional();
pub(in crate::system) static HUGEPAGES_SIZE: Row =
    Row::sum("system.memory.linux.hugepages.page_size", "By", "Size of a huge page.").optional();
pub(in crate::system) static HUGEPAGES_RESERVED: Row =
    Row::sum("system.memory.linux.hugepages.reserved", "{page}", "Huge pages that are promised, but not in use yet.")
        .optional();
pub(in crate::system) static HUGEPAGES_SURPLUS: Row =
    Row::sum("system.memory.linux.hugepages.surplus", "{page}", "Huge pages beyond the pool that persists.").optional();
pub(in crate::system) static HUGEPAGES_USAGE: Row =
    Row::sum("system.memory.linux.hugepages.usage", "{page}", "Huge pages in each state.")
        .by(HUGEPAGES_STATE)
        .optional();
pub(in crate::system) static HUGEPAGES_UTILIZATION: Row =
    Row::gauge("system.memory.linux.hugepages.utilization", "1", "Share of the huge pages in each state.")
        .fraction()
        .by(HUGEPAGES_STATE)
        .optional();

pub(in crate::system) static PAGING_FAULTS: Row =
    Row::counter("system.paging.faults", "{faults}", "Page faults.").by(&["type"]);
pub(in crate::system) static PAGING_OPERATIONS: Row = Row::counter(
    "system.paging.operations",
    "{operations}",
    "What was paged in and out: pages of swap (major), KiB of disks (minor).",
)
.by(&["direction", "type"]);
pub(in crate::system) static PAGING_USAGE: Row =
    Row::sum("system.paging.usage", "By", "Swap in each state.").by(&["device", "state"]);
pub(in crate::system) static PAGING_UTILIZATION: Row =
    Row::gauge("system.paging.utilization", "1", "Share of the swap in each state.")
        .fraction()
        .by(&["device", "state"])
        .optional();

pub(in crate::system) static PROCESSES_COUNT: Row =
    Row::sum("system.processes.count", "{processes}", "Processes in each state.").by(&["status"]);
pub(in crate::system) static PROCESSES_CREATED: Row =
    Row::counter("system.processes.created", "{processes}", "Processes that were created.");

pub(in crate::system) static UPTIME: Row =
    Row::gauge("system.uptime", "s", "How long the machine has been running.").fraction();
