//! `tfo query` as users and scripts meet it: over a store made with the tables of the exporter, what is printed is held
//! against `tests/query/*.out` (`UPDATE_GOLDEN=1` writes them anew).
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "query/live.rs"]
mod live;
mod support;

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use support::{Ended, checkout};

/// A folder with a store.
struct Store {
    folder: tempfile::TempDir,
    db: String,
}

impl Store {
    /// With nothing in its tables.
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("telemetry.db").to_str().unwrap().to_owned();
        Connection::open(&db).unwrap().execute_batch(&exporters::sqlite::ddl()).unwrap();
        Self { folder, db }
    }

    /// With what `tests/query/store.sql` tells.
    fn filled() -> Self {
        let store = Self::empty();
        store.execute(&std::fs::read_to_string(checkout("tests/query/store.sql")).unwrap());
        store
    }

    fn execute(&self, sql: &str) {
        Connection::open(&self.db).unwrap().execute_batch(sql).unwrap();
    }

    fn query(&self, arguments: &[&str]) -> Ended {
        query(&[arguments, &["--db", &self.db]].concat())
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
    command.arg("query").args(arguments).env("COLUMNS", "110").env_remove("TFO_DB").env_remove("NO_COLOR");
    command
}

fn query(arguments: &[&str]) -> Ended {
    let output = command(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn fine(ended: Ended) -> String {
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    ended.stdout
}

fn lines(ended: Ended) -> Vec<Value> {
    fine(ended).lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn golden(name: &str, text: &str) {
    let path = checkout(&format!("tests/query/{name}.out"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} differs", path.display());
}

/// Scenario: every view of a small shop, as text. Guarantee: what is printed is what stands in the golden files, without
/// any control character but the newline.
#[test]
fn views_look_as_in_the_golden_files() {
    let store = Store::filled();
    for (name, arguments) in [
        ("logs", vec!["logs"]),
        ("logs-coloured", vec!["logs", "--color", "always", "--limit", "3"]),
        ("logs-of-trace", vec!["logs", "--trace", "4bf92f"]),
        ("traces", vec!["traces"]),
        ("traces-failed", vec!["traces", "--errors", "--service", "payment", "--min-duration", "100ms"]),
        ("trace", vec!["trace", "4bf92f", "--attributes"]),
        ("trace-orphan", vec!["trace", "c0ffee"]),
        ("trace-circle", vec!["trace", "dead"]),
        ("trace-roots", vec!["trace", "e"]),
        ("trace-json", vec!["trace", "4bf92f", "--format", "json"]),
        ("metrics-json", vec!["metrics", "--format", "json"]),
        ("metric-gauge", vec!["metric", "cpu.load", "--since", "36500d"]),
        ("metric-counter", vec!["metric", "requests", "--since", "36500d"]),
        ("metric-delta", vec!["metric", "requests.delta", "--since", "36500d"]),
        ("metric-up-down", vec!["metric", "queue.size", "--since", "36500d"]),
        ("metric-histogram", vec!["metric", "latency", "--since", "36500d", "--attribute", "http.route=/checkout"]),
        ("metric-exponential", vec!["metric", "size", "--since", "36500d"]),
        ("metric-summary", vec!["metric", "gc.pause", "--since", "36500d"]),
        ("metric-json", vec!["metric", "latency", "--since", "36500d", "--format", "json"]),
        ("sql", vec!["sql", "SELECT id, service_name, body, NULL AS empty, 1e999 AS x, x'00ff' AS x FROM otel_logs"]),
    ] {
        let text = fine(store.query(&arguments));
        let allowed = |c: char| c == '\n' || c == '\u{1b}' && name == "logs-coloured";
        assert!(!text.contains(|c: char| c.is_control() && !allowed(c)), "{text:?}");
        golden(name, &text);
    }
    for (name, arguments) in [
        ("metrics", vec!["metrics"]),
        ("metrics-searched", vec!["metrics", "--service", "payment", "--search", "REQ"]),
        ("services", vec!["services", "--since", "36500d"]),
    ] {
        let text = fine(store.query(&arguments));
        // The last column tells how long ago it was.
        let line =
            |line: &str| line.rsplit_once("  ").map_or_else(String::new, |(line, _)| format!("{}\n", line.trim_end()));
        golden(name, &text.lines().map(line).collect::<String>());
    }
}

/// Scenario: the page of documentation. Guarantee: what it shows is what is printed.
#[test]
fn the_documentation_shows_what_is_printed() {
    let page = std::fs::read_to_string(checkout("docs/query.md")).unwrap();
    for name in ["logs-of-trace", "traces-failed", "trace", "metrics", "metric-counter", "metric-histogram", "services"]
    {
        let shown = std::fs::read_to_string(checkout(&format!("tests/query/{name}.out"))).unwrap();
        assert!(page.contains(shown.trim_end()), "docs/query.md lacks\n{shown}");
    }
}

/// Scenario: filters of logs, alone and together. Guarantee: exactly the records they ask for, as JSON lines, oldest
/// first.
#[test]
fn logs_are_filtered() {
    let store = Store::filled();
    let times = |arguments: &[&str]| -> Vec<i64> {
        let all = [&["logs", "--format", "json"], arguments].concat();
        let found = lines(store.query(&all));
        found.iter().map(|log| log["time_unix_nano"].as_i64().unwrap() / 1_000_000 - 1_795_259_150_000).collect()
    };
    assert_eq!(times(&[]), [3000, 4123, 4150, 5000, 6000]);
    assert_eq!(times(&["--limit", "2"]), [5000, 6000]);
    assert_eq!(times(&["--severity", "warn"]), [3000, 4150, 6000]);
    assert_eq!(times(&["--severity", "18"]), [6000]);
    assert_eq!(times(&["--service", "shop"]), [3000, 4123]);
    assert_eq!(times(&["--service", "shop", "--severity", "info", "--search", "LISTENING"]), [4123]);
    assert_eq!(times(&["--search", "0% b"]), [3000]);
    assert_eq!(times(&["--search", "no funds"]), [4150]);
    assert_eq!(times(&["--trace", "4BF9"]), [4150]);
    for nothing in [["--search", "_"], ["--since", "1s"], ["--service", "nobody"]] {
        let ended = store.query(&[&["logs"], &nothing[..]].concat());
        assert!(ended.status.success() && ended.stdout.is_empty(), "{}", ended.stdout);
        assert!(ended.stderr.contains("no log matches; the newest one is from 2026-11-21T11:05:56.000Z"));
    }
}

/// Scenario: files that are missing, empty, no database, someone else's, damaged, of other versions. Guarantee: each
/// message says what it is and what to do, on stderr, with the code scripts rely on.
#[test]
fn wrong_files_are_explained() {
    let store = Store::empty();
    let folder = store.folder.path();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("empty.db"), "").unwrap();
    std::fs::write(path("text.db"), "hello, this is no database at all, but a long text".repeat(20)).unwrap();
    Connection::open(path("other.db")).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    for (name, version) in [("older.db", 0), ("newer.db", 99)] {
        std::fs::copy(&store.db, path(name)).unwrap();
        let sql = format!("UPDATE otel_schema SET version = {version}");
        Connection::open(path(name)).unwrap().execute_batch(&sql).unwrap();
    }
    for (name, code, part) in [
        ("missing.db", 66, "`tfo quickstart` makes one"),
        ("empty.db", 66, "nothing was stored yet"),
        ("text.db", 65, "is not an SQLite database"),
        ("other.db", 65, "is an SQLite database, but not a store of tfo"),
        ("older.db", 65, "let a tfo of this version write"),
        ("newer.db", 65, "use the tfo that writes it"),
        (".", 66, "is a directory"),
    ] {
        let ended = query(&["logs", "--db", &path(name)]);
        assert_eq!(ended.status.code(), Some(code), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains(part) && ended.stdout.is_empty(), "{name}: {}", ended.stderr);
    }
    for what in ["logs", "traces", "services", "metrics"] {
        let ended = store.query(&[what]);
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
        assert!(ended.stderr.contains("stored yet: send") && ended.stdout.is_empty(), "{}", ended.stderr);
    }
}

/// Scenario: arguments that make no sense or fit nothing. Guarantee: exit code 64 and a sentence that helps.
#[test]
fn wrong_uses_are_explained() {
    let store = Store::filled();
    for (arguments, part) in [
        (vec!["trace", "4bf9"], "several traces begin with `4bf9`: 4bf900000000000000000000000000aa, 4bf92f"),
        (vec!["trace", "ffff"], "no trace has an id that begins with `ffff`: `tfo query traces` lists"),
        (vec!["trace", "xyz"], "is not a trace id"),
        (vec!["logs", "--severity", "loud"], "is not a severity"),
        (vec!["logs", "--since", "soon"], "is not a duration"),
        (vec!["sql", "SELECT * FROM nowhere"], "no such table: nowhere; `SELECT name, sql FROM sqlite_schema` shows"),
        (
            vec!["metric", "request"],
            "no metric is called `request`, did you mean `requests`?; `tfo query metrics` lists",
        ),
        (vec!["metric", "latency", "--attribute", "x"], "expected KEY=VALUE"),
        (vec!["sql", ""], "there is no statement"),
        (vec!["sql", "SELECT 1; SELECT 2"], "several statements"),
        (vec!["sql", "SELECT ?"], "has 1 parameters"),
    ] {
        let ended = store.query(&arguments);
        assert_eq!(ended.status.code(), Some(64), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(part) && ended.stdout.is_empty(), "{arguments:?}: {}", ended.stderr);
    }
}

/// Scenario: statements that would write here, write elsewhere, or change the connection. Guarantee: each is refused with
/// a clear sentence, and neither the store nor its folder changes.
#[test]
fn nothing_is_written() {
    let store = Store::filled();
    let into = store.folder.path().join("copy.db");
    let before = std::fs::read(&store.db).unwrap();
    for sql in [
        "DELETE FROM otel_logs",
        "INSERT INTO otel_scopes SELECT * FROM otel_scopes",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "DROP VIEW logs",
        "PRAGMA query_only = 0",
        "PRAGMA journal_mode = DELETE",
        "VACUUM",
        &format!("VACUUM INTO '{}'", into.display()),
        &format!("ATTACH '{}' AS other", into.display()),
        "EXPLAIN DELETE FROM otel_logs",
        "WITH a AS (SELECT 1) DELETE FROM otel_logs RETURNING *",
        "BEGIN IMMEDIATE",
    ] {
        let ended = store.query(&["sql", sql]);
        assert_eq!(ended.status.code(), Some(64), "{sql}: {}", ended.stderr);
        assert!(ended.stderr.contains("open for reading only"), "{sql}: {}", ended.stderr);
    }
    assert!(std::fs::read(&store.db).unwrap() == before && !into.exists());
}

/// Scenario: SQL as JSON, with names that stand twice and values JSON has no form for. Guarantee: a document per row,
/// and nothing is overwritten.
#[test]
fn rows_are_json_lines() {
    let store = Store::filled();
    let sql = "SELECT 1 AS a, 'x' AS a, NULL AS n, 1e999 AS i, x'00ff' AS b, 9007199254740993 AS big UNION ALL \
               SELECT 2, char(155), 0.5, -1e999, x'', -1";
    let text = fine(store.query(&["sql", sql, "--format", "json"]));
    let expected = "{\"a\":1,\"a_2\":\"x\",\"n\":null,\"i\":\"Infinity\",\"b\":\"00ff\",\"big\":9007199254740993}\n\
                    {\"a\":2,\"a_2\":\"\\u009b\",\"n\":0.5,\"i\":\"-Infinity\",\"b\":\"\",\"big\":-1}\n";
    assert_eq!(text, expected);
}

/// Scenario: a reader that goes away in the middle of much. Guarantee: the command ends at once and quietly.
#[test]
fn a_broken_pipe_is_no_error() {
    let store = Store::empty();
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    for format in ["text", "json"] {
        let mut command = command(&["sql", sql, "--format", format, "--db", &store.db]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 64];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
    }
}

/// Scenario: a store that is followed while records are written. Guarantee: they appear in the order in which they were
/// stored, filtered like the others.
#[test]
fn followed_logs_appear() {
    let store = Store::filled();
    store.execute("PRAGMA journal_mode = WAL");
    let mut command =
        command(&["logs", "--follow", "--limit", "1", "--severity", "info", "--format", "json", "--db", &store.db]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut bodies = Vec::new();
    for id in 100..103 {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
        bodies.push(serde_json::from_str::<Value>(&line).unwrap()["body"].clone());
        // Late records come, too: it is the order of storing that counts.
        store.execute(&format!(
            "INSERT INTO otel_logs SELECT {id} * 10 + severity_number / 9, 5, 0, NULL, NULL, 0, severity_number, NULL, NULL, NULL, \
             'late {id}', '{{}}', 0, 3, 1 FROM (SELECT 1 AS severity_number UNION ALL SELECT 9)"
        ));
    }
    assert_eq!(bodies[1..], ["late 100", "late 101"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Scenario: a store in the middle of a large transaction of its writer. Guarantee: reading neither waits nor fails, and
/// the writer can commit while a reader's transaction is open.
#[test]
fn reading_and_writing_do_not_wait_for_each_other() {
    let store = Store::filled();
    let writer = Connection::open(&store.db).unwrap();
    writer.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; DELETE FROM otel_logs").unwrap();
    assert_eq!(lines(store.query(&["logs", "--format", "json"])).len(), 5);
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, body FROM n, otel_logs";
    let mut reading = command(&["sql", sql, "--format", "json", "--db", &store.db]);
    let mut child = reading.stdout(Stdio::piped()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 64]).unwrap();
    writer.busy_timeout(Duration::ZERO).unwrap();
    writer.execute_batch("COMMIT").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let ended = store.query(&["logs"]);
    assert!(ended.stdout.is_empty() && ended.stderr.contains("no logs are stored yet"), "{}", ended.stderr);
}

/// Scenario: a copy of a store in a folder that cannot be written, or one this user may not read. Guarantee: the first is
/// read, the second is named as what it is.
#[test]
fn copies_on_read_only_media_are_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let store = Store::filled();
    store.execute("PRAGMA journal_mode = WAL");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(store.folder.path(), 0o555);
    // Root may write anyway, and then nothing is special about the folder.
    let ended = store.query(&["logs", "--format", "json"]);
    mode(store.folder.path(), 0o755);
    assert_eq!((ended.status.code(), ended.stdout.lines().count()), (Some(0), 5), "{}", ended.stderr);
}
