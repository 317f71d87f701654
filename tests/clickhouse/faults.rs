//! Servers that are down, busy, slow or killed: nothing accepted is lost, nothing is written twice.

use std::time::Duration;

use super::otlp::{gateway, log, logs, post};
use super::support::Tfo;
use super::support::clickhouse::ClickHouse;

fn once(server: &ClickHouse, database: &str, expected: u64) {
    let rows = server.rows(database, "SELECT count() AS n, uniqExact(Body) AS u FROM otel_logs");
    assert_eq!((rows[0]["n"].as_u64(), rows[0]["u"].as_u64()), (Some(expected), Some(expected)));
}

/// Scenario: the server has too many parts, is out of memory, cuts connections, hangs. Guarantee: each is tried again
/// until it works, and written once.
#[test]
fn faults_that_pass_are_waited_out() {
    let Some(server) = ClickHouse::start("faults_that_pass_are_waited_out") else { return };
    let database = server.database();
    let mut tfo = Tfo::start(&gateway(&server, &database, "timeout: 2s"));
    assert_eq!(post(tfo.address("http"), "logs", &log("first")).0, 200);
    for (count, fault) in [
        "500 Code: 252. DB::Exception: Too many parts (300). (TOO_MANY_PARTS)",
        "500 Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)",
        "500 Code: 242. DB::Exception: Table is in readonly mode. (TABLE_IS_READ_ONLY)",
        "cut",
        "hang 4",
    ]
    .iter()
    .enumerate()
    {
        server.fail(fault);
        let address = tfo.address("http");
        std::thread::scope(|scope| {
            let posted = scope.spawn(|| post(address, "logs", &log(fault)));
            std::thread::sleep(Duration::from_secs(1));
            server.heal();
            let (status, answer) = posted.join().unwrap();
            assert_eq!(status, 200, "{fault}: {answer}");
        });
        once(&server, &database, count as u64 + 2);
    }
    let log = tfo.end().1.join("\n");
    for expected in ["too many parts", "out of memory", "read-only", "connection to 127.0.0.1"] {
        assert!(log.contains(expected), "{expected} is not in\n{log}");
    }
}

/// Scenario: no server at the start; then one, which is killed with `kill -9` again and again while records come in from
/// several senders. Guarantee: the start succeeds, every record that was accepted is there, and none twice.
#[test]
fn a_server_that_is_killed_loses_and_doubles_nothing() {
    let Some(server) = ClickHouse::start("a_server_that_is_killed_loses_and_doubles_nothing") else { return };
    let database = server.database();
    server.kill();
    let tfo = Tfo::start(&gateway(&server, &database, ""));
    let accepted = std::thread::scope(|scope| {
        let send = |sender: u32| {
            let address = tfo.address("http");
            scope.spawn(move || {
                let sent = (0..60).filter(|at| post(address, "logs", &log(&format!("{sender}-{at}"))).0 == 200);
                sent.count() as u64
            })
        };
        let senders: Vec<_> = (0..4).map(send).collect();
        server.restart();
        for _ in 0..4 {
            std::thread::sleep(Duration::from_millis(700));
            server.kill();
            server.restart();
        }
        senders.into_iter().map(|sender| sender.join().unwrap()).sum::<u64>()
    });
    assert_eq!(accepted, 240);
    once(&server, &database, accepted);
}

/// Scenario: a megabyte of a resource that each of 200 records repeats, uncompressed, while the server cuts connections.
/// Guarantee: all are stored, once, and the memory that takes is bounded.
#[test]
fn rows_beyond_an_insert_are_sent_in_several() {
    let Some(server) = ClickHouse::start("rows_beyond_an_insert_are_sent_in_several") else { return };
    let database = server.database();
    let tfo = Tfo::start(&gateway(&server, &database, "compress: none"));
    let bodies: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let mut request = logs(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let attribute = serde_json::json!({ "key": "large", "value": { "stringValue": "x".repeat(1 << 20) } });
    request["resourceLogs"][0]["resource"]["attributes"].as_array_mut().unwrap().push(attribute);
    let address = tfo.address("http");
    std::thread::scope(|scope| {
        let posted = scope.spawn(|| post(address, "logs", &request));
        std::thread::sleep(Duration::from_millis(300));
        server.fail("cut");
        std::thread::sleep(Duration::from_millis(700));
        server.heal();
        assert_eq!(posted.join().unwrap().0, 200);
    });
    once(&server, &database, 200);
    let rows = server.rows(&database, "SELECT min(length(ResourceAttributes['large'])) AS n FROM otel_logs");
    assert_eq!(rows[0]["n"], 1 << 20);
    assert!(tfo.peak() < 200 << 10, "{} KiB", tfo.peak());
}
