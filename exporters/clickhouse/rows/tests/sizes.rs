//! Many rows, large values, and the ways to compress.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use pipelines::net::compress::{Encoding, decode};
use pipelines::{Signal, Telemetry};

use super::reader::{rows, unblock};
use super::samples::{attribute, logs, metrics, record, resource, scope, spans, telemetry, text};
use super::{Attributes, Compression, Encoder, Shapes, Table, encode, rows_of};

/// Many resources, each with two scopes of `records` records.
fn many(resources: usize, records: usize) -> Telemetry {
    let scope_logs = |at: usize, half: usize| {
        let record = |index: usize| LogRecord {
            time_unix_nano: (index * 2 + half) as u64,
            attributes: vec![text(&format!("key.{}", index * resources + at), "v"), text("n", &at.to_string())],
            ..LogRecord::default()
        };
        let mut scope = scope();
        scope.version = half.to_string();
        ScopeLogs { scope: Some(scope), log_records: (0..records).map(record).collect(), schema_url: String::new() }
    };
    let resource_logs = (0..resources).map(|at| ResourceLogs {
        resource: Some(resource(&format!("service-{at}"))),
        scope_logs: vec![scope_logs(at, 0), scope_logs(at, 1)],
        schema_url: String::new(),
    });
    telemetry(Signal::Logs, &ExportLogsServiceRequest { resource_logs: resource_logs.collect() })
}

/// Scenario: batches of one row to several blocks, whose keys need one, two and four bytes to be numbered. Guarantee:
/// every row has the attributes of its own record, scope and resource.
#[test]
fn rows_stay_together() {
    for (resources, records) in [(1, 1), (3, 20), (300, 1), (3, 2000), (1, 9000)] {
        let rows = rows_of(&encode(Attributes::Map, &many(resources, records)), Table::Logs);
        assert_eq!(rows.len(), resources * records * 2);
        for (number, row) in rows.iter().enumerate() {
            let (at, half, index) = (number / records / 2, number / records % 2, number % records);
            assert_eq!(row["Timestamp"], (index * 2 + half).to_string());
            assert_eq!(row["ServiceName"], format!("\"service-{at}\""));
            assert_eq!(
                row["ResourceAttributes"],
                format!("{{\"host.name\": \"h1\", \"service.name\": \"service-{at}\"}}")
            );
            assert_eq!(row["ScopeVersion"], format!("\"{half}\""));
            let key = index * resources + at;
            assert_eq!(row["LogAttributes"], format!("{{\"key.{key}\": \"v\", \"n\": \"{at}\"}}"));
        }
    }
}

/// Scenario: attributes of 1 MB, 70,000 attributes, a list as body. Guarantee: they arrive whole.
#[test]
fn large_values() {
    let large = "x".repeat(1 << 20);
    let attributes: Vec<_> = (0..70_000).map(|at| attribute(&format!("a{at:05}"), Value::IntValue(at))).collect();
    let expected: Vec<_> = (0..70_000).map(|at| format!("\"a{at:05}\": \"{at}\"")).collect();
    let records = vec![
        LogRecord { attributes: vec![text("large", &large)], ..record() },
        LogRecord { attributes, ..record() },
        record(),
    ];
    let rows = rows_of(&encode(Attributes::Map, &logs(records)), Table::Logs);
    assert_eq!(rows[0]["LogAttributes"], format!("{{\"large\": \"{large}\"}}"));
    assert_eq!(rows[1]["LogAttributes"], format!("{{{}}}", expected.join(", ")));
    assert_eq!(rows[2]["EventName"], "\"event\"");
}

/// Scenario: every compression, twice with the same encoder. Guarantee: the same plain bytes come out, in blocks of at
/// most a megabyte whose hashes fit.
#[test]
fn compressions() {
    let large = LogRecord { attributes: vec![text("large", &"x".repeat(3 << 20))], ..record() };
    for telemetry in [many(3, 1500), logs(vec![large]), spans(), metrics()] {
        let plain = encode(Attributes::Map, &telemetry);
        for compression in [Compression::Lz4, Compression::Zstd, Compression::Gzip, Compression::Deflate] {
            let encoder = Encoder::new(Shapes::newest(Attributes::Map), compression);
            for _ in 0..2 {
                let compressed = encoder.encode(&telemetry).unwrap();
                assert_eq!(compressed.len(), plain.len());
                for (compressed, plain) in compressed.iter().zip(&plain) {
                    let body = match compression.content_encoding().map(Encoding::from_name) {
                        Some(encoding) => decode(encoding.unwrap(), &compressed.body, 64 << 20).unwrap(),
                        None => Bytes::from(unblock(&compressed.body)),
                    };
                    assert_eq!(rows(&body), rows(&plain.body));
                    assert_eq!(compressed.rows, plain.rows);
                }
            }
        }
    }
}

/// Scenario: the same keys in several orders, one of them twice, few and many. Guarantee: maps are sorted by key, values of
/// equal keys stay in their order, and so the same attributes are the same map.
#[test]
fn maps_are_sorted() {
    let attributes = |keys: &[&str]| keys.iter().map(|key| text(&key[..1], &key[1..])).collect();
    let record = |keys: &[&str]| LogRecord { attributes: attributes(keys), ..record() };
    let orders: [&[&str]; 6] = [
        &["b1", "a2", "c3"],
        &["c3", "a2", "b1"],
        &["b1", "a2", "c3"],
        &["a2", "b1", "c3"],
        &["b2", "a0", "b1"],
        &["b1"],
    ];
    let rows = rows_of(&encode(Attributes::Map, &logs(orders.map(record).into())), Table::Logs);
    let maps: Vec<_> = rows.iter().map(|row| row["LogAttributes"].as_str()).collect();
    let abc = r#"{"a": "2", "b": "1", "c": "3"}"#;
    assert_eq!(maps, [abc, abc, abc, abc, r#"{"a": "0", "b": "2", "b": "1"}"#, r#"{"b": "1"}"#]);

    for count in [63, 64, 65, 200] {
        let many: Vec<_> = (0..count).map(|at| text(&format!("{at:03}"), "")).collect();
        let reversed = LogRecord { attributes: many.iter().rev().cloned().collect(), ..super::samples::record() };
        let sorted = LogRecord { attributes: many, ..super::samples::record() };
        let rows = rows_of(&encode(Attributes::Map, &logs(vec![reversed, sorted])), Table::Logs);
        assert_eq!(rows[0]["LogAttributes"], rows[1]["LogAttributes"], "{count}");
        assert_eq!(rows[0]["LogAttributes"].matches(": ").count(), count);
    }
}

/// Guarantee: what has no rows makes no insert.
#[test]
fn nothing_to_insert() {
    for signal in Signal::ALL {
        assert!(encode(Attributes::Map, &Telemetry::empty(signal)).is_empty());
    }
    assert!(encode(Attributes::Map, &many(3, 0)).is_empty());
}
