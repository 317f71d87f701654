//! Open files, from `/proc/sys/fs/file-nr`.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::filefd;
use crate::kernel::text::{number, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects how many files are open.
pub(super) struct Filefd {
    source: Source,
}

// === impl Filefd ===

impl Filefd {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { source: roots.proc("sys/fs/file-nr") }
    }
}

impl Group for Filefd {
    fn name(&self) -> &'static str {
        "filefd"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let source = &mut self.source;
        let bytes = match system.read(source) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Unavailable::io(source.path(), &error)),
        };
        // Allocated, allocated and free again (always 0), and the limit.
        let mut numbers = words(bytes).map(number);
        let (Some(Some(allocated)), Some(Some(_)), Some(Some(limit))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return Err(Unavailable::new(source.path(), "it does not hold three numbers"));
        };
        out.gauge(&filefd::ALLOCATED, allocated, &[]);
        out.gauge(&filefd::MAXIMUM, limit, &[]);
        Ok(())
    }
}
