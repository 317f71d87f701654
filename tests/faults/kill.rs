//! `kill -9` at random moments under load.

use std::time::Duration;

use crate::gateway::{Gateway, Queue};
use crate::load::Load;
use crate::soak;
use crate::support::random::Random;
use crate::trial::{Bounds, Trial};

/// Scenario: six clients send all signals over both protocols; again and again the engine is killed after up to 120 ms
/// and started anew, with the same file. Guarantee: what was acknowledged is at the sink; what is sent once arrives
/// once, because nothing is tried again over a connection that did not break.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_with_a_queue_in_memory() {
    kills(Queue::Memory, 30).await;
}

async fn kills(queue: Queue, kills: u64) {
    let mut random = Random::seeded("kill");
    let gateway = Gateway::new(queue);
    let mut trial = Trial::start(&format!("kill -9 x {kills}, {}", queue.name()), |sink| gateway.yaml(sink)).await;
    let sending = trial.load(Load::MIXED);
    let (mut killed, end) = (0, soak());
    while killed < kills || end.is_some_and(|end| std::time::Instant::now() < end) {
        tokio::time::sleep(Duration::from_millis(random.within(1..120))).await;
        trial.kill();
        trial.restart();
        killed += 1;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && !tally.unanswered.is_empty(), "{}", tally.summary());
    assert!(tally.acknowledged() > killed * 10, "{}", tally.summary());
    trial.judge(tally, Bounds { duplicates: 0, memory: gateway.memory() }).await;
}
