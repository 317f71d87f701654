//! The scraper `disk`.

use super::{Part, read};
use crate::kernel::diskstats::{self, FIELDS, SECTOR};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::config::Filter;
use crate::system::rows;
use crate::system::sheet::Sheet;

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
        let devices = diskstats::devices(read(system, &mut self.file)?, |line| {
            // A device that never did anything is none, e.g. a loop device without a file.
            let device = line.name;
            if line.values == [0; FIELDS] || !self.filter.admits(device) {
                return;
            }
            let [reads, reads_merged, sectors_read, reading, ..] = line.values;
            let [_, _, _, _, writes, writes_merged, sectors_written, writing, pending, active, weighted, ..] =
                line.values;
            let seconds = |milliseconds: u64| milliseconds as f64 / 1e3;
            for (direction, operations, merged, sectors, time) in [
                ("read", reads, reads_merged, sectors_read, reading),
                ("write", writes, writes_merged, sectors_written, writing),
            ] {
                out.count(&rows::DISK_IO, sectors.saturating_mul(SECTOR), &[device, direction]);
                out.count(&rows::DISK_OPERATIONS, operations, &[device, direction]);
                out.count(&rows::DISK_MERGED, merged, &[device, direction]);
                out.put(&rows::DISK_OPERATION_TIME, seconds(time), &[device, direction]);
            }
            out.count(&rows::DISK_PENDING, pending, &[device]);
            out.put(&rows::DISK_IO_TIME, seconds(active), &[device]);
            out.put(&rows::DISK_WEIGHTED_IO_TIME, seconds(weighted), &[device]);
        });
        devices.map_err(|damage| damage.of(self.file.path()))
    }
}
