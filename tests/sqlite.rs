//! The `sqlite` exporter from outside: what clients hear OK for is in the file, once, whatever happens to the process, the
//! file and its disk. Rows are read back with SQLite itself.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sqlite/faults.rs"]
mod faults;
#[path = "sqlite/rows.rs"]
mod rows;
mod support;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use support::Tfo;

/// Longest wait for what should come soon, on a machine that also compiles.
const SOON: Duration = Duration::from_secs(30);

/// A collector with the exporter; `more` are its keys besides `path` and what makes retries quick.
fn collector(db: &str, more: &str) -> String {
    format!(
        "receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:0'}}}}}}}}
exporters:
  sqlite:
    path: '{db}'
    busy_timeout: 2s
    retry_on_failure: {{initial_interval: 50ms, max_interval: 100ms}}
    sending_queue: {{batch: {{flush_timeout: 20ms}}}}
    {more}
extensions: {{file_storage: {{directory: '{{folder}}/queue', create_directory: true}}}}
service:
  extensions: [file_storage]
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    logs: {{receivers: [otlp], exporters: [sqlite]}}
    traces: {{receivers: [otlp], exporters: [sqlite]}}
    metrics: {{receivers: [otlp], exporters: [sqlite]}}
"
    )
}

/// Sends a request and returns the status and the body of the answer; `None` if there is none.
fn post(address: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(SOON)).ok()?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: tfo\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

/// A request of `count` log records, numbered from `first` on in their bodies.
fn logs(first: u64, count: u64) -> String {
    let record = |number| format!(r#"{{"timeUnixNano":"1700000000000000000","body":{{"stringValue":"{number}"}}}}"#);
    let records: Vec<String> = (first..first + count).map(record).collect();
    format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#, records.join(","))
}

/// Whether log records were taken.
fn sent(address: &str, first: u64, count: u64) -> bool {
    post(address, "/v1/logs", &logs(first, count)).is_some_and(|(status, _)| status == 200)
}

/// Sends from several clients until told to stop, each request with records of its own from `next` on, and returns the
/// first numbers of those that were taken.
fn load(address: &str, next: &AtomicU64, stop: &AtomicBool) -> Vec<u64> {
    let client = || {
        let mut taken = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let first = next.fetch_add(5, Ordering::Relaxed);
            if sent(address, first, 5) {
                taken.push(first);
            }
        }
        taken
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(client)).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

fn open(db: &Path) -> Connection {
    let connection = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    connection.busy_timeout(SOON).unwrap();
    connection
}

/// The answer to a query, a number.
fn number(db: &Path, sql: &str) -> i64 {
    open(db).query_row(sql, [], |row| row.get(0)).unwrap()
}

/// How often each log record is there.
fn stored(db: &Path) -> BTreeMap<u64, u64> {
    let connection = open(db);
    let mut statement = connection.prepare("SELECT body, count(*) FROM otel_logs GROUP BY body").unwrap();
    let pair = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?.parse().unwrap(), row.get::<_, i64>(1)? as u64));
    statement.query_map([], pair).unwrap().map(Result::unwrap).collect()
}

/// Waits until it is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = pipelines::runtime::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// All that was taken is there, and nothing twice.
fn all_once(db: &Path, taken: &[u64]) {
    let stored = stored(db);
    let lost = taken.iter().flat_map(|first| *first..first + 5).filter(|number| !stored.contains_key(number));
    assert_eq!(lost.collect::<Vec<u64>>(), Vec::<u64>::new(), "of {} records", taken.len() * 5);
    let twice: Vec<_> = stored.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Scenario: `kill -9` under load, again and again, with a queue in memory and on disk. Guarantee: what was acknowledged
/// is in the file, and nothing is there twice.
#[test]
fn kill_9_loses_and_doubles_nothing() {
    for (more, on_disk) in [("", false), ("sending_queue: {storage: file_storage, batch: {flush_timeout: 20ms}}", true)]
    {
        let yaml = match on_disk {
            true => collector("{folder}/t.db", "").replace("sending_queue: {batch: {flush_timeout: 20ms}}", more),
            false => collector("{folder}/t.db", more),
        };
        let mut tfo = Tfo::start(&yaml);
        let db = tfo.path("t.db");
        let (next, mut taken) = (AtomicU64::new(0), Vec::new());
        for round in 0..4 {
            let (address, stop) = (tfo.address("http").to_owned(), AtomicBool::new(false));
            thread::scope(|scope| {
                let load = scope.spawn(|| load(&address, &next, &stop));
                thread::sleep(Duration::from_millis(300 + 70 * round));
                tfo.kill();
                stop.store(true, Ordering::Relaxed);
                taken.extend(load.join().unwrap());
            });
            tfo.restart();
        }
        assert!(taken.len() > 20, "hardly anything was taken: {}", taken.len());
        let last = taken.iter().max().copied().unwrap();
        until("the queue on disk is delivered", || stored(&db).contains_key(&last));
        // Asked to stop, it delivers all of it.
        tfo.end();
        all_once(&db, &taken);
        let check: String = open(&db).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }
}

/// Scenario: one reader keeps a transaction open, another one asks again and again, while records come. Guarantee: nobody
/// waits for anybody: records are taken, the first reader sees what it saw, the second one whole batches.
#[test]
fn readers_and_the_writer_do_not_wait() {
    let tfo = Tfo::start(&collector("{folder}/t.db", ""));
    let (db, address) = (tfo.path("t.db"), tfo.address("http"));
    assert!(sent(address, 0, 5));
    let reader = open(&db);
    reader.busy_timeout(Duration::ZERO).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let count = |connection: &Connection| -> i64 {
        connection.query_row("SELECT count(*) FROM otel_logs", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&reader), 5);
    let another = open(&db);
    another.busy_timeout(Duration::ZERO).unwrap();
    for first in 1..40 {
        assert!(sent(address, first * 5, 5));
        assert_eq!(count(&another), i64::try_from(first * 5 + 5).unwrap());
    }
    assert_eq!(count(&reader), 5);
}

/// Scenario: two processes write to the same file under load. Guarantee: both are served, nothing is lost or doubled.
#[test]
fn two_processes_share_a_file() {
    let first = Tfo::start(&collector("{folder}/t.db", ""));
    let db = first.path("t.db");
    let second = Tfo::start(&collector(db.to_str().unwrap(), ""));
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let taken = thread::scope(|scope| {
        let loads = [&first, &second].map(|tfo| {
            let address = tfo.address("http");
            let (next, stop) = (&next, &stop);
            scope.spawn(move || load(address, next, stop))
        });
        thread::sleep(Duration::from_secs(1));
        stop.store(true, Ordering::Relaxed);
        loads.map(|load| load.join().unwrap())
    });
    assert!(taken.iter().all(|taken| !taken.is_empty()), "one of them was not served");
    all_once(&db, &taken.concat());
}

/// Scenario: `retention` of a second, and much more than `max_size`. Guarantee: what is older is gone although nothing but
/// one more record comes; the file stays as large as allowed and holds what came last.
#[test]
fn old_telemetry_goes() {
    let tfo = Tfo::start(&collector("{folder}/t.db", "retention: 1s"));
    let (db, address) = (tfo.path("t.db"), tfo.address("http"));
    assert!(sent(address, 0, 5) && number(&db, "SELECT count(*) FROM otel_logs") == 5);
    thread::sleep(Duration::from_millis(1200));
    assert!(sent(address, 5, 1));
    until("only the newest is left", || stored(&db).into_keys().eq([5]));

    let mut tfo = Tfo::start(&collector("{folder}/t.db", "max_size: 1MiB"));
    let (db, address) = (tfo.path("t.db"), tfo.address("http").to_owned());
    for request in 0..40 {
        assert!(sent(&address, request * 1000, 1000));
    }
    let newest = |numbers: &BTreeMap<u64, u64>| numbers.last_key_value().map(|(number, _)| *number);
    until("some is deleted", || stored(&db).len() < 20_000);
    assert_eq!(newest(&stored(&db)), Some(39_999));
    tfo.end();
    let size = std::fs::metadata(&db).unwrap().len();
    assert!(size < 3 << 19, "{size}");
}
