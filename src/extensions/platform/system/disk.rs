//! Disks, and the file systems on them.

use std::collections::HashSet;
use std::path::Path;

use rustix::fs::statvfs;
use serde_json::Value;

use super::counters::Rates;
use super::facts::{Facts, rounded};
use super::read;

/// Counters of all disks together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    reads: u64,
    read_sectors: u64,
    read_millis: u64,
    writes: u64,
    written_sectors: u64,
    write_millis: u64,
    in_progress: u64,
    busy_millis: u64,
    weighted_millis: u64,
}

/// A sector of /proc/diskstats, in bytes, whatever the disk has.
const SECTOR: u64 = 512;
/// Most file systems that are told of one by one.
const MOST: usize = 64;

pub(super) fn look(root: &Path, rates: &Rates<'_, Totals>, facts: &mut Facts) -> Option<Totals> {
    spaces(root, facts);
    let totals = Totals::read(root, &read(root, "proc/diskstats")?)?;
    facts.set("diskReadBytes", Some(totals.read_sectors.saturating_mul(SECTOR)));
    facts.set("diskWriteBytes", Some(totals.written_sectors.saturating_mul(SECTOR)));
    facts.set("diskReadOps", Some(totals.reads));
    facts.set("diskWriteOps", Some(totals.writes));
    facts.set("diskReadTime", Some(totals.read_millis));
    facts.set("diskWriteTime", Some(totals.write_millis));
    facts.set("diskIoTime", Some(totals.busy_millis));
    facts.set("diskWeightedIo", Some(totals.weighted_millis));
    facts.set("diskIoInProgress", Some(totals.in_progress));
    facts.set("diskIops", rates.per_second(totals.reads + totals.writes, |before| before.reads + before.writes));
    let latency =
        |millis: Option<u64>, done: Option<u64>| Some(rounded(millis? as f64 / done.filter(|done| *done > 0)? as f64));
    let reads = rates.growth(totals.reads, |before| before.reads);
    facts.set("diskLatencyRead", latency(rates.growth(totals.read_millis, |before| before.read_millis), reads));
    let writes = rates.growth(totals.writes, |before| before.writes);
    facts.set("diskLatencyWrite", latency(rates.growth(totals.write_millis, |before| before.write_millis), writes));
    Some(totals)
}

/// The file systems on disks of this machine; those of others may not answer.
fn spaces(root: &Path, facts: &mut Facts) {
    let mounts = read(root, "proc/self/mounts").unwrap_or_default();
    let known = read(root, "proc/filesystems").unwrap_or_default();
    let on_disk: HashSet<&str> = known.lines().filter(|line| !line.starts_with("nodev")).map(str::trim).collect();
    let (mut seen, mut partitions) = (HashSet::new(), Vec::new());
    let (mut total, mut free, mut available, mut inodes, mut inodes_free) = (0, 0, 0, 0, 0);
    for line in mounts.lines() {
        let mut fields = line.split_whitespace();
        let (Some(device), Some(place), Some(kind)) = (fields.next(), fields.next(), fields.next()) else { continue };
        // Mounted twice it is still one disk; a file that is mounted over another belongs to a container.
        if !device.starts_with('/') || !(on_disk.contains(kind) || kind == "zfs") || !seen.insert(device.to_owned()) {
            continue;
        }
        let place = unescaped(place);
        let Some(space) = statvfs(root.join(place.trim_start_matches('/'))).ok().filter(|space| space.f_blocks > 0)
        else {
            continue;
        };
        let bytes = |blocks: u64| blocks.saturating_mul(space.f_frsize);
        let used = space.f_blocks.saturating_sub(space.f_bfree);
        let mut one = Facts::default();
        one.text("device", Some(device));
        one.text("mountpoint", Some(&place));
        one.text("fstype", Some(kind));
        one.set("total", Some(bytes(space.f_blocks)));
        one.set("used", Some(bytes(used)));
        one.set("free", Some(bytes(space.f_bavail)));
        // Of what those who are not root can have, as df says it.
        one.share("usage", Some(used), Some(used + space.f_bavail));
        if space.f_files > 0 {
            one.set("inodes", Some(space.f_files));
            one.set("inodesFree", Some(space.f_ffree));
            one.share("inodesUsage", Some(space.f_files.saturating_sub(space.f_ffree)), Some(space.f_files));
        }
        if partitions.len() < MOST {
            partitions.push(Value::Object(one.into_map()));
        }
        total += bytes(space.f_blocks);
        free += bytes(space.f_bfree);
        available += bytes(space.f_bavail);
        inodes += space.f_files;
        inodes_free += space.f_ffree;
    }
    if partitions.is_empty() {
        return;
    }
    let used = total - free.min(total);
    facts.set("diskTotal", Some(total));
    facts.set("diskUsed", Some(used));
    facts.set("diskAvailable", Some(available));
    facts.share("diskUsage", Some(used), Some(used + available));
    if inodes > 0 {
        facts.set("diskInodes", Some(inodes));
        facts.set("diskInodesFree", Some(inodes_free));
        facts.set("diskInodesUsed", Some(inodes.saturating_sub(inodes_free)));
        facts.share("diskInodesUsage", Some(inodes.saturating_sub(inodes_free)), Some(inodes));
    }
    facts.set("diskPartitions", Some(partitions));
}

/// Blanks in /proc/mounts are written as octal numbers.
fn unescaped(place: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(place.to_owned(), |place, (escaped, plain)| place.replace(escaped, plain))
}

// === impl Totals ===

impl Totals {
    /// The sum of all disks, without their partitions and what is made of other disks, which would count twice.
    fn read(root: &Path, stats: &str) -> Option<Self> {
        let is_disk = |name: &str| {
            let below = |directory: &str| root.join("sys/block").join(name.replace('/', "!")).join(directory);
            let made_of = std::fs::read_dir(below("slaves")).is_ok_and(|mut slaves| slaves.next().is_some());
            let is_memory = ["loop", "ram", "zram", "fd", "sr"].iter().any(|prefix| name.starts_with(prefix));
            below("").exists() && !made_of && !is_memory
        };
        let mut all = None;
        for line in stats.lines() {
            let mut fields = line.split_whitespace().skip(2);
            let Some(name) = fields.next().filter(|name| is_disk(name)) else { continue };
            let numbers: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
            let [
                reads,
                _,
                read_sectors,
                read_millis,
                writes,
                _,
                written_sectors,
                write_millis,
                now,
                busy,
                weighted,
                ..,
            ] = numbers[..]
            else {
                tracing::debug!(name, "/proc/diskstats says less than expected");
                continue;
            };
            let all = all.get_or_insert_with(Self::default);
            all.reads += reads;
            all.read_sectors += read_sectors;
            all.read_millis += read_millis;
            all.writes += writes;
            all.written_sectors += written_sectors;
            all.write_millis += write_millis;
            all.in_progress += now;
            all.busy_millis += busy;
            all.weighted_millis += weighted;
        }
        all
    }
}
