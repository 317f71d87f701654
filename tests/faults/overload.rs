//! More load than the destination takes.

use std::time::Duration;

use crate::gateway::{Gateway, Queue};
use crate::load::Load;
use crate::records::Signal;
use crate::sink::Act;
use crate::soak;
use crate::trial::{Bounds, Trial};

/// Records a second that the sink takes, of 1 kB each.
const PACE: u64 = 8000;

/// Scenario: 100 clients offer twice what the sink takes, for 10 s (60 s in a long run). Guarantee: memory stays within
/// the budget, clients see success and refusals to come again only, and nothing acknowledged is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twice_the_speed_of_the_sink_in_memory() {
    overload(Queue::Memory).await;
}

/// Scenario: the same with queues of 8 MiB on disk. Guarantee: the same; what is queued arrives once the sink has time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twice_the_speed_of_the_sink_on_disk() {
    overload(Queue::Disk).await;
}

async fn overload(queue: Queue) {
    let seconds = if soak().is_some() { 60 } else { 10 };
    // In memory the bytes in flight are the bound, on disk the queue is.
    let sending_queue = match queue {
        Queue::Memory => "num_consumers: 4",
        Queue::Disk => "num_consumers: 4, sizer: bytes, queue_size: 8388608",
    };
    let gateway = Gateway { sending_queue, limit_mib: Some(50), timeout: "10s", ..Gateway::new(queue) };
    let name = format!("twice the sink's speed for {seconds} s, {}", queue.name());
    let trial = Trial::start(&name, |sink| gateway.yaml(sink)).await;
    trial.sink.always(Act::TakePaced(PACE));
    let load =
        Load { clients: 100, signals: &Signal::ALL, records: 600, size: 1000, rate: Some(2 * PACE), ..Load::MIXED };
    let sending = trial.load(load);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    trial.sink.always(Act::Take);
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && tally.unanswered.is_empty(), "{}", tally.summary());
    assert!(!tally.refused.is_empty(), "nobody was refused: {}", tally.summary());
    let taken = tally.acknowledged();
    assert!(taken > PACE * seconds / 2, "only {taken} records went through: {}", tally.summary());
    trial.judge(tally, Bounds { duplicates: 0, memory: gateway.memory() }).await;
}
