//! Rows of file descriptors.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Filefd;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&ALLOCATED, &MAXIMUM];

/// What is open.
pub static ALLOCATED: Metric = Metric::gauge(GROUP, "node.filefd.allocated", "{file}", "Open files, of all processes.")
    .prometheus(Name::new("node_filefd_allocated"))
    .source("/proc/sys/fs/file-nr");

/// What can be open.
pub static MAXIMUM: Metric =
    Metric::gauge(GROUP, "node.filefd.maximum", "{file}", "Files that all processes together can have open.")
        .prometheus(Name::new("node_filefd_maximum"))
        .source("/proc/sys/fs/file-nr");
