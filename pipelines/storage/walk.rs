//! [`Walk`]: the entries of a segment by their headers, past whatever is damaged.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use bytes::Bytes;
use memchr::memmem::Finder;

use super::format::{ENTRY_HEADER, ENTRY_MAGIC, Header, SegmentId};

/// Least and most read at once while looking for headers, in bytes. Small entries share a read; between large ones
/// nothing but headers is read.
const WINDOW: (usize, usize) = (4 << 10, 256 << 10);
/// Read at once while searching a damaged range.
const SEARCH: usize = 1 << 20;
/// What a disk loses at once, in bytes.
const BLOCK: usize = 4 << 10;
/// Stands for what a disk cannot read: no entry starts with it.
const LOST: u8 = 0xff;

/// One thing found in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An entry and where it starts.
    Entry(Header, u64),
    /// Bytes that are no entry.
    Gap(Range<u64>),
}

/// Goes through a segment from one entry to the next.
pub(super) struct Walk<'a> {
    file: &'a File,
    id: SegmentId,
    at: u64,
    end: u64,
    window: Vec<u8>,
    start: u64,
    size: usize,
    unreadable: bool,
}

// === impl Walk ===

impl<'a> Walk<'a> {
    /// Goes through the bytes of `range`, which starts where an entry does.
    pub(super) fn new(file: &'a File, id: SegmentId, range: Range<u64>) -> Self {
        Self {
            file,
            id,
            at: range.start,
            end: range.end,
            window: Vec::new(),
            start: 0,
            size: WINDOW.0,
            unreadable: false,
        }
    }

    /// Where the next entry will be looked for.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Whether the disk did not give back a part of it: what seems damaged may be whole.
    pub(super) fn is_unreadable(&self) -> bool {
        self.unreadable
    }

    /// The body of an entry this walk found: from what was read already, or else from the file.
    pub(super) fn body(&self, header: &Header, offset: u64) -> io::Result<Bytes> {
        let from = offset + ENTRY_HEADER;
        let length = (header.length() - ENTRY_HEADER) as usize;
        let inside = from.checked_sub(self.start).and_then(|skip| self.window.get(skip as usize..)?.get(..length));
        if let Some(body) = inside {
            return Ok(Bytes::copy_from_slice(body));
        }
        let mut body = vec![0; length];
        self.file.read_exact_at(&mut body, from)?;
        Ok(body.into())
    }

    fn header(&mut self, at: u64) -> Option<Header> {
        let seed = self.id.seed(at);
        let end = self.end;
        let header = Header::decode(self.window(at), seed)?;
        (at + header.length() <= end).then_some(header)
    }

    /// The bytes from `at`, enough for a header unless the end is near.
    fn window(&mut self, at: u64) -> &[u8] {
        let inside = at >= self.start && at + ENTRY_HEADER <= self.start + self.window.len() as u64;
        if !inside {
            let near = at >= self.start && at < self.start + 2 * self.window.len() as u64;
            self.size = if near { (self.size * 2).min(WINDOW.1) } else { WINDOW.0 };
            let length = (self.end.saturating_sub(at)).min(self.size as u64) as usize;
            self.window.resize(length, 0);
            self.unreadable |= !read_forgiving(self.file, &mut self.window, at);
            self.start = at;
        }
        &self.window[(at - self.start) as usize..]
    }

    /// The next place at or after `from` where an entry starts, or the end.
    fn search(&mut self, mut from: u64) -> u64 {
        let finder = Finder::new(&ENTRY_MAGIC);
        let mut piece = Vec::new();
        while from + ENTRY_HEADER <= self.end {
            let length = (self.end - from).min(SEARCH as u64) as usize;
            piece.resize(length, 0);
            self.unreadable |= !read_forgiving(self.file, &mut piece, from);
            if let Some(found) =
                finder.find_iter(&piece).map(|at| from + at as u64).find(|at| self.header(*at).is_some())
            {
                return found;
            }
            // The magic may lie across the border of two pieces.
            from += (length - (ENTRY_MAGIC.len() - 1)) as u64;
        }
        self.end
    }
}

impl Iterator for Walk<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.at < self.end {
            let from = self.at;
            let Some(header) = self.header(from) else {
                self.at = self.search(from + 1);
                return Some(Step::Gap(from..self.at));
            };
            self.at = from + header.length();
            if header.signal.is_some() {
                return Some(Step::Entry(header, from));
            }
        }
        None
    }
}

/// Fills the buffer from the file; what cannot be read is filled with [`LOST`], a block at a time. Whether all could.
pub(super) fn read_forgiving(file: &File, buffer: &mut [u8], at: u64) -> bool {
    let (mut done, mut readable) = (0, true);
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], at + done as u64) {
            Ok(0) => {
                buffer[done..].fill(LOST);
                return false;
            }
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => {
                let place = at + done as u64;
                let rest = BLOCK - (place % BLOCK as u64) as usize;
                let end = (done + rest).min(buffer.len());
                buffer[done..end].fill(LOST);
                (done, readable) = (end, false);
            }
        }
    }
    readable
}
