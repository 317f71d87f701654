//! `kill -9` of the server in the middle of inserts.

use std::time::Duration;

use super::{Kind, LOAD, Queue, Store, Trial};
use crate::support::random::Random;

/// Scenario: PostgreSQL and all its processes are killed under load, five times, and started anew. Guarantee: what clients
/// were told is stored is stored, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_killed_with_a_queue_in_memory() {
    kills(Kind::Postgres, Queue::Memory).await;
}

/// Scenario: the same with the queue on disk. Guarantee: clients never hear of it, and everything is stored, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_killed_with_a_queue_on_disk() {
    kills(Kind::Postgres, Queue::Disk).await;
}

/// Scenario: the engine of ClickHouse is killed under load, likewise. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_is_killed_with_a_queue_in_memory() {
    kills(Kind::ClickHouse, Queue::Memory).await;
}

/// Scenario: the same with the queue on disk. Guarantee: clients never hear of it, and everything is stored, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_is_killed_with_a_queue_on_disk() {
    kills(Kind::ClickHouse, Queue::Disk).await;
}

async fn kills(kind: Kind, queue: Queue) {
    let mut random = Random::seeded("killed");
    let Some(store) = Store::start(kind, "a database that is killed", None) else { return };
    let trial = Trial::start("server killed x 5", store, queue, "5s");
    let sending = trial.load(LOAD);
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(random.within(150..700))).await;
        // Nothing of this process waits for it meanwhile.
        tokio::task::block_in_place(|| {
            trial.store.kill();
            std::thread::sleep(Duration::from_millis(100));
            trial.store.restart();
        });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let tally = sending.stop().await;
    if queue == Queue::Disk {
        assert!(tally.refused.is_empty(), "{}", tally.summary());
    }
    trial.judge(&tally).await;
}
