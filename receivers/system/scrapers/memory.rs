//! The scraper `memory`.

use super::{Part, read, senseless};
use crate::kernel::meminfo::{self, Entry};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::rows::{self, Row};
use crate::system::sheet::Sheet;

/// Measures memory.
#[derive(Debug)]
pub(super) struct Memory {
    file: Source,
}

/// What `/proc/meminfo` says, in bytes and pages as it says; what it lacks is `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meminfo {
    pub(super) total: u64,
    pub(super) free: u64,
    available: Option<u64>,
    buffers: u64,
    cached: u64,
    dirty: Option<u64>,
    shared: Option<u64>,
    reclaimable: Option<u64>,
    unreclaimable: Option<u64>,
    huge_total: Option<u64>,
    huge_free: Option<u64>,
    huge_reserved: Option<u64>,
    huge_surplus: Option<u64>,
    huge_size: Option<u64>,
}

// === impl Memory ===

impl Memory {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { file: roots.proc("meminfo") }
    }

    /// What the kernel says of memory.
    pub(super) fn read(&mut self, system: &mut System) -> Result<Meminfo, Unavailable> {
        let content = read(system, &mut self.file)?;
        Meminfo::parse(content).ok_or_else(|| senseless(&self.file, "how much memory there is"))
    }
}

impl Part for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let info = self.read(system)?;
        let total = info.total as f64;
        let states = [
            ("used", Some(info.total.saturating_sub(info.available()))),
            ("free", Some(info.free)),
            ("buffered", Some(info.buffers)),
            ("cached", Some(info.cached + info.reclaimable.unwrap_or(0))),
            ("slab_reclaimable", info.reclaimable),
            ("slab_unreclaimable", info.unreclaimable),
        ];
        for (state, bytes) in states.into_iter().filter_map(|(state, bytes)| Some((state, bytes?))) {
            out.count(&rows::MEMORY_USAGE, bytes, &[state]);
            out.put(&rows::MEMORY_UTILIZATION, bytes as f64 / total, &[state]);
        }
        let single: [(&'static Row, Option<u64>); 9] = [
            (&rows::MEMORY_LIMIT, Some(info.total)),
            (&rows::MEMORY_PAGE_SIZE, Some(rustix::param::page_size() as u64)),
            (&rows::MEMORY_AVAILABLE, info.available),
            (&rows::MEMORY_DIRTY, info.dirty),
            (&rows::MEMORY_SHARED, info.shared),
            (&rows::HUGEPAGES_LIMIT, info.huge_total),
            (&rows::HUGEPAGES_RESERVED, info.huge_reserved),
            (&rows::HUGEPAGES_SURPLUS, info.huge_surplus),
            (&rows::HUGEPAGES_SIZE, info.huge_size),
        ];
        for (row, value) in single.into_iter().filter_map(|(row, value)| Some((row, value?))) {
            out.count(row, value, &[]);
        }
        if let (Some(total), Some(free)) = (info.huge_total, info.huge_free) {
            for (state, pages) in [("free", free), ("used", total.saturating_sub(free))] {
                out.count(&rows::HUGEPAGES_USAGE, pages, &[state]);
                if total > 0 {
                    out.put(&rows::HUGEPAGES_UTILIZATION, pages as f64 / total as f64, &[state]);
                }
            }
        }
        Ok(())
    }
}

// === impl Meminfo ===

impl Meminfo {
    /// `None` without the size of the memory.
    pub(super) fn parse(content: &[u8]) -> Option<Self> {
        let mut info = Self::default();
        for Entry { name, value, .. } in meminfo::entries(content).0 {
            match name {
                b"MemTotal" => info.total = value,
                b"MemFree" => info.free = value,
                b"MemAvailable" => info.available = Some(value),
                b"Buffers" => info.buffers = value,
                b"Cached" => info.cached = value,
                b"Dirty" => info.dirty = Some(value),
                b"Shmem" => info.shared = Some(value),
                b"SReclaimable" => info.reclaimable = Some(value),
                b"SUnreclaim" => info.unreclaimable = Some(value),
                b"HugePages_Total" => info.huge_total = Some(value),
                b"HugePages_Free" => info.huge_free = Some(value),
                b"HugePages_Rsvd" => info.huge_reserved = Some(value),
                b"HugePages_Surp" => info.huge_surplus = Some(value),
                b"Hugepagesize" => info.huge_size = Some(value),
                _ => {}
            }
        }
        (info.total > 0).then_some(info)
    }

    /// What programs can have without swapping; kernels before 3.14 do not say.
    pub(super) fn available(&self) -> u64 {
        let guess = || self.free.saturating_add(self.buffers).saturating_add(self.cached);
        self.available.unwrap_or_else(guess)
    }
}
