//! [`Medium`]: the calls that can fail because of the disk, so that tests can make them fail.

use std::fs::File;
use std::io::{self, IoSlice};

/// Writes and syncs.
pub(super) trait Medium: Send + Sync {
    /// Writes some of the slices at `offset` and says how many bytes.
    fn write(&self, file: &File, slices: &[IoSlice<'_>], offset: u64) -> io::Result<usize>;

    /// Makes what was written outlive a power cut.
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// The disk itself.
pub(super) struct Disk;

/// Slices one call takes: `IOV_MAX` of Linux.
const MAX_SLICES: usize = 1024;

/// Writes all of the slices at `offset`.
pub(super) fn write_all(
    medium: &dyn Medium,
    file: &File,
    slices: &mut [IoSlice<'_>],
    mut offset: u64,
) -> io::Result<()> {
    let mut rest = slices;
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        let some = &rest[..rest.len().min(MAX_SLICES)];
        match medium.write(file, some, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                offset += written as u64;
                IoSlice::advance_slices(&mut rest, written);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

// === impl Disk ===

impl Medium for Disk {
    fn write(&self, file: &File, slices: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        Ok(rustix::io::pwritev(file, slices, offset)?)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}
