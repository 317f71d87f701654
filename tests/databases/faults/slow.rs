//! A database that answers later than the engine waits.

use std::time::Duration;

use super::store::Server;
use super::{Kind, LOAD, Queue, Store, Trial};
use crate::load::Load;

const LOAD_HERE: Load = Load { rate: Some(3000), ..LOAD };

/// Scenario: somebody holds a lock on a table of PostgreSQL for longer than the timeout, twice. Guarantee: what is
/// tried again is stored once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_slow() {
    slow(Kind::Postgres).await;
}

/// Scenario: ClickHouse runs inserts after those who sent them have given up. Guarantee: what is tried again is stored
/// once, because both carry the same token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_is_slow() {
    slow(Kind::ClickHouse).await;
}

async fn slow(kind: Kind) {
    let Some(store) = Store::start(kind, "a slow database", None) else { return };
    let trial = Trial::start("server slower than the timeout x 2", store, Queue::Disk, "700ms");
    let sending = trial.load(LOAD_HERE);
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(900)).await;
        tokio::task::block_in_place(|| match &trial.store.server {
            Server::Postgres(server) => {
                let hold = "BEGIN; LOCK TABLE otel_logs IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT";
                server.execute(&trial.store.database, hold);
            }
            Server::ClickHouse(server) => {
                server.fail("hang 1.5");
                std::thread::sleep(Duration::from_secs(2));
                server.heal();
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(900)).await;
    let tally = sending.stop().await;
    assert!(tally.refused.is_empty(), "{}", tally.summary());
    let log = trial.judge(&tally).await;
    let late = log.iter().any(|line| line.contains("700ms") || line.contains("timeout") || line.contains("timed out"));
    assert!(late, "no attempt took longer than it may:\n{log:#?}");
}
