//! The scraper `disk`.

use super::{Part, read, senseless};
use crate::node::group::Unavailable;
use crate::node::system::{Roots, Source, System};
use crate::node::text::{lines, number, text, words};
use crate::system::config::Filter;
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Bytes of what `/proc/diskstats` calls a sector, whatever the device has.
const SECTOR: u64 = 512;

/// Fields behind the name of a device.
const FIELDS: usize = 11;

/// Measures block devices.
#[derive(Debug)]
pub(super) struct Disk {
    file: Source,
    filter: Filter,
}

// === impl Disk ===

impl Disk {
    pub(super) fn new(filter: Filter, roots: &Roots) -> Self {
        Self { file: roots.proc("diskstats"), filter }
    }
}

impl Part for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let mut all_make_sense = true;
        for line in lines(read(system, &mut self.file)?) {
            let Some((device, stat)) = parse(line) else {
                all_make_sense = false;
                continue;
            };
            // A device that never did anything is none, e.g. a loop device without a file.
            let device = text(device);
            if stat == [0; FIELDS] || !self.filter.admits(&device) {
                continue;
            }
            let [reads, reads_merged, sectors_read, reading, writes, writes_merged, sectors_written, writing, ..] =
                stat;
            let [.., pending, active, weighted] = stat;
            let seconds = |milliseconds: u64| milliseconds as f64 / 1e3;
            for (direction, operations, merged, sectors, time) in [
                ("read", reads, reads_merged, sectors_read, reading),
                ("write", writes, writes_merged, sectors_written, writing),
            ] {
                out.count(&rows::DISK_IO, sectors.saturating_mul(SECTOR), &[&device, direction]);
                out.count(&rows::DISK_OPERATIONS, operations, &[&device, direction]);
                out.count(&rows::DISK_MERGED, merged, &[&device, direction]);
                out.put(&rows::DISK_OPERATION_TIME, seconds(time), &[&device, direction]);
            }
            out.count(&rows::DISK_PENDING, pending, &[&device]);
            out.put(&rows::DISK_IO_TIME, seconds(active), &[&device]);
            out.put(&rows::DISK_WEIGHTED_IO_TIME, seconds(weighted), &[&device]);
        }
        if all_make_sense { Ok(()) } else { Err(senseless(&self.file, "a device and its 11 numbers in each line")) }
    }
}

/// The name of a device, and what it did.
fn parse(line: &[u8]) -> Option<(&[u8], [u64; FIELDS])> {
    let mut fields = words(line).skip(2);
    let device = fields.next()?;
    let mut stat = [0; FIELDS];
    for field in &mut stat {
        *field = number(fields.next()?)?;
    }
    Some((device, stat))
}
