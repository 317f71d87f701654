//! The kernel's entropy pool.

use super::conntrack::alone;
use super::group::Group;
use super::record::Recorder;
use crate::catalogue::entropy;
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects the state of the kernel's entropy pool.
pub(super) struct Entropy {
    available: Source,
    pool_size: Source,
}

// === impl Entropy ===

impl Entropy {
    pub(super) fn new(roots: &Roots) -> Self {
        Self {
            available: roots.proc("sys/kernel/random/entropy_avail"),
            pool_size: roots.proc("sys/kernel/random/poolsize"),
        }
    }
}

impl Group for Entropy {
    fn name(&self) -> &'static str {
        "entropy"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let available = alone(&mut self.available, &entropy::AVAILABLE, system, out);
        let pool_size = alone(&mut self.pool_size, &entropy::POOL_SIZE, system, out);
        available.and(pool_size)
    }
}
