//! `kill -9` at random moments under load, and restarts of every kind.

use std::time::{Duration, Instant};

use crate::gateway::{Gateway, Queue, UNMARKED};
use crate::load::Load;
use crate::sink::Act;
use crate::soak;
use crate::support::random::Random;
use crate::support::tfo;
use crate::trial::{Bounds, Trial};

/// Scenario: six clients send all signals over both protocols; 30 times the engine is killed after up to 120 ms and
/// started anew, with the same file. Guarantee: what was acknowledged is at the sink, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_with_a_queue_in_memory() {
    kills(Queue::Memory, 0).await;
}

/// Scenario: the same, with the queue on disk and a sink that is slower than the clients. Guarantee: what was acknowledged
/// is at the sink; what comes twice was on its way when the engine was killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_with_a_queue_on_disk() {
    kills(Queue::Disk, UNMARKED).await;
}

/// Scenario: the engine is stopped, killed or left alone in random order, while the sink is up, slow or down in random
/// order; in the end both are up. Guarantee: the backlog is drained, nothing acknowledged is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_in_random_order_drain_the_backlog() {
    let mut random = Random::seeded("restarts");
    let gateway = Gateway::new(Queue::Disk);
    let rounds = 15;
    let mut trial = Trial::start(&format!("random restarts x {rounds}, disk"), |sink| gateway.yaml(sink)).await;
    let sending = trial.load(Load { rate: Some(3000), ..Load::MIXED });
    for _ in 0..rounds {
        match random.within(0..3) {
            0 => trial.sink.down().await,
            1 => {
                trial.sink.up();
                trial.sink.always(Act::TakePaced(1500));
            }
            _ => {
                trial.sink.up();
                trial.sink.always(Act::Take);
            }
        }
        tokio::time::sleep(Duration::from_millis(random.within(10..200))).await;
        match random.within(0..3) {
            0 => drop(trial.stop()),
            1 => drop(trial.kill()),
            _ => continue,
        }
        trial.restart();
    }
    trial.sink.up();
    trial.sink.always(Act::Take);
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    let memory = gateway.memory();
    // The engine may go and the sink may go, each with what is on its way.
    trial.judge(tally, Bounds { duplicates: 2 * rounds * UNMARKED * Load::MIXED.records, memory }).await;
}

/// Scenario: other processes are started on the same queues while the first works. Guarantee: they end with an error that
/// says so, and the first goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_queue_is_turned_away() {
    let gateway = Gateway::new(Queue::Disk);
    let trial = Trial::start("a second process on the queue, disk", |sink| gateway.yaml(sink)).await;
    let sending = trial.load(Load { rate: Some(3000), ..Load::MIXED });
    let file = trial.tfo.path("tfo.yaml");
    for _ in 0..3 {
        let file = file.to_str().unwrap().to_owned();
        let ended = tokio::task::spawn_blocking(move || tfo(&["collector", "-c", &file])).await.unwrap();
        assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("in use") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
    let tally = sending.stop().await;
    assert!(tally.refused.is_empty() && tally.permanent.is_empty(), "{}", tally.summary());
    trial.judge(tally, Bounds { duplicates: 0, memory: gateway.memory() }).await;
}

/// `twice`: how many requests may come twice for each kill.
async fn kills(queue: Queue, twice: u64) {
    let mut random = Random::seeded("kill");
    let gateway = Gateway::new(queue);
    let (kills, end) = (30, soak());
    let name = if end.is_some() { "on and on".to_owned() } else { format!("x {kills}") };
    let mut trial = Trial::start(&format!("kill -9 {name}, {}", queue.name()), |sink| gateway.yaml(sink)).await;
    if queue == Queue::Disk {
        trial.sink.plan(|number| if number % 3 == 0 { Act::TakeLate(Duration::from_millis(20)) } else { Act::Take });
    }
    let sending = trial.load(Load::MIXED);
    let mut killed = 0;
    while killed < kills || end.is_some_and(|end| Instant::now() < end) {
        tokio::time::sleep(Duration::from_millis(random.within(1..120))).await;
        trial.kill();
        trial.restart();
        killed += 1;
    }
    trial.sink.always(Act::Take);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && !tally.unanswered.is_empty(), "{}", tally.summary());
    assert!(tally.acknowledged() > killed * 10, "{}", tally.summary());
    let duplicates = killed * twice * Load::MIXED.records;
    trial.judge(tally, Bounds { duplicates, memory: gateway.memory() }).await;
}
