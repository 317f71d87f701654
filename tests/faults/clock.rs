//! Somebody sets the time of the machine: for the engine alone, through a library that its calls go through.

use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::gateway::{Gateway, Queue, UNMARKED};
use crate::load::Load;
use crate::support::{checkout, skip};
use crate::trial::{Bounds, Trial};

const HOUR: i64 = 3600;

/// How far the clock is off, in seconds, one after the other.
const JUMPS: [i64; 7] = [HOUR, -HOUR, 10 * 365 * 24 * HOUR, 0, -30 * 365 * 24 * HOUR, 24 * HOUR, 0];

/// Scenario: under load the clock jumps by hours and years, forward and back; half way the engine is killed and started.
/// Guarantee: nothing is lost, nothing waits, nobody is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clock_jumps_in_memory() {
    jumps(Queue::Memory).await;
}

/// Scenario: the same with queues on disk. Guarantee: the same, also for what was queued in another year.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clock_jumps_on_disk() {
    jumps(Queue::Disk).await;
}

async fn jumps(queue: Queue) {
    let folder = tempfile::tempdir().unwrap();
    let (library, offset) = (folder.path().join("clock.so"), folder.path().join("offset"));
    if let Err(why) = compile(&library) {
        return skip("clock jumps", &why);
    }
    let clock = std::fs::File::create(&offset).unwrap();
    let set = |seconds: i64| clock.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    set(0);
    let gateway = Gateway::new(queue);
    let name = format!("clock jumps x {}, {}", JUMPS.len(), queue.name());
    let mut trial = Trial::start_as(
        &name,
        |sink| gateway.yaml(sink),
        |command| {
            command.env("LD_PRELOAD", &library).env("TFO_CLOCK", &offset);
        },
    )
    .await;
    let sending = trial.load(Load { rate: Some(2000), ..Load::MIXED });
    for (number, seconds) in JUMPS.into_iter().enumerate() {
        tokio::time::sleep(Duration::from_millis(250)).await;
        set(seconds);
        // In another year, with what was queued in this one.
        if number == 2 {
            trial.kill();
            trial.restart();
        }
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && tally.refused.is_empty(), "{}", tally.summary());
    set(JUMPS[2]);
    let log = trial.stop();
    trial.restart();
    let year: Option<u32> = log.last().and_then(|line| line[..4].parse().ok());
    assert!(year > Some(2035), "the clock was not moved: {log:#?}");
    trial.judge(tally, Bounds { duplicates: UNMARKED * Load::MIXED.records, memory: gateway.memory() }).await;
}

fn compile(library: &Path) -> Result<(), String> {
    let source = checkout("tests/faults/clock.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(library).arg(source).arg("-ldl");
    match compiler.output() {
        Ok(output) if output.status.success() => Ok(()),
        failed => Err(format!("no C compiler: {failed:?}")),
    }
}
