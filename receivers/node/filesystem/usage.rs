//! [`Usage`]: what a filesystem says of itself.

use std::io;
use std::path::Path;

use super::super::record::Recorder;
use crate::catalogue::{Label, filesystem};

/// How full a filesystem is, in bytes and inodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Usage {
    size: u64,
    free: u64,
    available: u64,
    files: u64,
    files_free: u64,
}

// === impl Usage ===

impl Usage {
    /// Asks the filesystem at a path, which may take forever.
    pub(in crate::node) fn ask(path: &Path) -> io::Result<Self> {
        let said = rustix::fs::statvfs(path)?;
        let bytes = |blocks: u64| blocks.saturating_mul(said.f_frsize);
        Ok(Self {
            size: bytes(said.f_blocks),
            free: bytes(said.f_bfree),
            available: bytes(said.f_bavail),
            files: said.f_files,
            files_free: said.f_ffree,
        })
    }

    pub(super) fn record(&self, labels: &[(Label, &str)], out: &mut Recorder) {
        let used = self.size.saturating_sub(self.free);
        out.gauge(&filesystem::SIZE, self.size, labels);
        out.gauge(&filesystem::FREE, self.free, labels);
        out.gauge(&filesystem::AVAILABLE, self.available, labels);
        out.gauge(&filesystem::RESERVED, self.free.saturating_sub(self.available), labels);
        out.gauge(&filesystem::USED, used, labels);
        // What holds nothing, such as a filesystem of control files, is neither full nor empty.
        let for_everybody = used as f64 + self.available as f64;
        if for_everybody > 0.0 {
            out.gauge(&filesystem::USAGE, used as f64 / for_everybody * 100.0, labels);
        }
        out.gauge(&filesystem::FILES, self.files, labels);
        out.gauge(&filesystem::FILES_FREE, self.files_free, labels);
        out.gauge(&filesystem::FILES_USED, self.files.saturating_sub(self.files_free), labels);
    }
}
