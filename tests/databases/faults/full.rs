//! A database whose disk is full, or that takes nothing for a while.

use std::process::Command;
use std::time::Duration;

use super::store::Server;
use super::{Kind, LOAD, Queue, Store, Trial};
use crate::load::Load;
use crate::support::disk::Disk;

const LOAD_HERE: Load = Load { rate: Some(4000), size: 1000, ..LOAD };

/// Scenario: the disk with PostgreSQL's tables is full for a while. Guarantee: nothing is lost or stored twice, and it goes
/// on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_full() {
    let Some(disk) = Disk::small("PostgreSQL on a full disk", 200) else { return };
    let Some(mut store) = Store::start(Kind::Postgres, "PostgreSQL on a full disk", None) else { return };
    let Server::Postgres(server) = &store.server else { unreachable!("it was asked for") };
    // The log of transactions lies elsewhere: without room for that the whole server stops.
    assert!(Command::new("chown").arg("postgres:").arg(disk.path()).status().unwrap().success());
    server.execute("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display()));
    server.execute("postgres", "CREATE DATABASE small OWNER tfo TABLESPACE small");
    store.database = "small".to_owned();
    fills_up(store, &disk).await;
}

/// Scenario: PostgreSQL allows reading only for a while, as after a failover to a replica. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_read_only() {
    let Some(store) = Store::start(Kind::Postgres, "PostgreSQL that is read-only", None) else { return };
    let trial = Trial::start("server read-only", store, Queue::Disk, "5s");
    let Server::Postgres(server) = &trial.store.server else { unreachable!("it was asked for") };
    let sending = trial.load(Load { rate: Some(3000), ..LOAD });
    stored_something(&trial).await;
    let database = &trial.store.database;
    let all_leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tfo'";
    let read_only = |is: &str| {
        server.execute("postgres", &format!("ALTER DATABASE {database} SET default_transaction_read_only = {is}"));
        server.execute("postgres", all_leave);
    };
    read_only("on");
    let before = server.count(database, "otel_logs");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(server.count(database, "otel_logs"), before, "it is not read-only");
    read_only("off");
    tokio::time::sleep(Duration::from_millis(900)).await;
    let tally = sending.stop().await;
    assert!(tally.refused.is_empty(), "{}", tally.summary());
    trial.judge(&tally).await;
}

/// Scenario: ClickHouse has more parts than it allows, for a while, and says so itself. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_has_too_many_parts() {
    let Some(store) = Store::start(Kind::ClickHouse, "ClickHouse with too many parts", None) else { return };
    let trial = Trial::start("too many parts", store, Queue::Disk, "5s");
    let Server::ClickHouse(server) = &trial.store.server else { unreachable!("it was asked for") };
    let sending = trial.load(Load { rate: Some(3000), ..LOAD });
    stored_something(&trial).await;
    let alter = |what: &str| server.execute(&trial.store.database, &format!("ALTER TABLE otel_logs {what}"));
    alter("MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    alter("RESET SETTING parts_to_throw_insert, parts_to_delay_insert");
    let tally = sending.stop().await;
    assert!(tally.refused.is_empty(), "{}", tally.summary());
    let log = trial.judge(&tally).await;
    assert!(log.iter().any(|line| line.contains("252")), "the server never said so: {log:#?}");
}

/// Scenario: ClickHouse has no room, then is read-only, each for a while; the front says so in ClickHouse's words.
/// Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_is_full_and_read_only() {
    let Some(store) = Store::start(Kind::ClickHouse, "ClickHouse that refuses", None) else { return };
    let trial = Trial::start("no room, then read-only", store, Queue::Disk, "5s");
    let Server::ClickHouse(server) = &trial.store.server else { unreachable!("it was asked for") };
    let sending = trial.load(Load { rate: Some(3000), ..LOAD });
    for refusal in [
        "500 Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)",
        "500 Code: 242. DB::Exception: Table is in readonly mode. (TABLE_IS_READ_ONLY)",
    ] {
        stored_something(&trial).await;
        server.fail(refusal);
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.heal();
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    let tally = sending.stop().await;
    assert!(tally.refused.is_empty(), "{}", tally.summary());
    let log = trial.judge(&tally).await;
    for code in ["243", "242"] {
        assert!(log.iter().any(|line| line.contains(code)), "nobody heard of {code}: {log:#?}");
    }
}

async fn fills_up(store: Store, disk: &Disk) {
    let trial = Trial::start("disk full", store, Queue::Disk, "5s");
    let sending = trial.load(LOAD_HERE);
    stored_something(&trial).await;
    disk.leave(0);
    let before = trial.store.found().records.len();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let meanwhile = trial.store.found().records.len();
    disk.leave(u64::MAX);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let (taken, _) = sending.counts();
    let tally = sending.stop().await;
    // Pages with room in them, and inserts that were under way.
    assert!(meanwhile - before < 9000, "{} records went onto a full disk", meanwhile - before);
    assert!(taken > 0 && tally.refused.is_empty(), "{}", tally.summary());
    trial.judge(&tally).await;
}

/// Waits for the first records in the database: the queue acknowledges before there are even tables.
async fn stored_something(trial: &Trial) {
    while trial.store.found().records.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
