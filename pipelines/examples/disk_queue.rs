//! What the queue on disk costs: bytes stored and drained per second, and the time to the first entry after a restart
//! of the machine.
//!
//! `cargo run --release -p pipelines --example disk_queue [DIRECTORY]`; the directory should be on the disk in question,
//! the default is the system's directory for temporary files. Needs 1 GB.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use pipelines::otlp::check::Invalid;
use pipelines::runtime::Sizer;
use pipelines::storage::{Capacity, DiskQueue, Options, Sync};
use pipelines::{Batch, Context, Outcome, Signal, Telemetry};

/// Senders that each wait for their answer before they send again.
const SENDERS: usize = 64;
/// Bytes that are stored per measurement.
const VOLUME: usize = 1 << 30;
/// What is stored where each sender waits for a sync.
const SYNCED: usize = 256 << 20;

/// A request of logs of about so many bytes, as it comes over the wire.
fn request(bytes: usize) -> Result<Telemetry, Invalid> {
    // One log record with a body: ExportLogsServiceRequest.resource_logs.scope_logs.log_records.body.string_value.
    let mut message = vec![b'x'; bytes];
    for field in [0x0a, 0x2a, 0x12, 0x12, 0x0a] {
        let mut wrapped = vec![field];
        let mut length = message.len();
        while length > 127 {
            wrapped.push((length % 128) as u8 | 128);
            length /= 128;
        }
        wrapped.push(length as u8);
        wrapped.append(&mut message);
        message = wrapped;
    }
    Telemetry::from_wire(Signal::Logs, Bytes::from(message))
}

async fn store(queue: &Arc<DiskQueue>, telemetry: &Telemetry, requests: usize) {
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let (queue, telemetry) = (queue.clone(), telemetry.clone());
        let requests = requests / SENDERS + usize::from(sender < requests % SENDERS);
        senders.spawn(async move {
            for _ in 0..requests {
                let (batch, acked) = Batch::tracked(telemetry.clone(), Context::default());
                queue.offer(batch);
                assert_eq!(acked.await, Outcome::Delivered);
            }
        });
    }
    senders.join_all().await;
}

async fn drain(queue: &Arc<DiskQueue>) {
    queue.close();
    let mut consumers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let queue = queue.clone();
        consumers.spawn(async move {
            while let Some(stored) = queue.next().await {
                stored.done(Outcome::Delivered);
            }
        });
    }
    consumers.join_all().await;
    queue.ended().await;
}

/// Writes the files out and forgets what memory holds of them: what a machine that was started anew finds.
fn forget(queue: &Path) -> io::Result<()> {
    for entry in fs::read_dir(queue)? {
        let file = File::open(entry?.path())?;
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    }
    Ok(())
}

fn rate(bytes: usize, requests: usize, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    format!("{:6.0} MB/s {:8.0} requests/s", bytes as f64 / 1e6 / seconds, requests as f64 / seconds)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::TempDir::new_in(directory)?;
    let capacity = Capacity { units: u64::MAX, sizer: Sizer::Bytes, blocks: false };
    println!("{:<10} {:<11} {:<38} {:<38} first entry", "sync", "request", "stored", "drained after a restart");
    for (name, sync, volume) in [("group", Sync::Group, SYNCED), ("never", Sync::Never, VOLUME)] {
        for size in [1 << 10, 94 << 10, 1 << 20] {
            let options = Options { sync, ..Options::new(folder.path()) };
            let telemetry = request(size)?;
            let requests = volume / telemetry.len();
            let queue = DiskQueue::open("queue", &options, capacity)?;
            let since = Instant::now();
            store(&queue, &telemetry, requests).await;
            let stored = since.elapsed();
            queue.stop();
            queue.ended().await;
            drop(queue);
            forget(&folder.path().join("queue"))?;
            let since = Instant::now();
            let queue = DiskQueue::open("queue", &options, capacity)?;
            let opened = since.elapsed();
            drop(queue.next().await);
            let first = since.elapsed();
            let since = Instant::now();
            drain(&queue).await;
            let (stored, drained) = (rate(volume, requests, stored), rate(volume, requests, since.elapsed()));
            println!("{name:<10} {size:<11} {stored:<38} {drained:<38} {first:.2?}, of which opening {opened:.2?}");
        }
    }
    Ok(())
}
