//! The exporter `clickhouse` against the real engine: every table, every generation, what operators do to tables, faults.
//!
//! What the engine behind tests/clickhouse-front does not cover is in the README there: async_insert, grants, replication.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "clickhouse/collector.rs"]
mod collector;
#[path = "clickhouse/faults.rs"]
mod faults;
#[path = "clickhouse/forgotten.rs"]
mod forgotten;
#[path = "clickhouse/otlp.rs"]
mod otlp;
mod support;

use otlp::{gateway, log, logs, metrics, post, traces};
use serde_json::json;
use support::clickhouse::ClickHouse;
use support::{Tfo, tfo};

/// A shared server and a fresh database.
fn database(test: &str) -> Option<(&'static ClickHouse, String)> {
    let server = ClickHouse::shared(test)?;
    Some((server, server.database()))
}

/// Scenario: one record of each kind. Guarantee: each is in its table, as the Collector's exporter would write it.
#[test]
fn all_seven_tables_are_filled() {
    let Some((server, database)) = database("all_seven_tables_are_filled") else { return };
    let tfo = Tfo::start(&gateway(server, &database, ""));
    for (path, body) in [("logs", logs(&["hello"])), ("traces", traces()), ("metrics", metrics())] {
        let (status, answer) = post(tfo.address("http"), path, &body);
        assert_eq!(status, 200, "{path}: {answer}");
    }
    let one = |table: &str, columns: &str| {
        let rows = server.rows(&database, &format!("SELECT {columns} FROM {table}"));
        assert_eq!(rows.len(), 1, "{table}: {rows:?}");
        rows[0].clone()
    };
    let log = one("otel_logs", "toString(Timestamp) AS t, TraceId, ServiceName, Body, LogAttributes, SeverityText");
    let expected = json!({ "t": "2023-11-14 22:13:20.123456789", "TraceId": "5b8efff798038103d269b633813fc60c",
        "ServiceName": "shop", "Body": "hello", "LogAttributes": { "n": "5" }, "SeverityText": "INFO" });
    assert_eq!(log, expected);
    let span = one("otel_traces", "SpanKind, Duration, StatusCode, Events.Name AS e, Links.TraceId AS l");
    let expected = json!({ "SpanKind": "Server", "Duration": 1_000_000_000, "StatusCode": "Error", "e": ["e"],
        "l": ["5b8efff798038103d269b633813fc60d"] });
    assert_eq!(span, expected);
    let times = one("otel_traces_trace_id_ts", "TraceId, toString(Start) AS s");
    assert_eq!(times, json!({ "TraceId": "5b8efff798038103d269b633813fc60c", "s": "2023-11-14 22:13:20" }));
    for (table, columns, expected) in [
        ("gauge", "Value AS v, toString(TimeUnix) AS t", json!({ "v": 1.5, "t": "2023-11-14 22:13:20.000000001" })),
        ("sum", "Value AS v, IsMonotonic AS m", json!({ "v": 7, "m": true })),
        ("summary", "Count AS c, ValueAtQuantiles.Value AS q", json!({ "c": 3, "q": [0.5] })),
        ("histogram", "BucketCounts AS b, ExplicitBounds AS e, Max AS m", json!({ "b": [1, 2], "e": [10], "m": 20 })),
        ("exponential_histogram", "Scale AS s, PositiveBucketCounts AS p", json!({ "s": -1, "p": [1, 2] })),
    ] {
        assert_eq!(one(&format!("otel_metrics_{table}"), columns), expected, "{table}");
    }
}

/// Scenario: a table of the older generation with a column of the operator's own, and one whose attributes are JSON.
/// Guarantee: both are filled by the names of their columns, and nothing about them is changed.
#[test]
fn tables_of_every_generation_are_filled() {
    let Some((server, database)) = database("tables_of_every_generation_are_filled") else { return };
    let map = "Map(LowCardinality(String), String)";
    server.execute(
        &database,
        &format!(
            "CREATE TABLE otel_logs (Timestamp DateTime64(9), TimestampTime DateTime DEFAULT toDateTime(Timestamp), TraceId String, SpanId String, TraceFlags UInt8, \
             SeverityText LowCardinality(String), SeverityNumber UInt8, ServiceName LowCardinality(String), Body String, ResourceSchemaUrl LowCardinality(String), \
             ResourceAttributes {map}, ScopeSchemaUrl LowCardinality(String), ScopeName String, ScopeVersion LowCardinality(String), ScopeAttributes {map}, \
             LogAttributes {map}, Team String DEFAULT 'ours', Length UInt64 MATERIALIZED length(Body)) \
             ENGINE = MergeTree PARTITION BY toDate(TimestampTime) PRIMARY KEY (ServiceName, TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp)"
        ),
    );
    let mut old = Tfo::start(&gateway(server, &database, "create_schema: false"));
    assert_eq!(post(old.address("http"), "logs", &logs(&["old"])).0, 200);
    let row = &server.rows(&database, "SELECT Body, toString(TimestampTime) AS t, Team, Length FROM otel_logs")[0];
    assert_eq!(*row, json!({ "Body": "old", "t": "2023-11-14 22:13:20", "Team": "ours", "Length": 3 }));
    let (_, log) = old.end();
    assert!(log.iter().any(|line| line.contains("would be written twice")), "{log:#?}");

    let json = server.database();
    let tfo = Tfo::start(&gateway(server, &json, "json: true"));
    assert_eq!(
        (post(tfo.address("http"), "logs", &logs(&["new"])).0, post(tfo.address("http"), "traces", &traces()).0),
        (200, 200)
    );
    let row = &server.rows(&json, "SELECT LogAttributes, LogAttributesKeys AS k FROM otel_logs")[0];
    assert_eq!(*row, json!({ "LogAttributes": { "n": 5 }, "k": ["n"] }));
    let row = &server.rows(&json, "SELECT Events.Attributes AS a FROM otel_traces")[0];
    assert_eq!(*row, json!({ "a": [{ "a": true }] }));
}

/// Scenario: every way to compress. Guarantee: the server reads it.
#[test]
fn every_compression_is_read() {
    let Some((server, database)) = database("every_compression_is_read") else { return };
    for (count, compress) in ["lz4", "zstd", "gzip", "deflate", "none", "'true'"].iter().enumerate() {
        let tfo = Tfo::start(&gateway(server, &database, &format!("compress: {compress}")));
        assert_eq!(post(tfo.address("http"), "logs", &logs(&["x"])).0, 200, "{compress}");
        assert_eq!(server.count(&database, "otel_logs"), count as u64 + 1, "{compress}");
    }
}

/// Scenario: no table and none may be made; then a column is dropped that rows need not have, then one that they need.
/// Guarantee: what was accepted waits until the operator has mended it, and the log says what is to be done.
#[test]
fn data_waits_for_the_operator() {
    let Some((server, database)) = database("data_waits_for_the_operator") else { return };
    let mut tfo = Tfo::start(&gateway(server, &database, "create_schema: false"));
    let table = tfo_ddl(&database);
    let address = tfo.address("http");
    std::thread::scope(|scope| {
        let posted = scope.spawn(|| post(address, "logs", &logs(&["one"])));
        std::thread::sleep(std::time::Duration::from_secs(2));
        server.execute(&database, &table);
        assert_eq!(posted.join().unwrap().0, 200);
    });
    server.execute(&database, "ALTER TABLE otel_logs DROP COLUMN EventName");
    assert_eq!(post(tfo.address("http"), "logs", &logs(&["two"])).0, 200);
    server.execute(&database, "ALTER TABLE otel_logs DROP COLUMN SpanId");
    let address = tfo.address("http");
    std::thread::scope(|scope| {
        let posted = scope.spawn(|| post(address, "logs", &logs(&["three"])));
        std::thread::sleep(std::time::Duration::from_secs(2));
        server.execute(&database, "ALTER TABLE otel_logs ADD COLUMN SpanId String");
        assert_eq!(posted.join().unwrap().0, 200);
    });
    // A number takes no text, and says so with words that elsewhere mean that the data are wrong.
    server.execute(&database, "ALTER TABLE otel_logs DROP COLUMN SpanId");
    server.execute(&database, "ALTER TABLE otel_logs ADD COLUMN SpanId UInt8");
    let address = tfo.address("http");
    std::thread::scope(|scope| {
        let posted = scope.spawn(|| post(address, "logs", &logs(&["four"])));
        std::thread::sleep(std::time::Duration::from_secs(2));
        server.execute(&database, "ALTER TABLE otel_logs DROP COLUMN SpanId");
        server.execute(&database, "ALTER TABLE otel_logs ADD COLUMN SpanId String");
        assert_eq!(posted.join().unwrap().0, 200);
    });
    let rows = server.rows(&database, "SELECT Body FROM otel_logs ORDER BY Body");
    assert_eq!(rows, ["four", "one", "three", "two"].map(|body| json!({ "Body": body })));
    let log = tfo.end().1.join("\n");
    for expected in ["a table is missing", "ADD COLUMN `SpanId` String", "column `SpanId` is UInt8, not String"] {
        assert!(log.contains(expected), "{expected} is not in\n{log}");
    }
}

/// Scenario: a column that takes small numbers only at one path of its JSON, a record with a text there, one with the same
/// path twice, and others beside them. Guarantee: what cannot be stored is rejected for good, told to the sender and
/// counted, not tried for ever; what stands beside it is stored, and what comes twice is stored once.
#[test]
fn what_cannot_be_stored_is_counted() {
    let Some((server, database)) = database("what_cannot_be_stored_is_counted") else { return };
    let yaml = gateway(server, &database, "json: true");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    std::fs::write(&file, &yaml).unwrap();
    let printed = tfo(&["schema", "sql", "clickhouse", "-c", file.to_str().unwrap()]).stdout;
    let table = printed.split(";\n").find(|statement| statement.contains("`otel_logs`")).unwrap();
    server.execute(&database, &table.replace("`LogAttributes` JSON", "`LogAttributes` JSON(n UInt8)"));
    let tfo = Tfo::start(&yaml);
    let send = |from: &str, to: &str| {
        let body = logs(&["one", "two"]).to_string().replace(from, to);
        post(tfo.address("http"), "logs", &serde_json::from_str(&body).unwrap())
    };
    assert_eq!(send("", "").0, 200);
    let mut records = logs(&["one", "two", "three", "four", "five"]);
    let bad = &mut records["resourceLogs"][0]["scopeLogs"][0]["logRecords"][3];
    bad["attributes"][0]["value"] = json!({ "stringValue": "many" });
    let (status, answer) = post(tfo.address("http"), "logs", &records);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains(r#""rejectedLogRecords":"1""#) && answer.contains("many"), "{answer}");
    assert_eq!(server.count(&database, "otel_logs"), 6);
    let twice = r#"{"key":"a.b","value":{"intValue":"1"}},{"key":"a","value":{"kvlistValue":{"values":[{"key":"b","value":{"intValue":"2"}}]}}},{"key":"n""#;
    assert_eq!(send(r#"{"key":"n""#, twice).0, 200);
    assert_eq!(
        server.rows(&database, "SELECT count() AS n, countIf(Body = 'four') AS four FROM otel_logs"),
        [json!({ "n": 8, "four": 0 })]
    );
}

/// Scenario: a wrong password, a host that is not there ahead of one that is. Guarantee: the first is said without the
/// password, the second is passed over.
#[test]
fn credentials_and_hosts() {
    let Some((server, database)) = database("credentials_and_hosts") else { return };
    let yaml = gateway(server, &database, "retry_on_failure: { max_elapsed_time: 1s }");
    let mut tfo = Tfo::start(&yaml.replace("password: secret", "password: swordfish"));
    let (status, answer) = post(tfo.address("http"), "logs", &logs(&["x"]));
    let log = tfo.end().1.join("\n");
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("user or password is refused") && !log.contains("swordfish"), "{answer}\n{log}");

    let nobody = format!("http://127.0.0.1:{},", support::server::free_port());
    let tfo = Tfo::start(&yaml.replace("endpoint: http://127", &format!("endpoint: {nobody}127")));
    assert_eq!(post(tfo.address("http"), "logs", &logs(&["x"])).0, 200);
    assert_eq!(server.count(&database, "otel_logs"), 1);
}

/// Scenario: dry runs before and after tables are there, with a wrong password, with a table that lacks a column.
/// Guarantee: each says what a run would meet, and leaves nothing behind.
#[test]
fn dry_runs_tell_what_a_run_would_meet() {
    let Some((server, database)) = database("dry_runs_tell_what_a_run_would_meet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    let run = |yaml: &str, level: &str| {
        std::fs::write(&file, yaml).unwrap();
        tfo(&["dry-run", "--level", level, "-c", file.to_str().unwrap()])
    };
    let yaml = gateway(server, &database, "");
    let ended = run(&yaml, "connect");
    assert_eq!(ended.status.code(), Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stdout.contains("`otel_logs` is missing and will be made; `tfo` may CREATE TABLE"),
        "{}",
        ended.stdout
    );
    assert_eq!(server.rows(&database, "SHOW TABLES"), Vec::<serde_json::Value>::new());

    let ended = run(&gateway(server, &database, "create_schema: false"), "connect");
    assert_eq!(ended.status.code(), Some(78), "{}", ended.stdout);
    let ended = run(&yaml.replace("password: secret", "password: swordfish"), "connect");
    assert_eq!(ended.status.code(), Some(77), "{}", ended.stdout);
    assert!(!ended.stdout.contains("swordfish"), "{}", ended.stdout);

    server.execute(&database, &tfo_ddl(&database));
    server.execute(&database, "ALTER TABLE otel_logs DROP COLUMN Body, DROP INDEX idx_lower_body");
    let ended = run(&yaml, "connect");
    assert_eq!(ended.status.code(), Some(78), "{}", ended.stdout);
    assert!(ended.stdout.contains("ADD COLUMN `Body` String"), "{}", ended.stdout);

    let ended = run(&yaml, "process");
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("otel_logs") && ended.stdout.contains("SeverityText"), "{}", ended.stdout);
}

/// Guarantee: what `tfo schema sql` prints can be executed as it is, for old and new servers and with JSON, and the
/// exporter is content with it.
#[test]
fn printed_statements_can_be_executed() {
    let Some((server, database)) = database("printed_statements_can_be_executed") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    for (version, keys) in [("26.9", "ttl: 720h"), ("25.8", ""), ("26.9", "json: true")] {
        let database = format!("{database}_{}{}", version.replace('.', "_"), keys.len());
        std::fs::write(&file, gateway(server, &database, keys)).unwrap();
        let printed = tfo(&["schema", "sql", "clickhouse", "--server", version, "-c", file.to_str().unwrap()]);
        assert_eq!(printed.status.code(), Some(0), "{}", printed.stderr);
        for statement in printed.stdout.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            server.execute("default", statement);
        }
        assert_eq!(server.rows(&database, "SHOW TABLES").len(), 9);
        let tfo = Tfo::start(&gateway(server, &database, "create_schema: false"));
        assert_eq!(post(tfo.address("http"), "logs", &log("x")).0, 200, "{version} {keys}");
    }
}

/// The statement that makes the table of logs, as the program prints it.
fn tfo_ddl(database: &str) -> String {
    let printed = tfo(&["schema", "sql", "clickhouse"]).stdout;
    let logs = printed.split(";\n").find(|statement| statement.contains("`otel_logs`")).unwrap();
    logs.replace("`default`", &format!("`{database}`"))
}
