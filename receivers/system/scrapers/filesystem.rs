//! The scraper `filesystem`.

use std::path::Path;

use rustix::fs::StatVfs;

use super::Part;
use super::mounts::{Mount, Mounts};
use super::statfs::{Asker, Silence};
use crate::node::group::Unavailable;
use crate::node::system::{Roots, System};
use crate::system::config::{self, Filter};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Measures mounted filesystems.
#[derive(Debug)]
pub(super) struct Filesystem {
    mounts: Mounts,
    asker: Asker,
    filters: [Filter; 3],
    /// Whether those without a device are measured, too.
    all: bool,
}

/// How full a filesystem is, in bytes and inodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Space {
    pub(super) total: u64,
    pub(super) used: u64,
    /// What users can have.
    pub(super) free: u64,
    inodes: u64,
    inodes_free: u64,
}

// === impl Filesystem ===

impl Filesystem {
    pub(super) fn new(settings: &config::Filesystem, roots: &Roots) -> Self {
        let (mounts, asker) = (Mounts::new(roots), Asker::default());
        Self { mounts, asker, filters: settings.filters(), all: settings.include_virtual_filesystems }
    }

    /// The mounts that are measured.
    pub(super) fn list(&mut self, system: &mut System) -> Result<Vec<Mount>, Unavailable> {
        let mut mounts = self.mounts.list(system, self.all)?;
        let [devices, kinds, points] = &self.filters;
        mounts.retain(|Mount { device, kind, point, .. }| {
            devices.admits(device) && kinds.admits(kind) && points.admits(point)
        });
        Ok(mounts)
    }

    /// How full the filesystem at a mount point is.
    pub(super) fn ask(&mut self, point: &Path) -> Result<Space, Unavailable> {
        let path = self.mounts.seen_from_here(point);
        self.asker.ask(&path).map(|stat| Space::of(&stat)).map_err(|silence| match silence {
            Silence::Failed(error) => Unavailable::io(&path, &error.into()),
            Silence::Stuck => Unavailable::new(&path, "the filesystem does not answer; it is asked again when it does"),
        })
    }
}

impl Part for Filesystem {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let mut result = Ok(());
        for mount in self.list(system)? {
            let space = match self.ask(Path::new(&mount.point)) {
                Ok(space) => space,
                Err(unavailable) => {
                    result = result.and(Err(unavailable));
                    continue;
                }
            };
            let Mount { device, point, kind, mode } = &mount;
            let reserved = space.total.saturating_sub(space.used).saturating_sub(space.free);
            for (state, bytes) in [("used", space.used), ("free", space.free), ("reserved", reserved)] {
                out.count(&rows::FILESYSTEM_USAGE, bytes, &[device, mode, point, kind, state]);
            }
            for (state, inodes) in
                [("used", space.inodes.saturating_sub(space.inodes_free)), ("free", space.inodes_free)]
            {
                out.count(&rows::FILESYSTEM_INODES, inodes, &[device, mode, point, kind, state]);
            }
            if let Some(usage) = space.usage() {
                out.put(&rows::FILESYSTEM_UTILIZATION, usage, &[device, mode, point, kind]);
            }
        }
        result
    }
}

// === impl Space ===

impl Space {
    fn of(stat: &StatVfs) -> Self {
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Self {
            total: bytes(stat.f_blocks),
            used: bytes(stat.f_blocks.saturating_sub(stat.f_bfree)),
            free: bytes(stat.f_bavail),
            inodes: stat.f_files,
            inodes_free: stat.f_ffree,
        }
    }

    /// The share that is used of what users can have, as `df` shows it.
    pub(super) fn usage(&self) -> Option<f64> {
        let all = self.used.saturating_add(self.free);
        (all > 0).then(|| self.used as f64 / all as f64)
    }
}
