//! Servers and connections that end in the middle of a batch.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::data::bodies;
use crate::support::disk::Disk;
use crate::support::postgres::Postgres;
use crate::{collector, collector_with, post, store, store_to};

/// How many bodies are there, and how many of them more than once.
fn stored(postgres: &Postgres, database: &str) -> (u64, u64) {
    let count =
        |what: &str| postgres.rows(database, &format!("SELECT {what} AS n FROM otel_logs"))[0]["n"].as_u64().unwrap();
    (count("count(DISTINCT body)"), count("count(*) - count(DISTINCT body)"))
}

/// Scenario: while four clients send, connections are ended by the server and the server is killed with kill -9, several
/// times each. Guarantee: every batch is accepted in the end, no row is missing and none is there twice.
#[test]
fn nothing_is_lost_or_doubled_when_the_server_is_killed() {
    let Some(postgres) = Postgres::start("nothing_is_lost_or_doubled_when_the_server_is_killed") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    const BATCHES: usize = 60;
    const ROWS: usize = 500;
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let address = tfo.address("http").to_owned();
                scope.spawn(move || {
                    for batch in 0..BATCHES {
                        let body = |row| format!("{client} {batch} {row} {}", "x".repeat(300));
                        store_to(&address, "logs", &bodies((0..ROWS).map(body)));
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            for round in 0.. {
                std::thread::sleep(Duration::from_millis(200));
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                if round % 2 == 0 {
                    postgres.kill();
                    postgres.restart();
                } else {
                    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tfo'";
                    // A server that is starting refuses.
                    let _ = postgres.ask("postgres", sql);
                }
            }
        });
        let ended: Vec<_> = clients.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        ended.into_iter().for_each(|ended| ended.unwrap());
    });
    assert_eq!(stored(&postgres, &database), (4 * BATCHES as u64 * ROWS as u64 + 1, 0));
}

/// Scenario: the server stands still for longer than an attempt may take, with the rows in its hands. Guarantee: the attempt
/// is given up and tried again, and the rows are there once although both attempts reached the server.
#[test]
fn an_attempt_that_is_given_up_leaves_nothing_behind() {
    let Some(postgres) = Postgres::start("an_attempt_that_is_given_up_leaves_nothing_behind") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}\ntimeout: 1s", postgres.url(&database)));
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    // Whoever wants to write waits for this lock.
    std::thread::scope(|scope| {
        scope.spawn(|| postgres.execute(&database, "BEGIN; LOCK TABLE otel_logs; SELECT pg_sleep(2.5); COMMIT"));
        std::thread::sleep(Duration::from_millis(200));
        store(&tfo, "logs", &bodies((0..1000).map(|n| n.to_string())));
    });
    assert_eq!(stored(&postgres, &database), (1001, 0));
    let open = "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'tfo' AND state LIKE '%transaction%'";
    assert_eq!(postgres.ask(&database, open), Ok(Vec::new()));
}

/// Scenario: resources and scopes are gone when the connection ends, as after a failover to a replica that was behind.
/// Guarantee: they are stored again with the next batch.
#[test]
fn resources_a_replica_lacked_are_stored_again() {
    let Some(postgres) = Postgres::shared("resources_a_replica_lacked_are_stored_again") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    postgres.execute(&database, "DELETE FROM otel_resources; DELETE FROM otel_scopes");
    let end = format!(
        "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = '{database}'
        AND application_name = 'tfo'"
    );
    postgres.ask("postgres", &end).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    store(&tfo, "logs", &bodies(["second".to_owned()]));
    let joined = "SELECT count(*) AS n FROM otel_logs l JOIN otel_resources r ON r.id = l.resource_id
        JOIN otel_scopes s ON s.id = l.scope_id";
    assert_eq!(postgres.rows(&database, joined)[0]["n"].as_u64(), Some(2));
}

/// Scenario: the database is down when the collector starts, and while a batch comes. Guarantee: the start succeeds, and
/// the batch is stored when the database is there.
#[test]
fn a_database_that_is_down_is_waited_for() {
    let Some(postgres) = Postgres::start("a_database_that_is_down_is_waited_for") else { return };
    let database = postgres.database();
    postgres.kill();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    std::thread::scope(|scope| {
        let address = tfo.address("http");
        let sent = scope.spawn(move || store_to(address, "logs", &bodies(["x".to_owned()])));
        std::thread::sleep(Duration::from_millis(300));
        postgres.restart();
        sent.join().unwrap();
    });
    assert_eq!(stored(&postgres, &database), (1, 0));
}

/// Scenario: the disk of the database is full while a batch comes, and has room again later. Guarantee: the batch waits, with
/// the reason in the log, and is stored once.
#[test]
fn a_full_disk_is_waited_for() {
    let test = "a_full_disk_is_waited_for";
    let Some(disk) = Disk::small(test, 256) else { return };
    let Some(postgres) = Postgres::start_in(test, Some(disk.path())) else { return };
    let database = postgres.database();
    let mut tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    disk.leave(0);
    std::thread::scope(|scope| {
        let address = tfo.address("http");
        let rows = (0..2000).map(|n| format!("{n} {}", "x".repeat(300)));
        let sent = scope.spawn(move || store_to(address, "logs", &bodies(rows)));
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(stored(&postgres, &database), (1, 0));
        disk.leave(u64::MAX);
        sent.join().unwrap();
    });
    assert_eq!(stored(&postgres, &database), (2001, 0));
    assert!(tfo.end().1.iter().any(|line| line.contains("SQLSTATE 53100")));
}

/// Scenario: a table is dropped, a column is renamed, while `create_schema` is off and on. Guarantee: the batch is refused
/// for now, with the table's or the column's name, and stored once the tables are as they were.
#[test]
fn tables_that_changed_are_named_and_waited_for() {
    let Some(postgres) = Postgres::shared("tables_that_changed_are_named_and_waited_for") else { return };
    let database = postgres.database();
    let url = postgres.url(&database);
    store(&collector(&format!("endpoint: {url}")), "logs", &bodies(["first".to_owned()]));
    let tfo =
        collector_with(&format!("endpoint: {url}\ncreate_schema: false\nretry_on_failure: {{enabled: false}}"), "");
    store(&tfo, "logs", &bodies(["second".to_owned()]));
    postgres.execute(&database, "ALTER TABLE otel_logs RENAME COLUMN body TO text");
    for _ in 0..2 {
        let (status, answer) = post(&tfo, "logs", &bodies(["third".to_owned()]));
        assert!(status == 503 && answer.contains("body"), "{status} {answer:?}");
    }
    postgres.execute(&database, "ALTER TABLE otel_logs RENAME COLUMN text TO body");
    store(&tfo, "logs", &bodies(["third".to_owned()]));
    assert_eq!(stored(postgres, &database), (3, 0));
}

/// Scenario: a column is replaced by one of another type, for which the bytes of a value are a bad value instead of a bad
/// format. Guarantee: no row is refused for good; the column is named, and the batch is stored once it is mended.
#[test]
fn rows_are_not_blamed_for_a_column_of_another_type() {
    let Some(postgres) = Postgres::shared("rows_are_not_blamed_for_a_column_of_another_type") else { return };
    let database = postgres.database();
    let settings = format!("endpoint: {}\nretry_on_failure: {{enabled: false}}", postgres.url(&database));
    let tfo = collector_with(&settings, "");
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    let replace = "ALTER TABLE otel_logs RENAME COLUMN severity_number TO old; \
         ALTER TABLE otel_logs ADD COLUMN severity_number text";
    postgres.execute(&database, replace);
    for _ in 0..2 {
        let (status, answer) = post(&tfo, "logs", &bodies(["second".to_owned()]));
        assert!(status == 503 && answer.contains("severity_number"), "{status} {answer:?}");
    }
    let mend = "ALTER TABLE otel_logs DROP COLUMN severity_number; \
         ALTER TABLE otel_logs RENAME COLUMN old TO severity_number";
    postgres.execute(&database, mend);
    store(&tfo, "logs", &bodies(["second".to_owned()]));
    assert_eq!(stored(postgres, &database), (2, 0));
}
