//! [`orphans`]: queues that wait for an exporter which is not there, because it has another name now, or no queue on disk
//! any more. What they hold was acknowledged, so somebody has to hear of it.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::directory::no_links;
use super::format::SEGMENT_HEADER;

/// The queues below `base` that hold something and that nobody works with, with the bytes of their files.
pub(crate) fn orphans(base: &Path) -> Vec<(PathBuf, u64)> {
    let below = fs::read_dir(base).into_iter().flatten().flatten().map(|entry| entry.path());
    let waiting = below.filter(|path| is_free(path)).map(|path| (size(&path), path));
    waiting.filter(|(size, _)| *size > 0).map(|(size, path)| (path, size)).collect()
}

/// Whether it is a queue's directory, and nobody has its lock.
fn is_free(queue: &Path) -> bool {
    let lock = no_links().read(true).write(true).open(queue.join("lock"));
    lock.is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockShared).is_ok())
}

fn size(queue: &Path) -> u64 {
    let files = fs::read_dir(queue).into_iter().flatten().flatten();
    let segments = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "seg"));
    segments.filter_map(|file| Some(file.metadata().ok()?.len())).filter(|length| *length > SEGMENT_HEADER).sum()
}
