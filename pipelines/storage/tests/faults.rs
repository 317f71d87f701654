//! Disks that fail: nothing is acknowledged that is not written, senders are told to try again, and it works again by
//! itself when the disk does.

use std::fs::File;
use std::io::{self, IoSlice};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::super::medium::{Disk, Medium};
use super::*;
use crate::outcome::RefusalKind;
use crate::storage::Sync;

/// A disk that fails so many times.
#[derive(Clone, Default)]
struct Faulty(Arc<Faults>);

#[derive(Default)]
struct Faults {
    /// Bytes that can be written before it is full.
    space: AtomicU64,
    bad_syncs: AtomicUsize,
    syncs: AtomicUsize,
    /// Bytes that each write takes at most, if not zero.
    short: AtomicUsize,
    /// Whether syncs hang, and whether one does.
    hangs: AtomicBool,
    hanging: AtomicBool,
}

impl Faulty {
    fn with_space(bytes: u64) -> Self {
        let faulty = Self::default();
        faulty.0.space.store(bytes, Ordering::SeqCst);
        faulty
    }

    fn open(&self, place: &Place) -> Arc<DiskQueue> {
        DiskQueue::open_on("queue", &place.options, place.capacity, Box::new(self.clone())).unwrap()
    }
}

impl Medium for Faulty {
    fn write(&self, file: &File, slices: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        let space = self.0.space.load(Ordering::SeqCst);
        let first = slices.iter().find(|slice| !slice.is_empty()).unwrap();
        if space == 0 {
            return Err(io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()));
        }
        let short = self.0.short.load(Ordering::SeqCst);
        let some = first.len().min(usize::try_from(space).unwrap()).min(if short == 0 { usize::MAX } else { short });
        let written = Disk.write(file, &[IoSlice::new(&first[..some])], offset)?;
        self.0.space.fetch_sub(written as u64, Ordering::SeqCst);
        Ok(written)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.0.syncs.fetch_add(1, Ordering::SeqCst);
        while self.0.hangs.load(Ordering::SeqCst) {
            self.0.hanging.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1));
        }
        if self.0.bad_syncs.load(Ordering::SeqCst) > 0 {
            self.0.bad_syncs.fetch_sub(1, Ordering::SeqCst);
            return Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()));
        }
        Disk.sync(file)
    }
}

fn refused(outcome: Outcome) -> RefusalKind {
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert!(refusal.is_retryable() && refusal.after.is_some(), "{refusal:?}");
    refusal.kind
}

/// Offers until it is taken.
async fn until_taken(queue: &DiskQueue, text: &str) {
    soon(async {
        while soon(offer(queue, text.to_owned())).await != Outcome::Delivered {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// Scenario: the disk is full after any number of bytes. Guarantee: what was acknowledged is on disk and whole, what
/// was not is not; later batches are refused, and taken once there is space.
#[tokio::test]
async fn full_at_every_byte() {
    for space in (0..400).step_by(7) {
        let place = Place::new();
        let faulty = Faulty::with_space(space);
        let queue = faulty.open(&place);
        let mut acknowledged = Vec::new();
        for text in ["one", "two, longer", "three", "four"] {
            match soon(offer(&queue, format!("{text}{}", "-".repeat(40)))).await {
                Outcome::Delivered => acknowledged.push(Bytes::from(format!("{text}{}", "-".repeat(40)))),
                outcome => assert_eq!(refused(outcome), RefusalKind::Exhausted),
            }
        }
        // A segment that failed at once is deleted a moment later.
        soon(async {
            while queue.usage().bytes != disk_usage(&place.path()) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
        assert_eq!(queue.usage().failing.is_some(), acknowledged.len() < 4);
        let copy = place.killed();
        assert_eq!(drain(copy.open()).await, acknowledged, "space {space}");
    }
}

/// Scenario: a full disk gets space again. Guarantee: the queue takes batches again without being told.
#[tokio::test]
async fn works_again_when_there_is_space() {
    let place = Place::new();
    let faulty = Faulty::with_space(150);
    let queue = faulty.open(&place);
    assert_eq!(soon(offer(&queue, "one")).await, Outcome::Delivered);
    assert_eq!(refused(soon(offer(&queue, "x".repeat(200))).await), RefusalKind::Exhausted);
    assert_eq!(refused(soon(offer(&queue, "too early")).await), RefusalKind::Exhausted);
    faulty.0.space.store(1 << 20, Ordering::SeqCst);
    faulty.0.short.store(5, Ordering::SeqCst);
    until_taken(&queue, "two").await;
    assert!(queue.usage().failing.is_none() && queue.usage().write_errors > 0);
    assert_eq!(drain(queue).await, ["one", "two"]);
}

/// Scenario: a sync fails once. Guarantee: the batches it was for are refused, are not handed out, and the next go to
/// another file, because a second sync of the same one would lie.
#[tokio::test]
async fn a_failed_sync_acknowledges_nothing() {
    let place = Place::new();
    let faulty = Faulty::with_space(1 << 20);
    let queue = faulty.open(&place);
    assert_eq!(soon(offer(&queue, "one")).await, Outcome::Delivered);
    faulty.0.bad_syncs.store(1, Ordering::SeqCst);
    assert_eq!(refused(soon(offer(&queue, "two")).await), RefusalKind::Unavailable);
    until_taken(&queue, "three").await;
    assert_eq!(place.segments().len(), 2);
    assert_eq!(drain(place.killed().open()).await, ["one", "three"]);
    assert_eq!(drain(queue).await, ["one", "three"]);
}

/// Scenario: a sync hangs, and an entry is done meanwhile. Guarantee: consumers go on, and a process that is killed then
/// does not deliver it again.
#[tokio::test]
async fn what_is_done_does_not_wait_for_a_sync() {
    let place = Place::new();
    let faulty = Faulty::with_space(1 << 20);
    let queue = faulty.open(&place);
    for text in ["one", "two"] {
        assert_eq!(soon(offer(&queue, text)).await, Outcome::Delivered);
    }
    faulty.0.hangs.store(true, Ordering::SeqCst);
    let mut acked = offer(&queue, "three");
    soon(async {
        while !faulty.0.hanging.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    next(&queue).await.done(Outcome::Delivered);
    soon(async {
        while drain(place.killed().open()).await != ["two", "three"] {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert_eq!(acked.now(), None);
    faulty.0.hangs.store(false, Ordering::SeqCst);
    assert_eq!(soon(acked).await, Outcome::Delivered);
}

/// Scenario: many batches come at once, with each policy of syncing. Guarantee: few syncs serve all of them with
/// `group`, some with `interval`, none with `never`.
#[tokio::test]
async fn one_sync_for_many() {
    for (sync, least, most) in
        [(Sync::Group, 1, 100), (Sync::Interval(Duration::from_millis(50)), 1, 100), (Sync::Never, 0, 0)]
    {
        let place = Place::with(|options| options.sync = sync);
        let faulty = Faulty::with_space(1 << 30);
        let queue = faulty.open(&place);
        let acks: Vec<Acked> = (0..2000).map(|number| offer(&queue, format!("{number}"))).collect();
        for acked in acks {
            assert_eq!(soon(acked).await, Outcome::Delivered);
        }
        soon(async {
            while faulty.0.syncs.load(Ordering::SeqCst) < least {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        let syncs = faulty.0.syncs.load(Ordering::SeqCst);
        assert!((least..=most).contains(&syncs), "{sync:?}: {syncs}");
    }
}

/// Scenario: somebody deletes the queue's directory while it is used. Guarantee: nothing more is acknowledged into the
/// deleted file; the queue makes a new one.
#[tokio::test]
async fn a_deleted_directory_swallows_nothing() {
    let place = Place::new();
    let queue = place.open();
    assert_eq!(soon(offer(&queue, "one")).await, Outcome::Delivered);
    std::fs::remove_dir_all(place.path()).unwrap();
    assert_eq!(refused(soon(offer(&queue, "two")).await), RefusalKind::Unavailable);
    until_taken(&queue, "three").await;
    assert_eq!(drain(place.killed().open()).await, ["three"]);
}

/// Scenario: the directory of all queues is deleted, which the engine had to make. Guarantee: it is made again.
#[tokio::test]
async fn a_deleted_base_is_made_again() {
    let place = Place::with(|options| {
        options.directory = options.directory.join("base");
        options.create_directory = true;
    });
    let queue = place.open();
    soon(offer(&queue, "one")).await;
    std::fs::remove_dir_all(&place.options.directory).unwrap();
    assert_eq!(refused(soon(offer(&queue, "two")).await), RefusalKind::Unavailable);
    until_taken(&queue, "three").await;
    leave(queue).await;
    assert_eq!(drain(place.open()).await, ["three"]);
}

/// Scenario: a real file system of 1 MiB fills up and gets space again. Guarantee: as with the imitated one.
#[tokio::test]
async fn a_small_file_system_fills_up() {
    let place = Place::with(|options| options.segment_bytes = 100_000);
    let Some(mounted) = Mounted::on(place.directory.path()) else { return };
    let queue = place.open();
    let mut acknowledged = Vec::new();
    let kind = loop {
        let text = Bytes::from(vec![u8::try_from(acknowledged.len() % 250).unwrap(); 10_000]);
        match soon(offer(&queue, text.clone())).await {
            Outcome::Delivered => acknowledged.push(text),
            outcome => break refused(outcome),
        }
    };
    assert_eq!(kind, RefusalKind::Exhausted);
    assert!(acknowledged.len() > 50);
    for text in acknowledged.drain(..30) {
        let stored = next(&queue).await;
        assert_eq!(bytes(&stored), text);
        stored.done(Outcome::Delivered);
    }
    until_taken(&queue, "again").await;
    acknowledged.push(Bytes::from_static(b"again"));
    leave(queue).await;
    assert_eq!(drain(place.open()).await, acknowledged);
    drop(mounted);
}

/// A file system in memory over a directory; only root can have one.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn on(path: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(path).output();
        if mounted.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self(path.to_owned()));
        }
        assert!(std::env::var_os("CI").is_none(), "no file system can be mounted: {mounted:?}");
        #[allow(clippy::print_stderr)]
        {
            eprintln!("!!! SKIPPED a_small_file_system_fills_up: no file system can be mounted: {mounted:?}");
        }
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}
