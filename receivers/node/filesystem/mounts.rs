//! [`Mounts`]: what is mounted where, of `/proc/1/mountinfo`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::super::config;
use super::super::text::{lines, text, words};

/// The filesystems that are asked, and where each of them is.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    /// What they were made of. As long as nothing is mounted, nothing is made anew.
    content: Vec<u8>,
    pub(super) mounts: Vec<Mount>,
    /// Where each of them is as seen from here.
    pub(super) paths: Arc<[Arc<Path>]>,
    /// The first line that makes no sense.
    pub(super) damaged: Option<usize>,
}

/// A mounted filesystem.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) device: String,
    pub(super) mountpoint: String,
    pub(super) fstype: String,
    pub(super) is_read_only: bool,
}

/// A line of the file, still with its escapes.
struct Line<'l> {
    device: &'l [u8],
    mountpoint: &'l [u8],
    fstype: &'l [u8],
    is_read_only: bool,
}

// === impl Mounts ===

impl Mounts {
    /// Takes the file as it is now. Mountpoints lose `prefix`, and are found below `root`.
    pub(super) fn take(&mut self, content: &[u8], prefix: &[u8], root: &Path, settings: &config::Filesystem) {
        if self.content == content {
            return;
        }
        self.content.clear();
        self.content.extend_from_slice(content);
        self.damaged = None;
        let mut found = Vec::new();
        let mut places = HashMap::new();
        for (at, line) in lines(content).enumerate() {
            let Some(line) = parse(line) else {
                self.damaged = self.damaged.or(Some(at + 1));
                continue;
            };
            // What is mounted over something else hides it: asking the directory would get the other one's answer.
            if let Some(hidden) = places.insert(line.mountpoint, found.len()) {
                found[hidden] = None;
            }
            found.push(line.mount(prefix, root, settings));
        }
        let paths;
        (self.mounts, paths) = found.into_iter().flatten().unzip::<_, _, _, Vec<_>>();
        self.paths = paths.into();
    }
}

// === impl Line ===

impl Line<'_> {
    fn mount(&self, prefix: &[u8], root: &Path, settings: &config::Filesystem) -> Option<(Mount, Arc<Path>)> {
        let fstype = text(self.fstype);
        if settings.type_exclude.matches(&fstype) {
            return None;
        }
        let mountpoint = unescape(self.mountpoint);
        let stripped = mountpoint.strip_prefix(prefix).unwrap_or(&mountpoint);
        let mountpoint = if stripped.is_empty() { b"/" } else { stripped };
        let name = text(mountpoint);
        if settings.mount_exclude.matches(&name) {
            return None;
        }
        let below = mountpoint.strip_prefix(b"/").unwrap_or(mountpoint);
        let mount = Mount {
            device: text(&unescape(self.device)).into_owned(),
            mountpoint: name.into_owned(),
            fstype: fstype.into_owned(),
            is_read_only: self.is_read_only,
        };
        Some((mount, root.join(OsStr::from_bytes(below)).into()))
    }
}

/// `ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [TAG...] - TYPE DEVICE OPTIONS`
fn parse(line: &[u8]) -> Option<Line<'_>> {
    let mut words = words(line);
    let mountpoint = words.by_ref().nth(4).filter(|mountpoint| mountpoint.starts_with(b"/"))?;
    let own = words.next()?;
    words.by_ref().find(|word| *word == b"-")?;
    let (fstype, device) = (words.next()?, words.next()?);
    // Either this mount is read-only, or the filesystem is for all its mounts.
    let all = words.next().unwrap_or_default();
    let is_read_only = [own, all].iter().any(|options| options.split(|byte| *byte == b',').any(|one| one == b"ro"));
    Some(Line { device, mountpoint, fstype, is_read_only })
}

/// Undoes the kernel's escapes: a backslash and three octal digits for a blank, a tab, a line break and itself.
fn unescape(escaped: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let [first, more @ ..] = rest {
        let byte = match rest {
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
                Some((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'))
            }
            _ => None,
        };
        plain.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &rest[4..] } else { more };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> (Vec<String>, Option<usize>) {
        let mut mounts = Mounts::default();
        mounts.take(content.as_bytes(), b"", Path::new("/host"), &config::Filesystem::default());
        let text = |(mount, path): (&Mount, &Arc<Path>)| {
            let mode = if mount.is_read_only { "ro" } else { "rw" };
            format!("{} {} {} {mode} {}", mount.device, mount.mountpoint, mount.fstype, path.display())
        };
        (mounts.mounts.iter().zip(mounts.paths.iter()).map(text).collect(), mounts.damaged)
    }

    /// Scenario: escapes of every kind, tags, read-only in either place. Guarantee: names are what users see.
    #[test]
    fn lines_of_mountinfo() {
        let (mounts, damaged) = read(concat!(
            "1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n",
            "2 1 8:2 / /mnt/a\\040b\\011c\\134d\\012e ro,relatime shared:2 master:1 - xfs /dev/mapper/x\\040y rw\n",
            "3 1 0:44 / /mnt/nfs rw - nfs4 server:/export ro,vers=4.2\n",
            "4 1 0:45 / /mnt/odd\\9 rw - fuse.sshfs - rw\n",
        ));
        let expected = [
            "/dev/sda1 / ext4 rw /host/",
            "/dev/mapper/x y /mnt/a b\tc\\d\ne xfs ro /host/mnt/a b\tc\\d\ne",
            "server:/export /mnt/nfs nfs4 ro /host/mnt/nfs",
            "- /mnt/odd\\9 fuse.sshfs rw /host/mnt/odd\\9",
        ];
        assert_eq!(mounts, expected);
        assert_eq!(damaged, None);
    }

    /// Scenario: what is no storage, a mount over another, the same mount twice, and lines that are cut off. Guarantee:
    /// each place once, with what is seen there; damage does not hide the rest.
    #[test]
    fn what_is_left_out() {
        let (mounts, damaged) = read(concat!(
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n",
            "2 1 0:5 / /proc rw - proc proc rw\n",
            "3 1 8:2 / /sys/fs/x rw - ext4 /dev/sdb rw\n",
            "4 1 8:3 / /mnt rw - ext4 /dev/hidden rw\n",
            "5 1 8:4 / /mnt rw - ext4 /dev/seen rw\n",
            "6 1 8:4 / /twice rw - ext4 /dev/seen rw\n",
            "7 1 8:4 / /twice rw - ext4 /dev/seen rw\n",
            "8 1 8:5 / /cut rw - ext4\n",
            "9 1 8:5 / relative rw - ext4 /dev/x rw\n",
            "10 1 0:9 / /over rw - ext4 /dev/below rw\n",
            "11 1 0:9 / /over rw - overlay overlay rw\n",
            "12",
        ));
        assert_eq!(
            mounts,
            ["/dev/sda1 / ext4 rw /host/", "/dev/seen /mnt ext4 rw /host/mnt", "/dev/seen /twice ext4 rw /host/twice",]
        );
        assert_eq!(damaged, Some(8));
    }
}
