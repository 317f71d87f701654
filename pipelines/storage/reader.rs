//! The thread that reads back what is on disk only, ahead of the consumers, so that no task waits for the disk.

use std::fs::File;
use std::io;
use std::thread;
use std::time::SystemTime;

use super::entry::{Entry, OVERHEAD};
use super::error::RETRY_AFTER;
use super::format::SegmentId;
use super::shared::Shared;
use super::state::{Loaded, READY_BYTES};
use super::walk::{Step, Walk};

/// Read before what was found is handed over, in bytes of memory.
const PIECE: u64 = READY_BYTES / 8;

/// A queue that cannot be read any more is over.
struct Ending<'a>(&'a Shared);

/// Reads until the queue is stopped.
pub(super) fn run(shared: &Shared) {
    let _ending = Ending(shared);
    let mut open: Option<(SegmentId, File)> = None;
    loop {
        shared.wait_for_reader();
        let Some((id, from, end)) = shared.with(|state| state.wants()) else {
            if shared.with(|state| state.stopped || state.ended) {
                return;
            }
            continue;
        };
        if open.as_ref().is_none_or(|(open, _)| *open != id) {
            open = match File::open(shared.directory.segment(id)) {
                Ok(file) => Some((id, file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => {
                    // No file handles left, perhaps: nothing is lost as long as it is tried again.
                    tracing::error!(queue = %shared.name, %error, segment = %id.file_name(), "cannot open a segment");
                    thread::sleep(RETRY_AFTER);
                    continue;
                }
            };
        }
        let (found, to) = match &open {
            Some((_, file)) => read(shared, file, id, from, end),
            // Whatever was in it counts as lost.
            None => (Vec::new(), end),
        };
        shared.with(|state| state.load(id, from, to, found, SystemTime::now()));
    }
}

/// What is in a piece of a segment, and where the next piece starts.
fn read(shared: &Shared, file: &File, id: SegmentId, from: u64, end: u64) -> (Vec<Loaded>, u64) {
    let mut walk = Walk::new(file, id, from..end);
    let (mut found, mut bytes) = (Vec::new(), 0);
    while bytes < PIECE {
        match walk.next() {
            Some(Step::Entry(header, offset)) if !header.done => {
                bytes += header.length() + OVERHEAD;
                found.push(match walk.body(&header, offset) {
                    Ok(body) => match Entry::decode(&header, id, offset, body) {
                        Some(entry) => Loaded::Entry(offset, entry),
                        None => {
                            keep(shared, file, id, offset..offset + header.length());
                            Loaded::Corrupt(offset, header)
                        }
                    },
                    Err(error) => {
                        tracing::error!(queue = %shared.name, %error, items = header.items, "cannot read an entry; it is left for the next start");
                        Loaded::Unreadable(offset, header)
                    }
                });
            }
            Some(Step::Entry(..)) => {}
            Some(Step::Gap(gap)) => {
                let segment = id.file_name();
                tracing::error!(queue = %shared.name, %segment, at = gap.start, "damaged; left for the next start");
                found.push(Loaded::Gap);
            }
            None => break,
        }
    }
    (found, walk.at())
}

fn keep(shared: &Shared, file: &File, id: SegmentId, range: std::ops::Range<u64>) {
    let (bytes, name) = (range.end - range.start, id.file_name());
    tracing::error!(queue = %shared.name, segment = %name, at = range.start, bytes, "damaged; kept aside in corrupt/ and passed over");
    if let Err(error) = shared.keep_aside(file, &name, range) {
        tracing::warn!(queue = %shared.name, %error, "a damaged range cannot be kept aside");
    }
}

// === impl Ending ===

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            tracing::error!(queue = %self.0.name, "the queue stops: the thread that reads panicked");
            self.0.with(|state| {
                state.closed = true;
                state.stop();
            });
        }
    }
}
