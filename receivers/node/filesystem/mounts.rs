//! [`Mounts`]: what is mounted where, of `/proc/1/mountinfo`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::super::config;
use crate::kernel::Damage;
use crate::kernel::mountinfo::{self, Content, below, unescape};
use crate::kernel::text::text;

/// The filesystems that are asked, and where each of them is.
#[derive(Debug)]
pub(super) struct Mounts {
    /// What they were made of. As long as nothing is mounted, nothing is made anew.
    content: Vec<u8>,
    pub(super) mounts: Vec<Mount>,
    /// Where each of them is as seen from here.
    pub(super) paths: Arc<[Arc<Path>]>,
    /// What is wrong with the table.
    pub(super) damage: Result<(), Damage>,
}

/// A mounted filesystem.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) device: String,
    pub(super) mountpoint: String,
    pub(super) fstype: String,
    pub(super) is_read_only: bool,
}

// === impl Mounts ===

impl Mounts {
    /// Takes the table as it is now. Mountpoints are found below `root`.
    pub(super) fn take(&mut self, content: Content<'_>, root: &Path, settings: &config::Filesystem) {
        if self.content == content.text {
            return;
        }
        self.content.clear();
        self.content.extend_from_slice(content.text);
        let mut found = Vec::new();
        let mut places = HashMap::new();
        self.damage = content.mounts(|line| {
            // What is mounted over something else hides it: asking the directory would get the other one's answer.
            if let Some(hidden) = places.insert(line.mountpoint, found.len()) {
                found[hidden] = None;
            }
            found.push(mount(&line, root, settings));
        });
        let paths;
        (self.mounts, paths) = found.into_iter().flatten().unzip::<_, _, _, Vec<_>>();
        self.paths = paths.into();
    }
}

impl Default for Mounts {
    fn default() -> Self {
        Self { content: Vec::new(), mounts: Vec::new(), paths: Arc::default(), damage: Ok(()) }
    }
}

/// A mount that is wanted, and where it is as seen from here.
fn mount(line: &mountinfo::Mount<'_>, root: &Path, settings: &config::Filesystem) -> Option<(Mount, Arc<Path>)> {
    let fstype = text(line.fstype);
    if settings.type_exclude.matches(&fstype) {
        return None;
    }
    let place = line.place();
    let name = text(&place);
    if settings.mount_exclude.matches(&name) {
        return None;
    }
    let mount = Mount {
        device: text(&unescape(line.device)).into_owned(),
        mountpoint: name.into_owned(),
        fstype: fstype.into_owned(),
        is_read_only: line.is_read_only(),
    };
    Some((mount, below(root, &place).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> (Vec<String>, Option<usize>) {
        let mut mounts = Mounts::default();
        mounts.take(Content::of(content.as_bytes()), Path::new("/host"), &config::Filesystem::default());
        let text = |(mount, path): (&Mount, &Arc<Path>)| {
            let mode = if mount.is_read_only { "ro" } else { "rw" };
            format!("{} {} {} {mode} {}", mount.device, mount.mountpoint, mount.fstype, path.display())
        };
        (
            mounts.mounts.iter().zip(mounts.paths.iter()).map(text).collect(),
            mounts.damage.err().map(|damage| damage.line),
        )
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
