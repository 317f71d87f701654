//! Rows of which a server kept the token alone, as one does that is killed, or whose disk fails, at the wrong moment.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::otlp::{gateway, log, logs, metrics, post, traces};
use super::support::clickhouse::{ClickHouse, TABLES};
use super::support::{Tfo, skip};

/// The same request on two days, which makes two parts of each insert.
fn on_two_days(request: &Value) -> Value {
    let later: Value = serde_json::from_str(&request.to_string().replace("\"17000", "\"17001")).unwrap();
    let mut both = request.clone();
    for (key, resources) in both.as_object_mut().unwrap() {
        resources.as_array_mut().unwrap().extend(later[key].as_array().unwrap().clone());
    }
    both
}

/// A request for each table, with what a comparison could stumble over.
fn requests() -> Vec<(&'static str, Value)> {
    let mut logs = logs(&["one", "two", "two"]);
    let values = json!([{ "intValue": "1" }, { "stringValue": "x" }, { "doubleValue": 1.0 }, {}]);
    let array = json!({ "key": "a", "value": { "arrayValue": { "values": values } } });
    let deep = json!([{ "key": "z", "value": { "doubleValue": -0.0 } }, array]);
    let record = &mut logs["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    record["attributes"] =
        json!([{ "key": "deep", "value": { "kvlistValue": { "values": deep } } }, { "key": "", "value": {} }]);
    let mut metrics = metrics();
    let all = metrics["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].take();
    let mut requests = vec![("logs", logs), ("traces", traces())];
    for mut metric in all.as_array().unwrap().clone() {
        if let Some(gauge) = metric.get_mut("gauge") {
            gauge["dataPoints"][0]["asDouble"] = json!("NaN");
        }
        metrics["resourceMetrics"][0]["scopeMetrics"][0]["metrics"] = json!([metric]);
        requests.push(("metrics", metrics.clone()));
    }
    requests.into_iter().map(|(path, request)| (path, on_two_days(&request))).collect()
}

fn rows(server: &ClickHouse, database: &str) -> Vec<Vec<Value>> {
    let all = |table: &&str| server.rows(database, &format!("SELECT * FROM {table} ORDER BY toString(tuple(*))"));
    TABLES.iter().map(all).collect()
}

/// Scenario: inserts that take longer than an attempt may, and whose rows of one day are gone when the second attempt comes,
/// while the table knows the token; tables with maps, and with JSON. Guarantee: those rows are there again, and no row is
/// there twice.
#[test]
fn rows_that_are_forgotten_are_stored_again() {
    let Some(server) = ClickHouse::start("rows_that_are_forgotten_are_stored_again") else { return };
    for keys in ["", "json: true"] {
        let database = server.database();
        let retry = "retry_on_failure: { initial_interval: 6s, max_interval: 6s, randomization_factor: 0 }";
        let yaml = gateway(&server, &database, &format!("timeout: 1s\n    {retry}\n    {keys}"));
        let mut tfo = Tfo::start(&yaml.replace("sending_queue: {", "sending_queue: { num_consumers: 8, "));
        // So that nothing but inserts is slow.
        for (path, request) in [("logs", logs(&["zero"])), ("traces", traces()), ("metrics", metrics())] {
            assert_eq!(post(tfo.address("http"), path, &request).0, 200);
        }
        for table in TABLES {
            server.execute(&database, &format!("ALTER TABLE {table} DELETE WHERE 1 SETTINGS mutations_sync = 2"));
        }
        server.fail("hang 2");
        let address = tfo.address("http");
        let before = std::thread::scope(|scope| {
            let post = |(path, request): (&'static str, Value)| {
                // Apart, so that they are not put together.
                std::thread::sleep(Duration::from_millis(150));
                scope.spawn(move || post(address, path, &request))
            };
            let posted: Vec<_> = requests().into_iter().map(post).collect();
            std::thread::sleep(Duration::from_millis(400));
            server.heal();
            std::thread::sleep(Duration::from_millis(2200));
            let before = rows(&server, &database);
            assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [6, 2, 2, 2, 2, 2, 2], "{before:?}");
            for table in TABLES {
                let time = if table.contains("metrics") { "TimeUnix" } else { "Timestamp" };
                let day = format!("toDate({time}) > '2023-11-14'");
                server
                    .execute(&database, &format!("ALTER TABLE {table} DELETE WHERE {day} SETTINGS mutations_sync = 2"));
            }
            for posted in posted {
                let (status, answer) = posted.join().unwrap();
                assert_eq!(status, 200, "{answer}");
            }
            before
        });
        assert_eq!(rows(&server, &database), before, "{keys}");
        let log = tfo.end().1.join("\n");
        assert_eq!(log.matches("no answer within 1s").count(), TABLES.len(), "{log}");
        assert!(!log.contains("cannot be checked"), "{log}");
    }
}

/// Whether every thread of a process is traced.
fn is_traced(pid: u32) -> bool {
    let tasks = std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task")).unwrap();
    let status = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
    tasks.flatten().map(status).all(|status| !status.contains("TracerPid:\t0\n"))
}

/// Scenario: a real server that is killed in the system call which gives a part its name, when the token is on disk; over a
/// connection that it has answered on before. Guarantee: the records are stored, once.
#[test]
fn a_server_killed_before_a_part_has_its_name_loses_nothing() {
    let test = "a_server_killed_before_a_part_has_its_name_loses_nothing";
    let Some(server) = ClickHouse::start(test) else { return };
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        return skip(test, "no strace: run `make setup`");
    }
    let database = server.database();
    let tfo = Tfo::start(&gateway(&server, &database, ""));
    assert_eq!(post(tfo.address("http"), "logs", &log("first")).0, 200);
    let (pid, calls) = (server.server().pid().unwrap(), server.server().path("calls"));
    let mut killer = Command::new("strace")
        .args(["-f", "-q", "-e", "trace=rename", "-e", "inject=rename:error=EIO:signal=SIGKILL:when=1", "-p"])
        .arg(pid.to_string())
        .arg("-o")
        .arg(&calls)
        .spawn()
        .unwrap();
    let holds = || {
        is_traced(pid) || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }
    };
    assert!((0..1000).any(|_| holds()), "strace does not get hold of the server");
    let address = tfo.address("http");
    std::thread::scope(|scope| {
        let posted = scope.spawn(|| post(address, "logs", &log("second")));
        // It ends with what it traces.
        assert!(killer.wait().is_ok());
        server.kill();
        server.restart();
        let (status, answer) = posted.join().unwrap();
        assert_eq!(status, 200, "{answer}");
    });
    let calls = std::fs::read_to_string(calls).unwrap();
    assert!(calls.contains("tmp_insert_"), "{calls}");
    let stored = server.rows(&database, "SELECT Body FROM otel_logs ORDER BY Body");
    assert_eq!(stored, [json!({ "Body": "first" }), json!({ "Body": "second" })]);
}

/// Scenario: an insert that takes longer than an attempt may, and a user without the right to read the table. Guarantee: the
/// client is told OK as the server said, the row is there once, and the log says what could not be checked, and why.
#[test]
fn what_cannot_be_checked_is_told() {
    let Some(server) = ClickHouse::start("what_cannot_be_checked_is_told") else { return };
    let database = server.database();
    let mut tfo = Tfo::start(&gateway(&server, &database, "timeout: 1s"));
    assert_eq!(post(tfo.address("http"), "logs", &log("first")).0, 200);
    server.fail("hang 2");
    let address = tfo.address("http");
    std::thread::scope(|scope| {
        let posted = scope.spawn(|| post(address, "logs", &log("second")));
        std::thread::sleep(Duration::from_millis(700));
        server.fail("tables 403 Code: 497. DB::Exception: tfo: Not enough privileges. (ACCESS_DENIED)");
        let (status, answer) = posted.join().unwrap();
        assert_eq!(status, 200, "{answer}");
    });
    // The first attempt may still be waiting; whichever comes second is the repetition.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(server.count(&database, "otel_logs"), 2);
    let log = tfo.end().1.join("\n");
    assert!(log.contains("cannot be checked") && log.contains("the user lacks a right"), "{log}");
}
