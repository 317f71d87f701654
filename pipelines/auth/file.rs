//! [`Watched`]: the text of a file of credentials, read again when it changes.
//!
//! The file is looked at twice a second. That sees what an inotify watch on it misses (a symlink of Kubernetes that is
//! swapped, a file that is replaced, network file systems) and costs one system call.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs;
use tokio::time::sleep;

use crate::runtime::{Stop, Tasks};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Largest file, in bytes: a hundred thousand keys.
const LARGEST: u64 = 16 << 20;

/// A file that is watched.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    /// What was read last, or could not be.
    seen: Stamp,
}

/// What tells one content from another without reading it, through symlinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stamp {
    File { device: u64, inode: u64, size: u64, changed: (i64, i64), modified: (i64, i64) },
    Unreadable(ErrorKind),
}

// === impl Watched ===

impl Watched {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// If it cannot be read: one lowercase sentence without a final dot.
    pub async fn open(path: &Path) -> Result<(Self, String), String> {
        // The stamp comes first: what is written meanwhile will look like a change.
        let seen = Stamp::of(path).await;
        let text = read(path).await?;
        Ok((Self { path: path.to_owned(), seen }, text))
    }

    /// Hands over every new content, and why it could not be read, until the stop.
    pub fn follow(mut self, tasks: &Tasks, mut stop: Stop, take: impl Fn(Result<String, String>) + Send + 'static) {
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = stop.requested() => return,
                    text = self.changed() => take(text),
                }
            }
        });
    }

    /// Waits until the content is another one, and reads it. It must stay the same from one look to the next, so that a
    /// file somebody is writing is not read half.
    async fn changed(&mut self) -> Result<String, String> {
        let mut last = self.seen;
        loop {
            sleep(LOOK).await;
            let stamp = Stamp::of(&self.path).await;
            if stamp != self.seen && stamp == last {
                self.seen = stamp;
                return read(&self.path).await;
            }
            last = stamp;
        }
    }
}

/// Reads a file of credentials.
///
/// # Errors
/// If it cannot be read: one lowercase sentence without a final dot.
pub(super) async fn read(path: &Path) -> Result<String, String> {
    let wrong = |error: io::Error| format!("{} cannot be read: {error}", path.display());
    let metadata = fs::metadata(path).await.map_err(wrong)?;
    if !metadata.is_file() {
        return Err(format!("{} is not a file", path.display()));
    }
    if metadata.len() > LARGEST {
        return Err(format!("{} has {} bytes; expected at most {LARGEST}", path.display(), metadata.len()));
    }
    fs::read_to_string(path).await.map_err(wrong)
}

// === impl Stamp ===

impl Stamp {
    async fn of(path: &Path) -> Self {
        match fs::metadata(path).await {
            Ok(metadata) => Self::File {
                device: metadata.dev(),
                inode: metadata.ino(),
                size: metadata.size(),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
            },
            Err(error) => Self::Unreadable(error.kind()),
        }
    }
}
