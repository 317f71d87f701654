//! The scraper `filesystem`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Part, read};
use crate::kernel::mountinfo::{self, Table, below, unescape};
use crate::kernel::statfs::{self, Answer, Ask, Prober, Usage};
use crate::kernel::text::{lines, text};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::config::{self, Filter};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Time a filesystem has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Measures mounted filesystems.
#[derive(Debug)]
pub(super) struct Filesystem {
    table: Table,
    /// The types of filesystems that the kernel has.
    types: Source,
    root: PathBuf,
    prober: Prober,
    filters: [Filter; 3],
    /// Whether those without a device are measured, too.
    all: bool,
}

/// A mounted filesystem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// What is mounted.
    device: String,
    /// Where, as the machine sees it.
    pub(super) point: String,
    /// The type of the filesystem.
    kind: String,
    /// `rw` or `ro`.
    mode: &'static str,
}

// === impl Filesystem ===

impl Filesystem {
    pub(super) fn new(settings: &config::Filesystem, roots: &Roots) -> Self {
        Self::asking(Usage::ask, PATIENCE, settings, roots)
    }

    /// One that asks in its own way.
    fn asking(ask: Ask, patience: Duration, settings: &config::Filesystem, roots: &Roots) -> Self {
        Self {
            table: Table::new(roots),
            types: roots.proc("filesystems"),
            root: roots.root.clone(),
            prober: Prober::new(patience, ask),
            filters: settings.filters(),
            all: settings.include_virtual_filesystems,
        }
    }

    /// Lists the mounts that are measured.
    ///
    /// # Errors
    /// If a file cannot be read, or a line of it makes no sense. The other mounts are listed all the same.
    pub(super) fn list(&mut self, system: &mut System, mounts: &mut Vec<Mount>) -> Result<(), Unavailable> {
        let kinds = if self.all { None } else { Some(self.kinds(system)?) };
        let [devices, types, points] = &self.filters;
        let mut seen = HashSet::new();
        let listed = self.table.read(system, |content| {
            content.mounts(|line| {
                if kinds.as_ref().is_some_and(|kinds| !kinds.contains(line.fstype)) {
                    return;
                }
                let Mount { device, point, kind, mode } = Mount::of(&line);
                let is_wanted = devices.admits(&device) && types.admits(&kind) && points.admits(&point);
                if is_wanted && seen.insert((point.clone(), device.clone())) {
                    mounts.push(Mount { device, point, kind, mode });
                }
            })
        })?;
        listed.map_err(|damage| damage.of(self.table.path()))
    }

    /// Asks the filesystems at these mount points, and calls `each` with the place of each that says how full it is.
    ///
    /// # Errors
    /// The first that does not say.
    pub(super) fn ask<'p>(
        &mut self,
        points: impl Iterator<Item = &'p Path>,
        mut each: impl FnMut(usize, &Usage),
    ) -> Result<(), Unavailable> {
        let here = |point: &Path| below(&self.root, point.as_os_str().as_encoded_bytes());
        let paths: Vec<Arc<Path>> = points.map(|point| here(point).into()).collect();
        let answers = self.prober.ask(&paths)?;
        for (at, answer) in answers.iter().enumerate() {
            if let Answer::Usage(usage) = answer {
                each(at, usage);
            }
        }
        statfs::all_answered(&paths, answers).and_then(|()| statfs::all_said(&paths, answers))
    }

    /// The types of filesystems that have a device.
    fn kinds(&mut self, system: &mut System) -> Result<HashSet<Vec<u8>>, Unavailable> {
        let content = read(system, &mut self.types)?;
        let with_device = lines(content).filter(|line| !line.starts_with(b"nodev"));
        let mut kinds: HashSet<Vec<u8>> = with_device.map(|line| line.trim_ascii().to_owned()).collect();
        // Pools have devices, though the kernel does not know.
        kinds.insert(b"zfs".to_vec());
        Ok(kinds)
    }
}

impl Part for Filesystem {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let mut mounts = Vec::new();
        let listed = self.list(system, &mut mounts);
        let asked = self.ask(mounts.iter().map(|mount| Path::new(&mount.point)), |at, usage| {
            let Mount { device, point, kind, mode } = &mounts[at];
            for (state, bytes) in [("used", usage.used()), ("free", usage.available), ("reserved", usage.reserved())] {
                out.count(&rows::FILESYSTEM_USAGE, bytes, &[device, mode, point, kind, state]);
            }
            for (state, inodes) in [("used", usage.files_used()), ("free", usage.files_free)] {
                out.count(&rows::FILESYSTEM_INODES, inodes, &[device, mode, point, kind, state]);
            }
            if let Some(share) = usage.share() {
                out.put(&rows::FILESYSTEM_UTILIZATION, share, &[device, mode, point, kind]);
            }
        });
        asked.and(listed)
    }
}

// === impl Mount ===

impl Mount {
    fn of(line: &mountinfo::Mount<'_>) -> Self {
        let owned = |bytes: &[u8]| text(bytes).into_owned();
        let (device, point, kind) = (owned(&unescape(line.device)), owned(&line.place()), owned(line.fstype));
        Self { device, point, kind, mode: line.mode().unwrap_or("unknown") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks as always, but never comes back from a directory that has a file `hangs`.
    fn hesitate(path: &Path) -> rustix::io::Result<Usage> {
        while path.join("hangs").exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Usage::ask(path)
    }

    /// Scenario: three filesystems of devices, of which one hangs and one is gone, and one without a device. Guarantee:
    /// those of devices are listed; the one that answers is told, the one that hangs is named, and it is back by itself.
    #[test]
    fn one_hangs() {
        let root = tempfile::tempdir().unwrap();
        let path = |path: &str| root.path().join(path);
        std::fs::create_dir_all(path("proc/1")).unwrap();
        std::fs::create_dir_all(path("mnt/stuck")).unwrap();
        std::fs::write(path("mnt/stuck/hangs"), "").unwrap();
        std::fs::write(path("proc/filesystems"), "nodev\tproc\n\text4\n").unwrap();
        let mounts = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / /proc rw - proc proc rw\n\
                      3 1 8:2 / /mnt/stuck ro - ext4 /dev/sdb rw\n4 1 8:3 / /mnt/gone rw - ext4 /dev/sdc rw\nx\n";
        std::fs::write(path("proc/1/mountinfo"), mounts).unwrap();
        let roots = Roots::below(root.path());
        let settings = config::Filesystem::default();
        let mut filesystem = Filesystem::asking(hesitate, Duration::from_millis(200), &settings, &roots);
        let mut system = System::new(roots);
        let mut mounts = Vec::new();
        let damaged = filesystem.list(&mut system, &mut mounts).unwrap_err();
        assert_eq!(damaged, Unavailable::new(path("proc/1/mountinfo"), "line 5 is not a mount"));
        let points: Vec<&str> = mounts.iter().map(|mount| mount.point.as_str()).collect();
        assert_eq!(points, ["/", "/mnt/stuck", "/mnt/gone"]);
        let mut ask = || {
            let mut said = Vec::new();
            (filesystem.ask(points.iter().map(Path::new), |at, _| said.push(at)), said)
        };
        let hung = Unavailable::new(path("mnt/stuck"), "the filesystem there does not answer");
        assert_eq!(ask(), (Err(hung), vec![0]));
        std::fs::remove_file(path("mnt/stuck/hangs")).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let gone = Unavailable::new(path("mnt/gone"), "it does not exist");
        assert_eq!(ask(), (Err(gone), vec![0, 1]));
    }
}
