//! What the kernel counts about virtual memory, from `/proc/vmstat`.

use super::group::Group;
use super::names::Names;
use super::record::Recorder;
use crate::catalogue::{Metric, vmstat};
use crate::kernel::text::{lines, named_number, whole_lines};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects what the kernel counts about virtual memory.
pub(super) struct Vmstat {
    source: Source,
    rows: Names<&'static Metric>,
    /// Bytes.
    page_size: u64,
}

// === impl Vmstat ===

impl Vmstat {
    pub(super) fn new(roots: &Roots) -> Self {
        let page_size = rustix::param::page_size() as u64;
        Self { source: roots.proc("vmstat"), rows: Names::new(vmstat::LINES), page_size }
    }
}

impl Group for Vmstat {
    fn name(&self) -> &'static str {
        "vmstat"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let Self { source, rows, page_size } = self;
        let bytes = match system.read(source) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Unavailable::io(source.path(), &error)),
        };
        let (text, is_cut) = whole_lines(bytes);
        let (mut faults, mut major, mut found) = (None, None, 0);
        rows.rewind();
        for (name, value) in lines(text).filter_map(named_number) {
            let Some(row) = rows.find(name) else { continue };
            found += 1;
            out.counter(row, value, &[]);
            match name {
                b"pgfault" => faults = Some(value),
                b"pgmajfault" => major = Some(value),
                b"pswpin" => out.counter(&vmstat::SWAP_IN, value.saturating_mul(*page_size), &[]),
                b"pswpout" => out.counter(&vmstat::SWAP_OUT, value.saturating_mul(*page_size), &[]),
                _ => {}
            }
        }
        if let (Some(faults), Some(major)) = (faults, major)
            && let Some(minor) = faults.checked_sub(major)
        {
            out.counter(&vmstat::MINOR_FAULTS, minor, &[]);
        }
        match found {
            _ if is_cut => Err(Unavailable::new(source.path(), "it ends in the middle of a line")),
            0 => Err(Unavailable::new(source.path(), "nothing in it is known")),
            _ => Ok(()),
        }
    }
}
