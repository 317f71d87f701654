//! `kill -9` of the engine between an insert and its ack.

use std::time::Duration;

use super::{Kind, LOAD, Queue, Store, Trial};
use crate::support::random::Random;

/// Scenario: the engine is killed at random moments under load, ten times, with its queue on disk. Guarantee: what was
/// stored and not yet marked as done comes again under the same batch id, and is not stored again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn engine_is_killed_before_postgres() {
    kills(Kind::Postgres).await;
}

/// Scenario: the same in front of ClickHouse. Guarantee: what comes again carries the same token, and is dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn engine_is_killed_before_clickhouse() {
    kills(Kind::ClickHouse).await;
}

async fn kills(kind: Kind) {
    let mut random = Random::seeded("crash");
    let Some(store) = Store::start(kind, "an engine that is killed", None) else { return };
    let mut trial = Trial::start("engine killed x 10", store, Queue::Disk, "5s");
    let sending = trial.load(LOAD);
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(random.within(30..400))).await;
        tokio::task::block_in_place(|| {
            trial.kill();
            trial.restart();
        });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let tally = sending.stop().await;
    assert!(!tally.unanswered.is_empty(), "nothing was on its way: {}", tally.summary());
    trial.judge(&tally).await;
}
