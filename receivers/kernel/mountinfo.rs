//! `mountinfo`: what is mounted where.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::text::{table, words};
use super::{Damage, Roots, Source, System, Unavailable};

/// The table of the first process, which is the machine's; ours if that cannot be read.
#[derive(Debug)]
pub(crate) struct Table {
    machine: Source,
    own: Source,
    /// Whether ours was read last.
    is_own: bool,
    root: PathBuf,
}

/// What a table says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'f> {
    /// All of it.
    pub(crate) text: &'f [u8],
    /// Where the machine's root is mounted for whoever's table it is; nothing stands for `/`.
    prefix: &'f [u8],
}

/// A line: `ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [TAG...] - TYPE DEVICE OPTIONS`. Names still have the kernel's
/// escapes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mount<'f> {
    /// What is mounted.
    pub(crate) device: &'f [u8],
    /// Where, as it is written.
    pub(crate) mountpoint: &'f [u8],
    /// The type of the filesystem.
    pub(crate) fstype: &'f [u8],
    /// Options of this mount.
    own: &'f [u8],
    /// Options of the filesystem, for all its mounts.
    all: &'f [u8],
    prefix: &'f [u8],
}

/// Where a mountpoint of the machine is, as seen from here.
pub(crate) fn below(root: &Path, mountpoint: &[u8]) -> PathBuf {
    root.join(OsStr::from_bytes(mountpoint.strip_prefix(b"/").unwrap_or(mountpoint)))
}

/// Undoes the kernel's escapes: a backslash and three octal digits for a blank, a tab, a line break and itself.
pub(crate) fn unescape(escaped: &[u8]) -> Vec<u8> {
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

// === impl Table ===

impl Table {
    pub(crate) fn new(roots: &Roots) -> Self {
        let (machine, own) = (roots.proc("1/mountinfo"), roots.proc("self/mountinfo"));
        Self { machine, own, is_own: false, root: roots.root.clone() }
    }

    /// Where the table is that was read last.
    pub(crate) fn path(&self) -> &Path {
        if self.is_own { self.own.path() } else { self.machine.path() }
    }

    /// Reads the table and hands it to `take`.
    ///
    /// # Errors
    /// If neither can be read.
    pub(crate) fn read<T>(
        &mut self,
        system: &mut System,
        take: impl FnOnce(Content<'_>) -> T,
    ) -> Result<T, Unavailable> {
        self.is_own = false;
        if let Ok(text) = system.read(&mut self.machine) {
            return Ok(take(Content::of(text)));
        }
        self.is_own = true;
        let prefix = if self.root == Path::new("/") { &[] } else { self.root.as_os_str().as_encoded_bytes() };
        let read = system.read(&mut self.own).map(|text| take(Content { text, prefix }));
        read.map_err(|error| Unavailable::io(self.own.path(), &error))
    }
}

// === impl Content ===

impl<'f> Content<'f> {
    /// The table of the machine.
    pub(crate) fn of(text: &'f [u8]) -> Self {
        Self { text, prefix: b"" }
    }

    /// Calls `each` with every mount.
    ///
    /// # Errors
    /// The first line that is something else; the others are read all the same.
    pub(crate) fn mounts(self, mut each: impl FnMut(Mount<'f>)) -> Result<(), Damage> {
        let of = |mount| Mount { prefix: self.prefix, ..mount };
        table(self.text, 0, (parse, "a mount"), |mount| each(of(mount)))
    }
}

// === impl Mount ===

impl Mount<'_> {
    /// Where it is mounted, as the machine sees it.
    pub(crate) fn place(&self) -> Vec<u8> {
        let place = unescape(self.mountpoint);
        match place.strip_prefix(self.prefix) {
            Some(b"") => b"/".to_vec(),
            Some(below) if below.starts_with(b"/") => below.to_vec(),
            _ => place,
        }
    }

    /// Whether nothing can be written here: to this mount, or to the filesystem wherever it is mounted.
    pub(crate) fn is_read_only(&self) -> bool {
        [self.own, self.all].iter().any(|options| has(options, b"ro"))
    }

    /// Whether this mount is for reading and writing, whatever its filesystem is; nothing if it does not say.
    pub(crate) fn mode(&self) -> Option<&'static str> {
        let mut options = self.own.split(|byte| *byte == b',');
        options.find_map(|option| match option {
            b"rw" => Some("rw"),
            b"ro" => Some("ro"),
            _ => None,
        })
    }
}

fn parse(line: &[u8]) -> Option<Mount<'_>> {
    let mut words = words(line);
    let mountpoint = words.by_ref().nth(4).filter(|mountpoint| mountpoint.starts_with(b"/"))?;
    let own = words.next()?;
    words.by_ref().find(|word| *word == b"-")?;
    let (fstype, device) = (words.next()?, words.next()?);
    Some(Mount { device, mountpoint, fstype, own, all: words.next().unwrap_or_default(), prefix: b"" })
}

fn has(options: &[u8], option: &[u8]) -> bool {
    options.split(|byte| *byte == b',').any(|one| one == option)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a line with a blank in a name, cut off anywhere. Guarantee: what is mounted where, or nothing.
    #[test]
    fn lines_of_mountinfo() {
        let line = b"36 35 98:0 /mnt1 /mnt/with\\040blank ro,noatime master:1 - ext4 /dev/root rw,errors=continue";
        let mount = parse(line).unwrap();
        assert_eq!((mount.device, mount.place().as_slice()), (&b"/dev/root"[..], &b"/mnt/with blank"[..]));
        assert_eq!((mount.fstype, mount.mode(), mount.is_read_only()), (&b"ext4"[..], Some("ro"), true));
        for cut in 0..60 {
            assert!(parse(&line[..cut]).is_none(), "{cut}");
        }
    }

    /// Scenario: a filesystem that is read-only as a whole, and a mount that does not say. Guarantee: both are told apart.
    #[test]
    fn modes() {
        let mode = |line: &[u8]| parse(line).map(|mount| (mount.mode(), mount.is_read_only()));
        assert_eq!(mode(b"1 0 8:1 / / rw,relatime - ext4 /dev/sda1 ro"), Some((Some("rw"), true)));
        assert_eq!(mode(b"1 0 8:1 / / relatime - ext4 /dev/sda1"), Some((None, false)));
    }

    /// Scenario: our own table, with the machine's root at `/host`, beside it `/hostile`. Guarantee: places are the
    /// machine's; what is not below its root keeps its name.
    #[test]
    fn places() {
        let text = b"1 0 8:1 / /host rw - ext4 /dev/sda1 rw\n\
                     2 0 8:2 / /host/var rw - ext4 /dev/sda2 rw\n\
                     3 0 8:3 / /hostile rw - ext4 /dev/sda3 rw\n";
        let mut places = Vec::new();
        let content = Content { text, prefix: b"/host" };
        assert_eq!(content.mounts(|mount| places.push(mount.place())), Ok(()));
        assert_eq!(places, [&b"/"[..], b"/var", b"/hostile"]);
        assert_eq!(below(Path::new("/host"), b"/var"), Path::new("/host/var"));
    }

    /// Scenario: escapes of every kind, and what only looks like one. Guarantee: names are what users see.
    #[test]
    fn escapes() {
        assert_eq!(unescape(b"a\\040b\\011c\\134d\\012e"), b"a b\tc\\d\ne");
        assert_eq!(unescape(b"\\9\\777\\04"), b"\\9\\777\\04");
    }
}
