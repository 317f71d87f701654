//! [`Groups`]: which entries were delivered together, so that after a crash the same are, and the destination can tell
//! that it has them already.
//!
//! A file beside the segments holds a record for each group that is handed out, written before it leaves, and another
//! when it is over, written before its entries are marked as done one by one: a process that is killed in between has
//! delivered them all. A record is its number of entries (the highest bit set when they are over), CRC32C of the rest, both
//! 32 bits little-endian, and three 64-bit numbers for each entry. The file is not synced: it survives a killed process,
//! and a power cut costs what is in flight a second delivery, as always.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::BatchId;

/// The name of the file.
const FILE: &str = "groups";
/// The file is written anew, without what is over, when it has grown to this many bytes.
const FULL: u64 = 1 << 20;
/// No file that this engine wrote is longer, in bytes.
const LONGEST: u64 = 64 << 20;
/// How many groups that are over are kept when the file is written anew, as their entries may not be marked yet.
const KEPT: usize = 256;
/// Says of a group that it is over.
const OVER: u32 = 1 << 31;
const HEADER: usize = 8;
const ENTRY: usize = 24;

/// An entry's name, which no other entry of any queue has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId {
    /// Number of its segment.
    pub(super) segment: u64,
    /// Where in the segment.
    pub(super) offset: u64,
    /// The salt of the segment, which is random.
    pub(super) salt: u64,
}

/// The groups of one queue that are not over.
#[derive(Debug)]
pub struct Groups {
    path: PathBuf,
    /// None until something is written, and when a write failed.
    pub(super) file: Option<File>,
    length: u64,
    /// From before, not handed out again yet; each by its first entry.
    left: BTreeMap<EntryId, Vec<EntryId>>,
    /// On their way.
    leaving: BTreeMap<EntryId, Vec<EntryId>>,
    /// Delivered by an earlier process, and perhaps not marked.
    over: BTreeSet<EntryId>,
    /// Delivered by this one, the last of them.
    ended: VecDeque<Vec<EntryId>>,
}

// === impl EntryId ===

impl EntryId {
    /// The id of the batch made of these entries, in this order.
    #[must_use]
    pub fn batch(entries: &[Self]) -> BatchId {
        let numbers = entries.iter().flat_map(|entry| [entry.segment, entry.offset, entry.salt]);
        BatchId::of(&numbers.map(u128::from).collect::<Vec<_>>())
    }
}

// === impl Groups ===

impl Groups {
    /// Reads what an earlier process left in a queue's directory; what cannot be read is left out.
    #[must_use]
    pub fn open(directory: &Path) -> Self {
        let path = directory.join(FILE);
        let bytes = read(&path);
        let mut groups = Self {
            path,
            file: None,
            length: 0,
            left: BTreeMap::new(),
            leaving: BTreeMap::new(),
            over: BTreeSet::new(),
            ended: VecDeque::new(),
        };
        let mut rest = bytes.as_slice();
        while let Some((group, is_over, after)) = decode(rest) {
            rest = after;
            let Some(first) = group.first() else { continue };
            if is_over {
                groups.left.remove(first);
                groups.over.extend(group);
            } else {
                groups.left.insert(*first, group);
            }
        }
        groups
    }

    /// The group that begins with this entry, if it was handed out before. Entries come in order, so that what an earlier
    /// process handed out before this one is over.
    pub fn starting_with(&mut self, first: EntryId) -> Option<&[EntryId]> {
        self.left = self.left.split_off(&first);
        self.left.get(&first).or_else(|| self.leaving.get(&first)).map(Vec::as_slice)
    }

    /// Notes that these entries leave together. Blocks for a write to the page cache.
    ///
    /// # Errors
    /// What the system says. Then a crash can lead to a second delivery that is not recognised.
    pub fn note(&mut self, group: Vec<EntryId>) -> io::Result<()> {
        let Some(first) = group.first() else { return Ok(()) };
        let (first, record) = (*first, encode(&group, false));
        let is_known = self.left.remove(&first).as_ref() == Some(&group) || self.leaving.get(&first) == Some(&group);
        self.leaving.insert(first, group);
        if is_known {
            return Ok(());
        }
        self.append(&record)
    }

    /// The group that begins with this entry is over; its entries may be marked now. Blocks as `note` does.
    ///
    /// # Errors
    /// What the system says. Then a crash while the entries are marked can lead to a second delivery.
    pub fn end(&mut self, first: EntryId) -> io::Result<()> {
        let Some(group) = self.leaving.remove(&first) else { return Ok(()) };
        let record = encode(&group, true);
        self.ended.push_back(group);
        if self.ended.len() > KEPT {
            self.ended.pop_front();
        }
        self.append(&record)
    }

    /// Whether an earlier process delivered this entry, and was killed before it could mark it. Entries come in order.
    pub fn is_over(&mut self, entry: EntryId) -> bool {
        while self.over.first().is_some_and(|first| *first < entry) {
            self.over.pop_first();
        }
        self.over.contains(&entry)
    }

    fn append(&mut self, record: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) if self.length < FULL => match file.write_all(record) {
                Ok(()) => {
                    self.length += record.len() as u64;
                    Ok(())
                }
                Err(error) => {
                    // Nothing behind half a record would be found, so the next one begins a new file.
                    self.file = None;
                    Err(error)
                }
            },
            _ => self.write_anew(),
        }
    }

    /// Puts a file with what is not over in the place of the old one.
    fn write_anew(&mut self) -> io::Result<()> {
        self.file = None;
        let new = self.path.with_extension("new");
        let mut file = options().write(true).create(true).truncate(true).open(&new)?;
        let over: Vec<EntryId> = self.over.iter().copied().collect();
        let groups = self.left.values().chain(self.leaving.values()).map(|group| encode(group, false));
        let ended = self.ended.iter().chain([&over]).map(|group| encode(group, true));
        let bytes: Vec<u8> = groups.chain(ended).flatten().collect();
        file.write_all(&bytes)?;
        fs::rename(&new, &self.path)?;
        self.length = bytes.len() as u64;
        self.file = Some(file);
        Ok(())
    }
}

/// As all files of a queue are opened: for its owner alone, and not through links.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = options().read(true).open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            let path = path.display();
            tracing::warn!(%path, %error, "cannot read what was delivered together; some may be delivered twice");
        }
    }
    bytes
}

fn encode(group: &[EntryId], is_over: bool) -> Vec<u8> {
    let numbers = group.iter().flat_map(|entry| [entry.segment, entry.offset, entry.salt]);
    let body: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
    let mut record = Vec::with_capacity(HEADER + body.len());
    let count = u32::try_from(group.len()).unwrap_or(u32::MAX) | if is_over { OVER } else { 0 };
    record.extend_from_slice(&count.to_le_bytes());
    record.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
    record.extend_from_slice(&body);
    record
}

/// The first group, whether it is over, and what comes after it; `None` at the end and where the bytes are damaged.
fn decode(bytes: &[u8]) -> Option<(Vec<EntryId>, bool, &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let (count, crc) = header.split_at(HEADER / 2);
    let (count, crc) = (u32::from_le_bytes(count.try_into().ok()?), u32::from_le_bytes(crc.try_into().ok()?));
    let (body, after) = rest.split_at_checked(usize::try_from(count & !OVER).ok()?.checked_mul(ENTRY)?)?;
    let number = |entry: &[u8], at: usize| entry.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let entries = body
        .chunks_exact(ENTRY)
        .map(|entry| Some(EntryId { segment: number(entry, 0)?, offset: number(entry, 8)?, salt: number(entry, 16)? }));
    (crc32c::crc32c(body) == crc)
        .then(|| entries.collect::<Option<Vec<_>>>())
        .flatten()
        .map(|group| (group, count & OVER != 0, after))
}
