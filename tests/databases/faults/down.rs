//! A database that is not there when the engine starts.

use std::time::Duration;

use super::{Kind, LOAD, Queue, Store, Trial};
use crate::load::Load;

/// Scenario: PostgreSQL is down when the engine starts, and comes later. Guarantee: the engine starts, makes the tables when
/// the server is there, and everything that was acknowledged is stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_down_at_start() {
    comes_later(Kind::Postgres, Queue::Memory).await;
    comes_later(Kind::Postgres, Queue::Disk).await;
}

/// Scenario: the same with ClickHouse. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_is_down_at_start() {
    comes_later(Kind::ClickHouse, Queue::Memory).await;
    comes_later(Kind::ClickHouse, Queue::Disk).await;
}

async fn comes_later(kind: Kind, queue: Queue) {
    let Some(store) = Store::start(kind, "a database that is down at start", None) else { return };
    store.kill();
    let trial = Trial::start("server down at start", store, queue, "5s");
    let sending = trial.load(Load { rate: Some(3000), ..LOAD });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let (taken, _) = sending.counts();
    assert_eq!(taken > 0, queue == Queue::Disk, "{taken} requests are acknowledged and the database is down");
    tokio::task::block_in_place(|| trial.store.restart());
    tokio::time::sleep(Duration::from_millis(1000)).await;
    let tally = sending.stop().await;
    assert!(tally.refused.is_empty(), "{}", tally.summary());
    trial.judge(&tally).await;
}
