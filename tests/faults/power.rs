//! The power goes: what was not synced is gone. On a file system of its own, told to forget what it has not written.

use std::time::{Duration, SystemTime};

use crate::gateway::{Gateway, Queue};
use crate::load::Load;
use crate::sink::Act;
use crate::support::disk::Disk;
use crate::support::random::Random;
use crate::trial::{Bounds, Trial};

/// Scenario: under load the power of the disk is cut; the engine goes on for up to 40 ms, then it is killed, the disk is
/// mounted anew, which finds what was synced and nothing else, and the engine is started. Guarantee: what was
/// acknowledged before the cut is at the sink; after it nothing is acknowledged but what was under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_under_load() {
    let Some(disk) = Disk::journaled("power cuts", 256) else { return };
    let mut random = Random::seeded("power");
    let gateway = Gateway::new(Queue::Disk);
    let cuts = 6;
    let mut trial = Trial::start(&format!("power cut x {cuts}, disk"), |sink| gateway.yaml_at(sink, disk.path())).await;
    trial.sink.always(Act::TakePaced(4000));
    let sending = trial.load(Load::MIXED);
    let mut dark = Vec::new();
    for _ in 0..cuts {
        tokio::time::sleep(Duration::from_millis(random.within(50..400))).await;
        let cut = disk.cut_power();
        tokio::time::sleep(Duration::from_millis(random.within(1..40))).await;
        trial.kill();
        dark.push((cut, SystemTime::now()));
        disk.revive();
        trial.restart();
    }
    trial.sink.always(Act::Take);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut tally = sending.stop().await;
    for (cut, killed) in &dark {
        // Each client may have an answer on its way.
        let late = tally.unhear(cut, *killed);
        assert!(late <= Load::MIXED.clients, "{late} requests were acknowledged without power");
    }
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    assert!(!tally.refused.is_empty(), "a dead disk pushes back: {}", tally.summary());
    // Marks of what is done are not synced by themselves: whatever lies in the segments that were open may come again.
    let duplicates = tally.acknowledged();
    trial.judge(tally, Bounds { duplicates, memory: gateway.memory() }).await;
}
