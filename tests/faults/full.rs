//! Disks that are full, or allow reading only.

use std::time::{Duration, SystemTime};

use crate::gateway::{Gateway, Queue, UNMARKED};
use crate::load::Load;
use crate::support::disk::Disk;
use crate::trial::{Bounds, Trial};

const LOAD: Load = Load { size: 1000, rate: Some(2000), clients: 24, ..Load::MIXED };

/// Scenario: the sink is down and the disk of 8 MiB fills up; then the sink comes back. Guarantee: clients are told to come
/// again while there is no room, and have success again without anybody's help.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_pushes_back() {
    let Some(disk) = Disk::small("a disk that fills up", 8) else { return };
    let gateway = Gateway::new(Queue::Disk);
    let mut trial =
        Trial::start("disk fills up while the backend is down", |sink| gateway.yaml_at(sink, disk.path())).await;
    trial.sink.down().await;
    let sending = trial.load(Load { rate: Some(6000), ..LOAD });
    tokio::time::sleep(Duration::from_secs(4)).await;
    let (taken, refused) = sending.counts();
    assert!(refused > 0, "{taken} requests of 10 kB fit into 8 MiB");
    trial.sink.up();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && tally.unanswered.is_empty(), "{}", tally.summary());
    assert!(tally.acknowledged.len() > taken + 200, "there is room again: {taken} before, {}", tally.summary());
    trial.judge(tally, Bounds { duplicates: UNMARKED * LOAD.records, memory: gateway.memory() }).await;
}

/// Scenario: something else takes the whole disk under load, and gives it back; twice. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_is_waited_for() {
    let Some(disk) = Disk::small("a full disk", 64) else { return };
    let gateway = Gateway::new(Queue::Disk);
    let trial = Trial::start("disk full, and free again, x 2", |sink| gateway.yaml_at(sink, disk.path())).await;
    let sending = trial.load(LOAD);
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (_, before) = sending.counts();
        disk.leave(0);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let (taken, refused) = sending.counts();
        assert!(refused > before, "nobody noticed");
        disk.leave(u64::MAX);
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert!(sending.counts().0 > taken + 50, "nothing is taken although there is room");
    }
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && tally.unanswered.is_empty(), "{}", tally.summary());
    trial.judge(tally, Bounds { duplicates: 0, memory: gateway.memory() }).await;
}

/// Scenario: the file system fails under load, and the system allows reading only; after a while the engine is killed, the
/// file system mended, the engine started. Guarantee: clients are told to come again; nothing acknowledged is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_disk_pushes_back() {
    let Some(disk) = Disk::journaled("a read-only disk", 64) else { return };
    let gateway = Gateway::new(Queue::Disk);
    let mut trial = Trial::start("disk turns read-only, disk", |sink| gateway.yaml_at(sink, disk.path())).await;
    let sending = trial.load(LOAD);
    tokio::time::sleep(Duration::from_millis(700)).await;
    let failed = disk.fail();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let (_, refused) = sending.counts();
    assert!(refused > 0, "nobody noticed");
    trial.kill();
    let killed = SystemTime::now();
    disk.revive();
    trial.restart();
    tokio::time::sleep(Duration::from_millis(700)).await;
    let mut tally = sending.stop().await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    // Each client may have an answer on its way.
    let late = tally.unhear(&failed, killed);
    assert!(late <= LOAD.clients, "{late} requests were acknowledged and could not be written");
    // What was delivered while nothing could be marked comes again, as after a power cut.
    let duplicates = tally.acknowledged();
    trial.judge(tally, Bounds { duplicates, memory: gateway.memory() }).await;
}
