//! Rows of disks, filesystems and network interfaces.

use super::Row;

/// Of the scraper `disk`.
pub(in crate::system) static DISK: &[&Row] = &[
    &DISK_IO,
    &DISK_IO_TIME,
    &DISK_MERGED,
    &DISK_OPERATION_TIME,
    &DISK_OPERATIONS,
    &DISK_PENDING,
    &DISK_WEIGHTED_IO_TIME,
];

/// Of the scraper `filesystem`.
pub(in crate::system) static FILESYSTEM: &[&Row] = &[&FILESYSTEM_INODES, &FILESYSTEM_USAGE, &FILESYSTEM_UTILIZATION];

/// Of the scraper `network`.
pub(in crate::system) static NETWORK: &[&Row] = &[
    &NETWORK_CONNECTIONS,
    &CONNTRACK_COUNT,
    &CONNTRACK_MAX,
    &NETWORK_DROPPED,
    &NETWORK_ERRORS,
    &NETWORK_IO,
    &NETWORK_PACKETS,
];

const DEVICE: &[&str] = &["device"];
const DIRECTION: &[&str] = &["device", "direction"];
const MOUNT: &[&str] = &["device", "mode", "mountpoint", "type"];
const MOUNT_STATE: &[&str] = &["device", "mode", "mountpoint", "type", "state"];

pub(in crate::system) static DISK_IO: Row =
    Row::counter("system.disk.io", "By", "Bytes that disks read and wrote.").by(DIRECTION);
pub(in crate::system) static DISK_IO_TIME: Row =
    Row::counter("system.disk.io_time", "s", "Time the disk was at work.").fraction().by(DEVICE);
pub(in crate::system) static DISK_MERGED: Row =
    Row::counter("system.disk.merged", "{operations}", "Operations that were merged into others.").by(DIRECTION);
pub(in crate::system) static DISK_OPERATION_TIME: Row =
    Row::counter("system.disk.operation_time", "s", "Time that operations took, summed up.").fraction().by(DIRECTION);
pub(in crate::system) static DISK_OPERATIONS: Row =
    Row::counter("system.disk.operations", "{operations}", "Operations that were done.").by(DIRECTION);
pub(in crate::system) static DISK_PENDING: Row =
    Row::sum("system.disk.pending_operations", "{operations}", "Operations that are not done yet.").by(DEVICE);
pub(in crate::system) static DISK_WEIGHTED_IO_TIME: Row =
    Row::counter("system.disk.weighted_io_time", "s", "Time the disk was at work, times the operations not done.")
        .fraction()
        .by(DEVICE);

pub(in crate::system) static FILESYSTEM_INODES: Row =
    Row::sum("system.filesystem.inodes.usage", "{inodes}", "Inodes in each state.").by(MOUNT_STATE);
pub(in crate::system) static FILESYSTEM_USAGE: Row =
    Row::sum("system.filesystem.usage", "By", "Bytes in each state.").by(MOUNT_STATE);
pub(in crate::system) static FILESYSTEM_UTILIZATION: Row =
    Row::gauge("system.filesystem.utilization", "1", "Share that is used of what users can have.")
        .fraction()
        .by(MOUNT)
        .optional();

pub(in crate::system) static NETWORK_CONNECTIONS: Row =
    Row::sum("system.network.connections", "{connections}", "TCP connections in each state.")
        .by(&["protocol", "state"]);
pub(in crate::system) static CONNTRACK_COUNT: Row =
    Row::sum("system.network.conntrack.count", "{entries}", "Entries in the table of tracked connections.").optional();
pub(in crate::system) static CONNTRACK_MAX: Row =
    Row::sum("system.network.conntrack.max", "{entries}", "Most entries the table of tracked connections may have.")
        .optional();
pub(in crate::system) static NETWORK_DROPPED: Row =
    Row::counter("system.network.dropped", "{packets}", "Packets that were dropped.").by(DIRECTION);
pub(in crate::system) static NETWORK_ERRORS: Row =
    Row::counter("system.network.errors", "{errors}", "Packets with errors.").by(DIRECTION);
pub(in crate::system) static NETWORK_IO: Row =
    Row::counter("system.network.io", "By", "Bytes that were received and transmitted.").by(DIRECTION);
pub(in crate::system) static NETWORK_PACKETS: Row =
    Row::counter("system.network.packets", "{packets}", "Packets that were received and transmitted.").by(DIRECTION);
