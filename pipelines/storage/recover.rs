//! What a queue does with the files it finds: finds the entries that wait by their headers, cuts off what a crash left
//! half written, keeps damaged ranges aside. Nothing it finds keeps the queue from being opened.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::time::SystemTime;

use super::aside::Aside;
use super::directory::Directory;
use super::error::{OpenError, cannot};
use super::format::{Header, SEGMENT_HEADER, SegmentId, VERSION, version};
use super::state::Segment;
use super::walk::{Step, Walk};
use super::{Amount, Usage};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    /// Segments with something that waits, oldest first.
    pub(super) segments: Vec<Segment>,
    /// Number of the next segment.
    pub(super) next: u64,
    /// Bytes of files that are left alone.
    pub(super) foreign: u64,
    /// What was counted meanwhile.
    pub(super) counted: Usage,
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

/// Looks through the directory.
pub(super) fn recover(name: &str, directory: &Directory, aside: &mut Aside) -> Result<Recovered, OpenError> {
    let mut recovered = Recovered { next: 1, ..Recovered::default() };
    let listing = directory.list()?;
    for path in listing.strangers {
        tracing::warn!(queue = name, path = %path.display(), "not a segment of this queue; left alone");
        recovered.foreign += fs::metadata(&path).map_or(0, |about| about.len());
    }
    for id in listing.segments {
        recovered.next = recovered.next.max(id.number.saturating_add(1));
        let path = directory.segment(id);
        let opened = OpenOptions::new().read(true).write(true).open(&path);
        let (file, length) = match opened.and_then(|file| file.metadata().map(|about| (file, about.len()))) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(queue = name, path = %path.display(), %error, "cannot open a segment; left alone");
                continue;
            }
        };
        let mut header = [0; SEGMENT_HEADER as usize];
        let read = file.read_exact_at(&mut header, 0);
        if let Some(newer) = read.ok().and_then(|()| version(&header)).filter(|version| *version != VERSION) {
            tracing::warn!(queue = name, path = %path.display(), version = newer, "written by another version; left alone");
            recovered.foreign += length;
            continue;
        }
        let scan = Scan::new(&file, id, length);
        let end = scan.mend(name, &file, id, length, aside, &mut recovered.counted);
        match scan.times {
            Some((oldest, newest)) => {
                recovered.counted.recovered += scan.live;
                recovered.segments.push(Segment {
                    id,
                    length: end,
                    live: scan.live,
                    oldest,
                    newest,
                    sealed: true,
                    keep: false,
                });
            }
            None if scan.unreadable => recovered.foreign += length,
            None => directory.delete(id).map_err(cannot("delete", &path))?,
        }
    }
    Ok(recovered)
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
            self.live += Amount { entries: 1, items: header.items.into(), bytes: header.telemetry.into() };
            let since = header.came_in();
            let (oldest, newest) = self.times.unwrap_or((since, since));
            self.times = Some((oldest.min(since), newest.max(since)));
        }
    }

    /// Keeps damaged ranges aside, covers them with filler so that they are not found again, and cuts off the end;
    /// what cannot be mended now is passed over. The length of the file then.
    fn mend(&self, name: &str, file: &File, id: SegmentId, length: u64, aside: &mut Aside, counted: &mut Usage) -> u64 {
        let segment = id.file_name();
        for gap in &self.gaps {
            let bytes = gap.end - gap.start;
            let torn = gap.end == length;
            if torn {
                counted.torn_bytes += bytes;
                tracing::warn!(queue = name, %segment, at = gap.start, bytes, "a write was interrupted here; cut off");
            } else {
                counted.corrupt += Amount { entries: 1, items: 0, bytes };
                tracing::error!(queue = name, %segment, at = gap.start, bytes, "damaged; kept aside in corrupt/ and passed over");
            }
            if self.unreadable {
                continue;
            }
            let copied = aside.copy(file, &segment, gap.clone());
            let mended = copied.and_then(|()| if torn { Ok(()) } else { fill(file, id, gap) });
            if let Err(error) = mended {
                tracing::warn!(queue = name, %segment, %error, "a damaged range cannot be kept aside");
            }
        }
        if self.unreadable {
            return length;
        }
        if self.end < length
            && let Err(error) = file.set_len(self.end)
        {
            tracing::warn!(queue = name, %segment, %error, "a torn end cannot be cut off; passed over");
            return length;
        }
        self.end
    }
}

fn fill(file: &File, id: SegmentId, gap: &Range<u64>) -> io::Result<()> {
    match Header::filler(gap.end - gap.start) {
        Some(filler) => file.write_all_at(&filler.encode(id.seed(gap.start)), gap.start),
        // Too short for a header; it stays and is counted again at the next start.
        None => Ok(()),
    }
}
