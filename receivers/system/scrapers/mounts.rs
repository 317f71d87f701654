//! What is mounted where.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::read;
use crate::node::group::Unavailable;
use crate::node::system::{Roots, Source, System};
use crate::node::text::{lines, words};

/// Lists mounts.
#[derive(Debug)]
pub(super) struct Mounts {
    /// As the first process sees them, and as we do.
    tables: [Source; 2],
    types: Source,
    root: PathBuf,
}

/// A mounted filesystem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// What is mounted.
    pub(super) device: String,
    /// Where, as the machine sees it.
    pub(super) point: String,
    /// The type of the filesystem.
    pub(super) kind: String,
    /// `rw` or `ro`.
    pub(super) mode: &'static str,
}

// === impl Mounts ===

impl Mounts {
    pub(super) fn new(roots: &Roots) -> Self {
        let tables = ["1/mountinfo", "self/mountinfo"].map(|path| roots.proc(path));
        Self { tables, types: roots.proc("filesystems"), root: roots.root.clone() }
    }

    /// What is mounted; without `all`, filesystems of devices only.
    pub(super) fn list(&mut self, system: &mut System, all: bool) -> Result<Vec<Mount>, Unavailable> {
        let kinds = if all { None } else { Some(self.kinds(system)?) };
        let [first, own] = &mut self.tables;
        let content = match system.read(first) {
            Ok(content) => content.to_owned(),
            Err(_) => read(system, own)?.to_owned(),
        };
        let mut seen = HashSet::new();
        let mounts = lines(&content).filter_map(Mount::parse);
        let wanted = |mount: &Mount| kinds.as_ref().is_none_or(|kinds| kinds.contains(mount.kind.as_bytes()));
        let mounts = mounts.filter(wanted).filter(|mount| seen.insert((mount.point.clone(), mount.device.clone())));
        Ok(mounts.collect())
    }

    /// Where to ask for a mount, as seen from here.
    pub(super) fn seen_from_here(&self, point: &Path) -> PathBuf {
        // Our own table already has the root in front.
        if self.root != Path::new("/") && point.starts_with(&self.root) {
            return point.to_owned();
        }
        match point.strip_prefix("/") {
            Ok(below) => self.root.join(below),
            Err(_) => self.root.join(point),
        }
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

// === impl Mount ===

impl Mount {
    /// Reads a line of `mountinfo`; `None` if it is something else.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = words(line);
        let point = unescaped(fields.nth(4)?);
        let options = fields.next()?;
        let mode = match options.split(|byte| *byte == b',').find(|option| matches!(*option, b"rw" | b"ro")) {
            Some(b"rw") => "rw",
            Some(_) => "ro",
            None => "unknown",
        };
        let mut fields = fields.skip_while(|field| *field != b"-").skip(1);
        let kind = unescaped(fields.next()?);
        let device = unescaped(fields.next()?);
        Some(Self { device, point, kind, mode })
    }
}

/// Blanks and the like are written as three octal digits behind a backslash.
fn unescaped(field: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..3).filter(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        match digits {
            Some(digits) if *first == b'\\' => {
                let code = digits.iter().fold(0u32, |code, digit| code * 8 + u32::from(digit - b'0'));
                bytes.push(code as u8);
                rest = &after[3..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: lines of mountinfo: usual, with blanks, cut off. Guarantee: what is mounted where, or nothing.
    #[test]
    fn lines_of_mountinfo() {
        let line = b"36 35 98:0 /mnt1 /mnt/with\\040blank ro,noatime master:1 - ext4 /dev/root rw,errors=continue";
        let mount = Mount::parse(line).unwrap();
        assert_eq!((mount.device.as_str(), mount.point.as_str()), ("/dev/root", "/mnt/with blank"));
        assert_eq!((mount.kind.as_str(), mount.mode), ("ext4", "ro"));
        for cut in 0..60 {
            assert_eq!(Mount::parse(&line[..cut]), None, "{cut}");
        }
    }
}
