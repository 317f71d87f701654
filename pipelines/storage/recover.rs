//! What a queue does with the files it finds: finds the entries that wait by their headers, cuts off what a crash left
//! half written, keeps damaged ranges aside. Nothing it finds keeps the queue from being opened.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::SystemTime;

use super::aside::Aside;
use super::directory::{Directory, no_links};
use super::error::OpenError;
use super::format::{Header, SEGMENT_HEADER, SegmentId, VERSION, version};
use super::state::Segment;
use super::walk::{Step, Walk};
use super::{Amount, Usage};

/// What was found.
#[derive(Debug)]
pub(super) struct Recovered {
    /// Segments with something that waits, oldest first.
    pub(super) segments: Vec<Segment>,
    /// Number of the next segment.
    pub(super) next: u64,
    /// Bytes of all files, also of those that are left alone.
    pub(super) bytes: u64,
    /// What was counted meanwhile.
    pub(super) counted: Usage,
}

/// Looks through a directory.
pub(super) struct Recovery<'a> {
    queue: &'a str,
    directory: &'a Directory,
    aside: &'a mut Aside,
    max_bytes: u64,
    found: Recovered,
}

/// What one file holds.
struct Scan {
    live: Amount,
    times: Option<(SystemTime, SystemTime)>,
    gaps: Vec<Range<u64>>,
    /// End of the last entry.
    end: u64,
    /// The disk did not give back a part of it.
    unreadable: bool,
}

// === impl Recovery ===

impl<'a> Recovery<'a> {
    /// Looks through the directory of `queue`, which may take `max_bytes`.
    pub(super) fn new(queue: &'a str, directory: &'a Directory, aside: &'a mut Aside, max_bytes: u64) -> Self {
        let found = Recovered { segments: Vec::new(), next: 1, bytes: 0, counted: Usage::default() };
        Self { queue, directory, aside, max_bytes, found }
    }

    /// Finds what waits and mends what can be mended.
    pub(super) fn run(mut self) -> Result<Recovered, OpenError> {
        let listing = self.directory.list()?;
        let files = listing.segments.iter().map(|id| self.directory.segment(*id));
        self.found.bytes = files.chain(listing.strangers.iter().cloned()).map(|path| length(&path)).sum();
        for path in listing.strangers {
            tracing::warn!(queue = self.queue, path = %path.display(), "not a segment of this queue; left alone");
        }
        for id in listing.segments {
            self.found.next = self.found.next.max(id.number.saturating_add(1));
            if let Err(error) = self.segment(id) {
                let segment = id.file_name();
                tracing::error!(queue = self.queue, %segment, %error, "cannot recover a segment; left alone");
            }
        }
        self.found.bytes += self.aside.bytes();
        Ok(self.found)
    }

    fn segment(&mut self, id: SegmentId) -> io::Result<()> {
        if self.found.segments.last().is_some_and(|last| last.id.number == id.number) {
            return Err(io::Error::other("another segment has its number"));
        }
        let file = no_links().read(true).write(true).open(self.directory.segment(id))?;
        let length = file.metadata()?.len();
        let mut header = [0; SEGMENT_HEADER as usize];
        let read = file.read_exact_at(&mut header, 0);
        if let Some(other) = read.ok().and_then(|()| version(&header)).filter(|version| *version != VERSION) {
            return Err(io::Error::other(format!(
                "it has version {other} of the format, this engine writes {VERSION}"
            )));
        }
        let scan = Scan::new(&file, id, length);
        self.count(&scan, id, length);
        let end = if scan.unreadable { length } else { self.mend(&scan, &file, id, length) };
        self.found.bytes -= length - end;
        match scan.times {
            Some((oldest, newest)) => {
                let (live, sealed, keep) = (scan.live, true, scan.unreadable);
                self.found.counted.recovered += live;
                self.found.segments.push(Segment { id, length: end, live, oldest, newest, sealed, keep });
            }
            None if scan.unreadable => {}
            None => {
                self.directory.delete(id)?;
                self.found.bytes -= end;
            }
        }
        Ok(())
    }

    fn count(&mut self, scan: &Scan, id: SegmentId, length: u64) {
        let (queue, segment, counted) = (self.queue, id.file_name(), &mut self.found.counted);
        for gap in &scan.gaps {
            let bytes = gap.end - gap.start;
            if gap.end == length {
                counted.torn_bytes += bytes;
                tracing::warn!(queue, %segment, at = gap.start, bytes, "a write was interrupted here");
            } else {
                counted.corrupt += Amount { entries: 1, items: 0, bytes };
                tracing::error!(queue, %segment, at = gap.start, bytes, "damaged; kept aside in corrupt/, passed over");
            }
        }
    }

    /// Keeps damaged ranges aside, covers them with filler so that they are not found again, and cuts off the end;
    /// what cannot be mended now is passed over. The length of the file then.
    fn mend(&mut self, scan: &Scan, file: &File, id: SegmentId, length: u64) -> u64 {
        let (queue, segment) = (self.queue, id.file_name());
        for gap in &scan.gaps {
            let room = self.max_bytes.saturating_sub(self.found.bytes + self.aside.bytes());
            let copied = self.aside.copy(file, &segment, gap.clone(), room);
            let mended = copied.and_then(|()| if gap.end < length { fill(file, id, gap) } else { Ok(()) });
            if let Err(error) = mended {
                tracing::warn!(queue, %segment, %error, "a damaged range cannot be kept aside");
            }
        }
        if scan.end < length
            && let Err(error) = file.set_len(scan.end)
        {
            tracing::warn!(queue, %segment, %error, "a torn end cannot be cut off; passed over");
            return length;
        }
        scan.end
    }
}

// === impl Scan ===

impl Scan {
    fn new(file: &File, id: SegmentId, length: u64) -> Self {
        let end = SEGMENT_HEADER.min(length);
        let mut scan = Self { live: Amount::default(), times: None, gaps: Vec::new(), end, unreadable: false };
        let mut walk = Walk::new(file, id, end..length);
        for step in walk.by_ref() {
            match step {
                Step::Entry(header, offset) => scan.add(&header, offset),
                Step::Gap(gap) => scan.gaps.push(gap),
            }
        }
        scan.unreadable = walk.is_unreadable();
        scan
    }

    fn add(&mut self, header: &Header, offset: u64) {
        self.end = offset + header.length();
        if !header.done {
            self.live += header.amount();
            let since = header.came_in();
            let (oldest, newest) = self.times.unwrap_or((since, since));
            self.times = Some((oldest.min(since), newest.max(since)));
        }
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |about| about.len())
}

fn fill(file: &File, id: SegmentId, gap: &Range<u64>) -> io::Result<()> {
    match Header::filler(gap.end - gap.start) {
        Some(filler) => file.write_all_at(&filler.encode(id.seed(gap.start)), gap.start),
        // Too short for a header; it stays and is counted again at the next start.
        None => Ok(()),
    }
}
