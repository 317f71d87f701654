//! How much memory this process may use: the limit of its cgroup (v2 or v1), or else the memory of the machine.

use std::fs;
use std::path::{Path, PathBuf};

/// An amount of memory and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) bytes: u64,
    pub(super) source: PathBuf,
}

/// A v1 cgroup without a limit says a number near 2^63.
const NO_LIMIT: u64 = 1 << 60;

// === impl Memory ===

impl Memory {
    /// The memory this process may use, read from below `root` (`/` outside tests). `None` if nothing can be read.
    pub(super) fn of_this_process(root: &Path) -> Option<Self> {
        let machine = machine(root);
        let cgroup = cgroups(root).into_iter().filter_map(|file| limit(&file)).min_by_key(|memory| memory.bytes);
        [cgroup, machine].into_iter().flatten().min_by_key(|memory| memory.bytes)
    }
}

/// `MemTotal` of `/proc/meminfo`.
fn machine(root: &Path) -> Option<Memory> {
    let source = root.join("proc/meminfo");
    let text = fs::read_to_string(&source).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(Memory { bytes: kib * 1024, source })
}

fn limit(file: &Path) -> Option<Memory> {
    let bytes = fs::read_to_string(file).ok()?.trim().parse().ok()?;
    (bytes < NO_LIMIT).then(|| Memory { bytes, source: file.to_owned() })
}

/// The limit files of the process's cgroup and of all above it, each of which bounds it. Inside a container the path
/// in `/proc/self/cgroup` may be the host's, and the mount's top is what counts.
fn cgroups(root: &Path) -> Vec<PathBuf> {
    let own = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mut files = Vec::new();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let (mount, file) = match controllers {
            "" => ("sys/fs/cgroup", "memory.max"),
            v1 if v1.split(',').any(|name| name == "memory") => ("sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        let above = Path::new(path.trim_start_matches('/')).ancestors();
        files.extend(above.map(|path| root.join(mount).join(path).join(file)));
    }
    files
}
