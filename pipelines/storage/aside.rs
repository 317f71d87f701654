//! [`Aside`]: copies of damaged ranges, kept in `corrupt/` for people to look at, the newest of them, up to a bound.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::directory::no_links;
use super::walk::read_forgiving;

/// Most that is kept, in bytes, unless an eighth of the queue's bound is less.
const MAX_BYTES: u64 = 64 << 20;
/// Its name in the queue's directory.
const FOLDER: &str = "corrupt";
/// Piece in which ranges are copied.
const PIECE: u64 = 1 << 20;

/// The folder `corrupt/` of a queue.
#[derive(Debug)]
pub(super) struct Aside {
    path: PathBuf,
    limit: u64,
    /// Files kept, oldest first, with their lengths.
    kept: Vec<(PathBuf, u64)>,
}

// === impl Aside ===

impl Aside {
    /// Looks at what is there.
    pub(super) fn open(queue: &Path, max_bytes: u64) -> Self {
        let path = queue.join(FOLDER);
        let mut kept: Vec<(PathBuf, std::time::SystemTime, u64)> = Vec::new();
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            if let Ok(about) = entry.metadata() {
                kept.push((entry.path(), about.modified().unwrap_or(std::time::UNIX_EPOCH), about.len()));
            }
        }
        kept.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        let kept = kept.into_iter().map(|(path, _, length)| (path, length)).collect();
        Self { path, limit: MAX_BYTES.min(max_bytes / 8), kept }
    }

    /// Bytes kept.
    pub(super) fn bytes(&self) -> u64 {
        self.kept.iter().map(|(_, length)| length).sum()
    }

    /// Copies a range of a file, or the start of it if it is larger than the bound or the queue has only so much room
    /// on disk.
    pub(super) fn copy(&mut self, file: &File, name: &str, range: Range<u64>, room: u64) -> io::Result<()> {
        let limit = self.limit.min(self.bytes().saturating_add(room));
        let length = (range.end - range.start).min(limit);
        if length == 0 {
            return Ok(());
        }
        while self.bytes() + length > limit && !self.kept.is_empty() {
            let (oldest, _) = self.kept.remove(0);
            fs::remove_file(oldest)?;
        }
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let path = self.path.join(format!("{name}-{}", range.start));
        let copied = copy(file, &path, range.start..range.start + length);
        if copied.is_err() {
            let _ = fs::remove_file(&path);
        } else {
            self.kept.retain(|(kept, _)| *kept != path);
            self.kept.push((path, length));
        }
        copied
    }
}

fn copy(from: &File, to: &Path, range: Range<u64>) -> io::Result<()> {
    let mut to = no_links().write(true).create(true).truncate(true).mode(0o600).open(to)?;
    let mut at = range.start;
    while at < range.end {
        let mut piece = vec![0; (range.end - at).min(PIECE) as usize];
        read_forgiving(from, &mut piece, at);
        to.write_all(&piece)?;
        at += piece.len() as u64;
    }
    Ok(())
}
