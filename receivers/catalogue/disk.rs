//! Rows of block devices.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Disk;
const DEVICE: &[Label] = &[Label::Device];

/// Every row of the group.
pub static ALL: &[&Metric] = &[
    &READS,
    &READS_MERGED,
    &READ_BYTES,
    &READ_TIME,
    &WRITES,
    &WRITES_MERGED,
    &WRITTEN_BYTES,
    &WRITE_TIME,
    &IO_NOW,
    &IO_TIME,
    &IO_TIME_WEIGHTED,
    &DISCARDS,
    &DISCARDS_MERGED,
    &DISCARDED_SECTORS,
    &DISCARD_TIME,
    &FLUSHES,
    &FLUSH_TIME,
    &SIZE,
    &INFO,
    &FILESYSTEM_INFO,
    &MAPPER_INFO,
];

/// Reads.
pub static READS: Metric =
    Metric::counter(GROUP, "node.disk.reads_completed", "{operation}", "Reads that were completed.")
        .labels(DEVICE)
        .semconv(Name::new("system.disk.operations").with(&[("disk.io.direction", "read")]))
        .prometheus(Name::new("node_disk_reads_completed_total"))
        .aliases(&["node.disk.reads_completed_total"])
        .source("/proc/diskstats: field 4");

/// Merged reads.
pub static READS_MERGED: Metric = Metric::counter(
    GROUP,
    "node.disk.reads_merged",
    "{operation}",
    "Reads that became part of another one because they were next to each other.",
)
.labels(DEVICE)
.semconv(Name::new("system.disk.merged").with(&[("disk.io.direction", "read")]))
.prometheus(Name::new("node_disk_reads_merged_total"))
.source("/proc/diskstats: field 5");

/// Bytes read.
pub static READ_BYTES: Metric = Metric::counter(GROUP, "node.disk.io.read_bytes", "By", "Bytes read.")
    .labels(DEVICE)
    .semconv(Name::new("system.disk.io").with(&[("disk.io.direction", "read")]))
    .prometheus(Name::new("node_disk_read_bytes_total"))
    .aliases(&["node.disk.read_bytes_total"])
    .source("/proc/diskstats: field 6");

/// Time of reads.
pub static READ_TIME: Metric = Metric::counter(GROUP, "node.disk.read_time", "s", "Time of all reads together.")
    .fraction()
    .labels(DEVICE)
    .semconv(Name::new("system.disk.operation_time").with(&[("disk.io.direction", "read")]))
    .prometheus(Name::new("node_disk_read_time_seconds_total"))
    .aliases(&["node.disk.read_time_seconds_total"])
    .source("/proc/diskstats: field 7");

/// Writes.
pub static WRITES: Metric =
    Metric::counter(GROUP, "node.disk.writes_completed", "{operation}", "Writes that were completed.")
        .labels(DEVICE)
        .semconv(Name::new("system.disk.operations").with(&[("disk.io.direction", "write")]))
        .prometheus(Name::new("node_disk_writes_completed_total"))
        .aliases(&["node.disk.writes_completed_total"])
        .source("/proc/diskstats: field 8");

/// Merged writes.
pub static WRITES_MERGED: Metric = Metric::counter(
    GROUP,
    "node.disk.writes_merged",
    "{operation}",
    "Writes that became part of another one because they were next to each other.",
)
.labels(DEVICE)
.semconv(Name::new("system.disk.merged").with(&[("disk.io.direction", "write")]))
.prometheus(Name::new("node_disk_writes_merged_total"))
.source("/proc/diskstats: field 9");

/// Bytes written.
pub static WRITTEN_BYTES: Metric = Metric::counter(GROUP, "node.disk.io.write_bytes", "By", "Bytes written.")
    .labels(DEVICE)
    .semconv(Name::new("system.disk.io").with(&[("disk.io.direction", "write")]))
    .prometheus(Name::new("node_disk_written_bytes_total"))
    .aliases(&["node.disk.written_bytes_total"])
    .source("/proc/diskstats: field 10");

/// Time of writes.
pub static WRITE_TIME: Metric = Metric::counter(GROUP, "node.disk.write_time", "s", "Time of all writes together.")
    .fraction()
    .labels(DEVICE)
    .semconv(Name::new("system.disk.operation_time").with(&[("disk.io.direction", "write")]))
    .prometheus(Name::new("node_disk_write_time_seconds_total"))
    .aliases(&["node.disk.write_time_seconds_total"])
    .source("/proc/diskstats: field 11");

/// What is under way.
pub static IO_NOW: Metric = Metric::sum(GROUP, "node.disk.io_now", "{operation}", "Operations that are under way.")
    .labels(DEVICE)
    .semconv(Name::new("system.disk.pending_operations"))
    .prometheus(Name::new("node_disk_io_now"))
    .source("/proc/diskstats: field 12");

/// Time busy.
pub static IO_TIME: Metric =
    Metric::counter(GROUP, "node.disk.io_time", "s", "Time in which at least one operation was under way.")
        .fraction()
        .labels(DEVICE)
        .semconv(Name::new("system.disk.io_time"))
        .prometheus(Name::new("node_disk_io_time_seconds_total"))
        .aliases(&["node.disk.io_time_seconds_total"])
        .source("/proc/diskstats: field 13");

/// Time busy, weighted.
pub static IO_TIME_WEIGHTED: Metric = Metric::counter(
    GROUP,
    "node.disk.io_time_weighted",
    "s",
    "Time of all operations together, with what the ones under way have taken so far.",
)
.fraction()
.labels(DEVICE)
.semconv(Name::new("system.disk.weighted_io_time"))
.prometheus(Name::new("node_disk_io_time_weighted_seconds_total"))
.aliases(&["node.disk.io_time_weighted_seconds_total"])
.source("/proc/diskstats: field 14");

/// Discards.
pub static DISCARDS: Metric =
    Metric::counter(GROUP, "node.disk.discards_completed", "{operation}", "Discards that were completed.")
        .labels(DEVICE)
        .prometheus(Name::new("node_disk_discards_completed_total"))
        .source("/proc/diskstats: field 15");

/// Merged discards.
pub static DISCARDS_MERGED: Metric = Metric::counter(
    GROUP,
    "node.disk.discards_merged",
    "{operation}",
    "Discards that became part of another one because they were next to each other.",
)
.labels(DEVICE)
.prometheus(Name::new("node_disk_discards_merged_total"))
.source("/proc/diskstats: field 16");

/// Sectors discarded.
pub static DISCARDED_SECTORS: Metric =
    Metric::counter(GROUP, "node.disk.discarded_sectors", "{sector}", "Sectors of 512 bytes that were discarded.")
        .labels(DEVICE)
        .prometheus(Name::new("node_disk_discarded_sectors_total"))
        .source("/proc/diskstats: field 17");

/// Time of discards.
pub static DISCARD_TIME: Metric =
    Metric::counter(GROUP, "node.disk.discard_time", "s", "Time of all discards together.")
        .fraction()
        .labels(DEVICE)
        .prometheus(Name::new("node_disk_discard_time_seconds_total"))
        .source("/proc/diskstats: field 18");

/// Flushes.
pub static FLUSHES: Metric = Metric::counter(
    GROUP,
    "node.disk.flush_requests",
    "{operation}",
    "Requests to flush the cache of the disk that were completed.",
)
.labels(DEVICE)
.prometheus(Name::new("node_disk_flush_requests_total"))
.source("/proc/diskstats: field 19");

/// Time of flushes.
pub static FLUSH_TIME: Metric = Metric::counter(GROUP, "node.disk.flush_time", "s", "Time of all flushes together.")
    .fraction()
    .labels(DEVICE)
    .prometheus(Name::new("node_disk_flush_requests_time_seconds_total"))
    .source("/proc/diskstats: field 20");

/// How large a disk is.
pub static SIZE: Metric = Metric::sum(GROUP, "node.disk.size", "By", "How much the disk holds.")
    .labels(DEVICE)
    .semconv(Name::new("system.disk.limit"))
    .source("/sys/class/block/DEVICE/size");

/// What a disk is.
pub static INFO: Metric = Metric::gauge(GROUP, "node.disk.info", "1", "Always 1; its attributes say what the disk is.")
    .labels(&[
        Label::Device,
        Label::Property("major"),
        Label::Property("minor"),
        Label::Property("path"),
        Label::Property("wwn"),
        Label::Property("model"),
        Label::Property("serial"),
        Label::Property("revision"),
    ])
    .prometheus(Name::new("node_disk_info"))
    .source("/proc/diskstats, /run/udev/data");

/// What is on a disk.
pub static FILESYSTEM_INFO: Metric = Metric::gauge(
    GROUP,
    "node.disk.filesystem_info",
    "1",
    "Always 1; its attributes say which filesystem is on the device.",
)
.labels(&[
    Label::Device,
    Label::Property("type"),
    Label::Property("usage"),
    Label::Property("uuid"),
    Label::Property("version"),
])
.prometheus(Name::new("node_disk_filesystem_info"))
.source("/run/udev/data");

/// What a mapped device is.
pub static MAPPER_INFO: Metric = Metric::gauge(
    GROUP,
    "node.disk.device_mapper_info",
    "1",
    "Always 1; its attributes say what the device mapper knows of the device.",
)
.labels(&[
    Label::Device,
    Label::Property("name"),
    Label::Property("uuid"),
    Label::Property("vg_name"),
    Label::Property("lv_name"),
    Label::Property("lv_layer"),
])
.prometheus(Name::new("node_disk_device_mapper_info"))
.source("/run/udev/data");
