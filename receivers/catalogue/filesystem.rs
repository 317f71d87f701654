//! Rows of mounted filesystems.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Filesystem;
const MOUNT: &[Label] = &[Label::Device, Label::Mountpoint, Label::Fstype];

/// Every row of the group.
pub static ALL: &[&Metric] =
    &[&SIZE, &FREE, &AVAILABLE, &RESERVED, &USED, &USAGE, &FILES, &FILES_FREE, &FILES_USED, &READ_ONLY, &DEVICE_ERROR];

/// Size.
pub static SIZE: Metric = Metric::sum(GROUP, "node.filesystem.size", "By", "How much the filesystem holds.")
    .labels(MOUNT)
    .semconv(Name::new("system.filesystem.limit"))
    .prometheus(Name::new("node_filesystem_size_bytes"))
    .aliases(&["node.filesystem.size_bytes"])
    .source("statvfs of each line of /proc/1/mountinfo: blocks");

/// Free.
pub static FREE: Metric =
    Metric::sum(GROUP, "node.filesystem.free", "By", "What is not used, with what is reserved for root.")
        .labels(MOUNT)
        .prometheus(Name::new("node_filesystem_free_bytes"))
        .aliases(&["node.filesystem.free_bytes"])
        .source("statvfs of each line of /proc/1/mountinfo: bfree");

/// Available.
pub static AVAILABLE: Metric = Metric::sum(GROUP, "node.filesystem.avail", "By", "What everybody may still write.")
    .labels(MOUNT)
    .semconv(Name::new("system.filesystem.usage").with(&[("system.filesystem.state", "free")]))
    .prometheus(Name::new("node_filesystem_avail_bytes"))
    .aliases(&["node.filesystem.avail_bytes"])
    .source("statvfs of each line of /proc/1/mountinfo: bavail");

/// Reserved.
pub static RESERVED: Metric = Metric::sum(GROUP, "node.filesystem.reserved", "By", "What only root may still write.")
    .labels(MOUNT)
    .semconv(Name::new("system.filesystem.usage").with(&[("system.filesystem.state", "reserved")]))
    .source("statvfs of each line of /proc/1/mountinfo: bfree - bavail");

/// Used.
pub static USED: Metric = Metric::sum(GROUP, "node.filesystem.used", "By", "What is used.")
    .labels(MOUNT)
    .semconv(Name::new("system.filesystem.usage").with(&[("system.filesystem.state", "used")]))
    .source("statvfs of each line of /proc/1/mountinfo: blocks - bfree");

/// How full.
pub static USAGE: Metric = Metric::gauge(
    GROUP,
    "node.filesystem.usage",
    "%",
    "How full the filesystem is for everybody but root, as df says it: used / (used + avail).",
)
.fraction()
.labels(MOUNT)
.semconv(Name::new("system.filesystem.utilization").with(&[("system.filesystem.state", "used")]).scaled(0.01, "1"))
.source("statvfs of each line of /proc/1/mountinfo: blocks, bfree, bavail");

/// Inodes.
pub static FILES: Metric = Metric::sum(
    GROUP,
    "node.filesystem.files",
    "{inode}",
    "How many inodes there are; 0 where the filesystem makes them as needed.",
)
.labels(MOUNT)
.prometheus(Name::new("node_filesystem_files"))
.source("statvfs of each line of /proc/1/mountinfo: files");

/// Free inodes.
pub static FILES_FREE: Metric =
    Metric::sum(GROUP, "node.filesystem.files_free", "{inode}", "How many inodes are free.")
        .labels(MOUNT)
        .semconv(Name::new("system.filesystem.inodes.usage").with(&[("system.filesystem.state", "free")]))
        .prometheus(Name::new("node_filesystem_files_free"))
        .source("statvfs of each line of /proc/1/mountinfo: ffree");

/// Used inodes.
pub static FILES_USED: Metric =
    Metric::sum(GROUP, "node.filesystem.files_used", "{inode}", "How many inodes are used.")
        .labels(MOUNT)
        .semconv(Name::new("system.filesystem.inodes.usage").with(&[("system.filesystem.state", "used")]))
        .source("statvfs of each line of /proc/1/mountinfo: files - ffree");

/// Whether it can be written to.
pub static READ_ONLY: Metric =
    Metric::gauge(GROUP, "node.filesystem.readonly", "1", "Whether it is mounted read-only: 1 or 0.")
        .labels(MOUNT)
        .prometheus(Name::new("node_filesystem_readonly"))
        .source("/proc/1/mountinfo");

/// Whether it answers.
pub static DEVICE_ERROR: Metric = Metric::gauge(
    GROUP,
    "node.filesystem.device_error",
    "1",
    "Whether the filesystem failed to say how full it is, or does not answer: 1 or 0.",
)
.labels(MOUNT)
.prometheus(Name::new("node_filesystem_device_error"))
.source("statvfs of each line of /proc/1/mountinfo");
