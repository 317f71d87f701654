//! A small file system that can fill up and become read-only. Only root can make one.

use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

/// A file system, gone with this.
pub(crate) struct Disk {
    folder: tempfile::TempDir,
    /// The file that is its medium; one in memory has none.
    image: Option<tempfile::NamedTempFile>,
}

/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`: nothing reaches the medium from now on, as in a power cut.
/// Says from when to when that took, in nanoseconds since 1970.
const POWER_OFF: &str = "import fcntl, os, struct, sys, time\n\
    disk = os.open(sys.argv[1], os.O_RDONLY)\n\
    start = time.time_ns()\n\
    fcntl.ioctl(disk, 0x8004587d, struct.pack('I', 2))\n\
    print(start, time.time_ns())";

// === impl Disk ===

impl Disk {
    /// One in memory of so many MiB; `None`, said loudly, where none can be mounted.
    pub(crate) fn small(test: &str, mib: u32) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap(), image: None };
        let mounted = disk.run("mount", &["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]);
        disk.or_skip(test, mounted)
    }

    /// One with a journal on a file of so many MiB, whose power can be cut; `None` as above.
    pub(crate) fn journaled(test: &str, mib: u64) -> Option<Self> {
        let image = tempfile::NamedTempFile::new().unwrap();
        image.as_file().set_len(mib << 20).unwrap();
        let made = Command::new("mkfs.ext4").arg("-q").arg(image.path()).output();
        let made = made.map_err(|error| error.to_string()).and_then(succeeded);
        let disk = Self { folder: tempfile::tempdir().unwrap(), image: Some(image) };
        let mounted = made.and_then(|_| disk.mount());
        disk.or_skip(test, mounted)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all room but so many bytes, until the next call.
    pub(crate) fn leave(&self, bytes: u64) {
        let ballast = self.path().join("ballast");
        let _ = std::fs::remove_file(&ballast);
        let space = rustix::fs::statvfs(self.path()).unwrap();
        let free = space.f_bavail * space.f_frsize;
        // Others may be faster to take the last of it.
        let _ = std::fs::write(&ballast, vec![0; usize::try_from(free.saturating_sub(bytes)).unwrap()]);
    }

    /// Makes a journaled one fail, whereupon the system allows reading only, also of files that are open for writing.
    /// Returns from when to when that took; what is said of Linux in [`Disk::cut_power`] holds here as well.
    pub(crate) fn fail(&self) -> Range<SystemTime> {
        let found = Command::new("findmnt").args(["-no", "SOURCE"]).arg(self.path()).output().unwrap();
        let device = String::from_utf8(found.stdout).unwrap();
        let device = device.trim().rsplit('/').next().unwrap();
        let when = SystemTime::now();
        std::fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "1").unwrap();
        when..SystemTime::now()
    }

    /// Cuts the power of a journaled one: what was not synced is gone, and nothing can be written any more. Returns
    /// from when to when that took.
    ///
    /// A sync that is under way at that moment may say that it succeeded although it did not (Linux 6.18 does so to a
    /// plain loop of `pwrite` and `fdatasync` as well): whoever hears of it would be without power, so it does not count.
    pub(crate) fn cut_power(&self) -> Range<SystemTime> {
        let said = self.run("python3", &["-c", POWER_OFF]).unwrap();
        let time = |nanos: &str| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos.parse().unwrap());
        let (start, end) = said.trim().split_once(' ').unwrap();
        time(start)..time(end)
    }

    /// Mounts a journaled one anew, as after a power cut; nobody may use it.
    pub(crate) fn revive(&self) {
        self.run("umount", &[]).unwrap();
        // Says 1 when it mended something.
        let _ = Command::new("e2fsck").arg("-p").arg(self.image.as_ref().unwrap().path()).output();
        self.mount().unwrap();
    }

    fn mount(&self) -> Result<String, String> {
        let image = self.image.as_ref().unwrap().path().to_str().unwrap();
        self.run("mount", &["-o", "loop,errors=remount-ro", image])
    }

    /// Runs a command on its folder.
    fn run(&self, command: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(command).args(arguments).arg(self.path()).output();
        output.map_err(|error| format!("{command}: {error}")).and_then(succeeded)
    }

    fn or_skip(self, test: &str, mounted: Result<String, String>) -> Option<Self> {
        if let Err(why) = mounted {
            super::skip(test, &format!("no file system could be mounted: {why}"));
            return None;
        }
        Some(self)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the process under test may have a file open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

/// What it said.
fn succeeded(output: std::process::Output) -> Result<String, String> {
    let said = if output.status.success() { Ok(output.stdout) } else { Err(output.stderr) };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    said.map(text).map_err(text)
}
