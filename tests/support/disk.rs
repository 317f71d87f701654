//! A small file system that can fill up and become read-only. Only root can make one.

use std::path::Path;
use std::process::Command;

/// A file system in memory, gone with this.
pub(crate) struct Disk(tempfile::TempDir);

// === impl Disk ===

impl Disk {
    /// One of so many MiB; `None`, said loudly, where none can be mounted.
    pub(crate) fn small(test: &str, mib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]).arg(folder.path());
        match mount.output() {
            Ok(output) if output.status.success() => Some(Self(folder)),
            failed => {
                super::skip(test, &format!("no file system could be mounted: {failed:?}"));
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all room but so many bytes, until the next call.
    pub(crate) fn leave(&self, bytes: u64) {
        let ballast = self.path().join("ballast");
        let _ = std::fs::remove_file(&ballast);
        let space = rustix::fs::statvfs(self.path()).unwrap();
        let free = space.f_bavail * space.f_frsize;
        std::fs::write(&ballast, vec![0; usize::try_from(free.saturating_sub(bytes)).unwrap()]).unwrap();
    }

    /// Makes it read-only, also for files that are open, or writable again.
    pub(crate) fn writable(&self, writable: bool) -> bool {
        let mode = if writable { "remount,rw" } else { "remount,ro" };
        Command::new("mount").args(["-o", mode]).arg(self.path()).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the process under test may have a file open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
