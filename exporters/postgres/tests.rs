//! Configuration, and what rows look like; the rest is tested with real servers in `tests/postgres.rs`.
#![allow(clippy::unwrap_used)]

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use pipelines::component::{BuildContext, ComponentId, Config as _, ExporterFactory as _, Problems};
use prost::Message as _;

use super::copy::{self, Binary};
use super::*;

fn config(yaml: &str) -> Config {
    serde_yaml::from_str(yaml).unwrap()
}

/// Paths and messages of what is wrong.
fn problems(yaml: &str) -> Vec<String> {
    let mut problems = Problems::default();
    config(yaml).validate(&mut problems);
    problems.into_vec().into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

fn logs(records: Vec<LogRecord>) -> Telemetry {
    let scope_logs = vec![ScopeLogs { log_records: records, ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
    let request = ExportLogsServiceRequest { resource_logs };
    Telemetry::from_wire(Signal::Logs, request.encode_to_vec().into()).unwrap()
}

/// Scenario: the forms in which people write what is encrypted and verified. Guarantee: each means what libpq means by it,
/// and what `tls` means elsewhere; verification is what happens when nothing is said.
#[test]
fn encryption_is_what_either_way_of_writing_says() {
    for (yaml, mode, skips) in [
        ("{}", SslMode::VerifyFull, false),
        ("tls: {insecure: true}", SslMode::Disable, false),
        ("tls: {insecure_skip_verify: true}", SslMode::Require, true),
        ("sslmode: require", SslMode::Require, true),
        ("endpoint: postgres://h/?sslmode=require", SslMode::Require, true),
        ("endpoint: postgres://h/?sslmode=require&sslrootcert=/ca.crt", SslMode::VerifyFull, false),
        ("{sslmode: prefer, tls: {ca_file: /ca.crt}}", SslMode::Prefer, true),
        ("endpoint: postgres://h/?sslmode=disable", SslMode::Disable, false),
        ("{sslmode: verify-full, tls: {ca_file: /ca.crt}}", SslMode::VerifyFull, false),
    ] {
        let target = Target::new(&config(yaml)).unwrap();
        assert_eq!((target.mode, target.tls.insecure_skip_verify), (mode, skips), "{yaml}");
    }
}

/// Scenario: servers by URL and by keys, with ports and without, a socket. Guarantee: all are found, in order, and shown
/// without credentials.
#[test]
fn servers_are_read_from_url_and_keys() {
    for (yaml, url) in [
        ("{}", "postgres://localhost:5432/postgres"),
        ("{host: 'a,b:1', port: 7, username: u, password: p}", "postgres://a:7,b:1/u"),
        ("endpoint: postgresql://u:p@a:1,[::1]:2,[::2]/db", "postgres://a:1,[::1]:2,[::2]:5432/db"),
        ("{endpoint: 'postgres://a', database: db}", "postgres://a:5432/db"),
        ("host: /run/postgresql", "postgres://unix:/run/postgresql/.s.PGSQL.5432/postgres"),
        (
            "host: '/run/pg:7,/cloudsql/a:b:c'",
            "postgres://unix:/run/pg/.s.PGSQL.7,unix:/cloudsql/a:b:c/.s.PGSQL.5432/postgres",
        ),
        ("endpoint: 'postgres:///db?host=/run/pg&port=7'", "postgres://unix:/run/pg/.s.PGSQL.7/db"),
        ("endpoint: 'postgres://a/db?sslmode=require&channel_binding=require'", "postgres://a:5432/db"),
    ] {
        assert_eq!(Target::new(&config(yaml)).unwrap().url(), url, "{yaml}");
    }
}

/// Scenario: what contradicts itself or is not built. Guarantee: one message, at the key that is wrong, without a password.
#[test]
fn contradictions_are_refused() {
    for (yaml, part) in [
        ("endpoint: localhost:5432", "endpoint: is not a URL"),
        ("{endpoint: 'postgres://u:secret@h', password: other}", "password: is set here and in `endpoint`"),
        ("endpoint: 'postgres://u:secret@h:port'", "endpoint: `h:port` has the port `port`"),
        ("endpoint: 'postgres://h?sslmode=maybe'", "endpoint: has sslmode `maybe`"),
        ("endpoint: 'postgres://h?host=other'", "endpoint: says twice what `host` is"),
        ("endpoint: 'postgres:///?port=many'", "endpoint: has the port `many`"),
        ("endpoint: 'postgres://h?channel_binding=maybe'", "endpoint: has channel_binding `maybe`"),
        ("endpoint: 'postgres://h?nonsense=1'", "endpoint: has the parameter `nonsense`"),
        ("endpoint: 'postgres://h?target_session_attrs=standby'", "expected read-write"),
        ("sslmode: verify-ca", "sslmode: `verify-ca` is not built"),
        ("{sslmode: verify-full, tls: {insecure: true}}", "sslmode: `verify-full` contradicts"),
        ("{sslmode: disable, password: secret, host: db1}", "sslmode: `disable` lets everybody"),
        ("host: 'a b'", "host: `a b` is not a host"),
    ] {
        let found = problems(yaml);
        assert!(found.len() == 1 && found[0].contains(part) && !found[0].contains("secret"), "{yaml}: {found:?}");
    }
    assert!(problems("{host: localhost, sslmode: disable, password: x}").is_empty());
}

/// Guarantee: neither the configuration nor the exporter prints the password.
#[test]
fn passwords_are_not_printed() {
    let config = config("endpoint: postgres://u:hunter2@h/db");
    let printed = format!("{config:?} {:?}", Target::new(&config).unwrap());
    assert!(!printed.contains("hunter2"), "{printed}");
}

/// Scenario: three rows, of which a range is taken. Guarantee: every row has as many fields as the table has columns, each
/// as long as it says.
#[test]
fn binary_rows_are_whole() {
    let telemetry = logs(vec![LogRecord::default(); 3]);
    let sheet = copy::write(&telemetry, 0, |_| Binary::default()).rows.pop().unwrap().finish();
    assert_eq!((sheet.len(), sheet.slice(&(1..1)).len()), (3, 0));
    let range = sheet.slice(&(1..3));
    let mut rows = &range[..];
    for _ in 0..2 {
        let (width, rest) = rows.split_first_chunk().unwrap();
        rows = rest;
        assert_eq!(usize::from(u16::from_be_bytes(*width)), LOGS.columns.len());
        for _ in LOGS.columns {
            let (len, rest) = rows.split_first_chunk().unwrap();
            rows = &rest[usize::try_from(i32::from_be_bytes(*len)).unwrap_or(0)..];
        }
    }
    assert!(rows.is_empty());
    drop(range);
    assert!(sheet.into_buffer().capacity() > 0, "the memory is kept");
}

/// Scenario: a dry run of a record with a NUL, and of one without anything. Guarantee: rows as they would be stored, with
/// the names of the columns.
#[test]
fn dry_runs_show_rows() {
    let body = AnyValue { value: Some(Value::StringValue("a\tb\0".into())) };
    let time_unix_nano = 951_782_400_123_456_789;
    let record = LogRecord { time_unix_nano, body: Some(body), ..LogRecord::default() };
    let telemetry = logs(vec![record, LogRecord::default()]);
    let exporter = Postgres::build(&Arc::new(config("{}")), &BuildContext::new(ComponentId::of("postgres"))).unwrap();
    let rows = exporter.rows(&telemetry);
    assert_eq!((rows.len(), rows[0].table.as_str()), (2, "\"public\".otel_logs"));
    let names: Vec<_> = rows[0].values.keys().map(String::as_str).collect();
    assert_eq!(names, LOGS.columns.iter().map(|column| column.name).collect::<Vec<_>>());
    let shown = |row: usize, name: &str| rows[row].values[name].to_string();
    assert_eq!(shown(0, "time"), "\"2000-02-29 00:00:00.123456+00\"");
    assert_eq!(
        (shown(0, "time_unix_nano"), shown(0, "body")),
        (time_unix_nano.to_string(), "\"a\\tb\u{fffd}\"".into())
    );
    assert_eq!((shown(1, "time"), shown(1, "body")), ("\"1970-01-01 00:00:00.000000+00\"".into(), "null".into()));
    assert!(exporter.encode(&telemetry).unwrap().body.starts_with(HEADER));
}
