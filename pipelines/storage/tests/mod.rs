//! Queues on real files; what the disk cannot be made to do is done by a medium that fails on demand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod basics;
mod damage;
mod faults;
mod groups;
mod hostile;
mod limits;
mod model;
mod stress;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;

use super::{Capacity, DiskQueue, OpenError, Options, Stored};
use crate::batch::{Acked, Acknowledge};
use crate::outcome::Outcome;
use crate::runtime::Sizer;
use crate::{Batch, Context, Signal, Telemetry};

/// More than any test holds.
const PLENTY: Capacity = Capacity { units: u64::MAX, sizer: Sizer::Bytes, blocks: false };
/// Nothing here takes longer unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A directory and a way to open the queue in it.
struct Place {
    directory: TempDir,
    options: Options,
    capacity: Capacity,
}

// === impl Place ===

impl Place {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Options)) -> Self {
        let directory = TempDir::new().unwrap();
        let mut options = Options::new(directory.path());
        change(&mut options);
        Self { directory, options, capacity: PLENTY }
    }

    fn open(&self) -> Arc<DiskQueue> {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<Arc<DiskQueue>, OpenError> {
        DiskQueue::open("queue", &self.options, self.capacity)
    }

    /// The queue's own directory.
    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("queue")
    }

    /// The segment files, oldest first.
    fn segments(&self) -> Vec<std::path::PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "seg"));
        files.sort();
        files
    }

    /// The files as they are now in a place of their own: what a process that is killed now leaves behind.
    fn killed(&self) -> Self {
        let copy = Self { options: self.options.clone(), capacity: self.capacity, directory: TempDir::new().unwrap() };
        std::fs::create_dir(copy.path()).unwrap();
        for path in self.segments() {
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        copy.based()
    }

    fn based(mut self) -> Self {
        self.options.directory = self.directory.path().to_owned();
        self
    }
}

/// Telemetry of these bytes, which need not mean anything.
fn logs(bytes: impl Into<Bytes>) -> Telemetry {
    Telemetry::from_rope(Signal::Logs, 1, bytes.into().into())
}

fn offer(queue: &DiskQueue, bytes: impl Into<Bytes>) -> Acked {
    let (batch, acked) = Batch::tracked(logs(bytes), Context::default());
    queue.offer(batch);
    acked
}

fn offer_until(queue: &DiskQueue, bytes: impl Into<Bytes>, acknowledge: Acknowledge) -> Acked {
    let (batch, acked) = Batch::tracked_until(logs(bytes), Context::default(), acknowledge);
    queue.offer(batch);
    acked
}

/// Fails a test that hangs.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes too long")
}

async fn next(queue: &DiskQueue) -> Stored {
    soon(queue.next()).await.expect("an entry")
}

fn bytes(stored: &Stored) -> Bytes {
    stored.batch.telemetry().to_bytes()
}

/// Takes everything that is there, marks it as done and leaves the directory.
async fn drain(queue: Arc<DiskQueue>) -> Vec<Bytes> {
    queue.close();
    let mut all = Vec::new();
    while let Some(stored) = soon(queue.next()).await {
        all.push(bytes(&stored));
        stored.done(Outcome::Delivered);
    }
    soon(queue.ended()).await;
    all
}

/// Leaves the directory and everything in it.
async fn leave(queue: Arc<DiskQueue>) {
    queue.stop();
    soon(queue.ended()).await;
}

/// Bytes of all files in a directory and below, but the lock. A file may be deleted meanwhile.
fn disk_usage(path: &Path) -> u64 {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.file_name() != "lock")
        .map(|entry| {
            if entry.path().is_dir() {
                disk_usage(&entry.path())
            } else {
                entry.metadata().map_or(0, |about| about.len())
            }
        })
        .sum()
}
