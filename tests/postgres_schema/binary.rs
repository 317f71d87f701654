//! Days and retention through the running binary.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};

use exporters::postgres::SchemaConfig;

use crate::Database;
use crate::support::Tfo;

const DAY: i64 = 24 * 60 * 60 * 1_000_000_000;
/// Where the rows are, by how old they are.
const PLACES: &str =
    "SELECT body || CASE tableoid::regclass::text WHEN 'otel_logs_default' THEN ': rest' ELSE ': day' END
                      FROM otel_logs ORDER BY time_unix_nano";

/// Without a queue, so that an answer means that the records are stored.
fn start(database: &Database, keys: &str) -> Tfo {
    let url = database.server.url(&database.name);
    Tfo::start(&format!(
        "receivers:\n  otlp:\n    protocols: {{ http: {{ endpoint: '127.0.0.1:0' }} }}\n\
         exporters:\n  postgres:\n    endpoint: '{url}'\n    sending_queue: {{ enabled: false }}\n    {keys}\n\
         service:\n  telemetry: {{ metrics: {{ level: none }} }}\n  \
           pipelines:\n    logs: {{ receivers: [otlp], exporters: [postgres] }}\n"
    ))
}

/// Sends log records with these times, as they stand on the wire, and bodies.
fn send(tfo: &Tfo, records: &[(u64, &str)]) {
    let records: Vec<String> = records
        .iter()
        .map(|(time, body)| format!(r#"{{"timeUnixNano":"{time}","body":{{"stringValue":"{body}"}}}}"#))
        .collect();
    let body = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#, records.join(","));
    let mut stream = TcpStream::connect(tfo.address("http")).unwrap();
    let length = body.len();
    let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json";
    write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Scenario: log records of today, of the last days, of months and years ago, of 1969 and 2262 are stored without
/// retention; then the binary comes back with three days to keep.
/// Guarantee: at first every record is there, those within a year in days of their own; then days and records that are
/// older are gone, the others and what comes are there.
#[test]
fn days_and_retention_work() {
    let Some(database) = Database::new("days_and_retention_work") else { return };
    let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos()).unwrap();
    let ago = |days: i64| (now - days * DAY).cast_unsigned();
    let tfo = start(&database, "");
    let records = [
        ((-1_i64).cast_unsigned(), "1969"),
        (1, "1970"),
        (ago(700), "years"),
        (ago(100), "months"),
        (ago(9), "week"),
        (ago(1), "yesterday"),
        (ago(0), "today"),
        (i64::MAX.cast_unsigned(), "2262"),
    ];
    send(&tfo, &records);
    let expected = [
        "1969: rest",
        "1970: rest",
        "years: rest",
        "months: day",
        "week: day",
        "yesterday: day",
        "today: day",
        "2262: rest",
    ];
    assert_eq!(database.ask(PLACES), expected);
    assert!(tfo.stop().0.success());

    let tfo = start(&database, "retention: 72h");
    send(&tfo, &[(ago(0), "now"), (ago(0) + 1, "later")]);
    let expected = ["yesterday: day", "today: day", "now: day", "later: day", "2262: rest"];
    let began = Instant::now();
    while database.ask(PLACES) != expected {
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", database.ask(PLACES));
        std::thread::sleep(Duration::from_millis(50));
    }
    let old = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'otel_logs'::regclass";
    assert_eq!(database.number(old), 5, "yesterday, today, two days ahead, the rest");
    assert!(tfo.stop().0.success());
}

/// Scenario: the schemas of tables and views have names that need quotes.
/// Guarantee: records get there, and the view shows them.
#[test]
fn odd_schemas_take_records() {
    let Some(database) = Database::new("odd_schemas_take_records") else { return };
    let tfo = start(&database, "schema: 'tele\"metry $tfo0$'\n    views_schema: 'Click House'");
    send(&tfo, &[(1, "a"), (2, "b")]);
    assert_eq!(database.ask(r#"SELECT "Body" FROM "Click House".otel_logs ORDER BY 1"#), ["a", "b"]);
    assert!(tfo.stop().0.success());
}

/// Scenario: the administrator has run the script and granted what the documentation says, no more; `create_schema: false`.
/// Guarantee: records are stored, batches are forgotten after a day, and nothing is complained about.
#[test]
fn documented_rights_suffice() {
    let Some(database) = Database::new("documented_rights_suffice") else { return };
    database.ask(&exporters::postgres::ddl(&SchemaConfig { schema: "otel".into(), ..SchemaConfig::default() }));
    database.ask(
        "GRANT USAGE ON SCHEMA otel TO tfo; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA otel TO tfo;
         GRANT DELETE ON otel.otel_batches TO tfo;
         INSERT INTO otel.otel_batches VALUES (gen_random_uuid(), now() - interval '2 days')",
    );
    let tfo = start(&database, "create_schema: false\n    schema: otel");
    send(&tfo, &[(1, "a")]);
    let began = Instant::now();
    while database.number("SELECT count(*) FROM otel.otel_batches") != 1 {
        assert!(began.elapsed() < Duration::from_secs(30), "the old batch is still there");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(database.number("SELECT count(*) FROM clickhouse.otel_logs"), 1);
    let (status, log) = tfo.stop();
    assert!(status.success());
    assert!(log.iter().all(|line| !line.contains("WARN") && !line.contains("ERROR")), "{log:#?}");
}
