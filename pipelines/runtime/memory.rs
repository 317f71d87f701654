//! How much memory this process may use: the limit of its cgroup (v2 or v1), or else the memory of the machine.

use std::fs;
use std::path::{Path, PathBuf};

/// An amount of memory and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// How much, in bytes.
    pub bytes: u64,
    /// The file that says so.
    pub source: PathBuf,
}

/// A v1 cgroup without a limit says a number near 2^63.
const NO_LIMIT: u64 = 1 << 60;

// === impl Memory ===

impl Memory {
    /// The memory this process may use, read from below `root` (`/` outside tests). `None` if nothing can be read.
    #[must_use]
    pub fn of_this_process(root: &Path) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Scenario: cgroup v2, a limit two levels up. Guarantee: the lowest limit on the way counts.
    #[test]
    fn cgroup_v2_limits_are_found() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
        assert_eq!(Memory::of_this_process(root.path()).unwrap().bytes, 16 << 20);
        write(root.path(), "proc/self/cgroup", "0::/system.slice/tfo.service\n");
        write(root.path(), "sys/fs/cgroup/system.slice/tfo.service/memory.max", "max\n");
        write(root.path(), "sys/fs/cgroup/system.slice/memory.max", "8388608\n");
        let memory = Memory::of_this_process(root.path()).unwrap();
        assert_eq!(memory.bytes, 8 << 20);
        assert!(memory.source.ends_with("system.slice/memory.max"));
    }

    /// Scenario: cgroup v1 in a container that sees the host's path. Guarantee: the mount's own limit counts.
    #[test]
    fn cgroup_v1_limits_are_found() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "proc/meminfo", "MemTotal:       16384 kB\n");
        write(root.path(), "proc/self/cgroup", "5:cpu:/docker/abc\n4:memory:/docker/abc\n");
        write(root.path(), "sys/fs/cgroup/memory/memory.limit_in_bytes", "4194304\n");
        assert_eq!(Memory::of_this_process(root.path()).unwrap().bytes, 4 << 20);
        write(root.path(), "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assert_eq!(Memory::of_this_process(root.path()).unwrap().bytes, 16 << 20);
    }
}
