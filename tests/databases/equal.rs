//! What the SDKs sent is in the databases: every item once, every column as it should be, and nothing else.

use std::path::Path;
use std::process::Command;

use crate::stored::{Sender, Stored};
use crate::support::{checkout, sdk};

/// Guarantee: what the Python SDK sends over gRPC is in ClickHouse, in tables of the engine and of an older Collector.
#[test]
fn python_is_in_clickhouse() {
    in_clickhouse(Sender::Python);
}

/// Guarantee: what the JavaScript SDK sends as JSON is in ClickHouse, likewise.
#[test]
fn node_is_in_clickhouse() {
    in_clickhouse(Sender::Node);
}

/// Guarantee: what the SDK for Java sends as Protobuf over HTTP, exemplars too, is in ClickHouse, likewise.
#[test]
fn java_is_in_clickhouse() {
    in_clickhouse(Sender::Java);
}

/// Guarantee: what the SDK for Go sends over gRPC, exemplars too, is in ClickHouse, likewise.
#[test]
fn go_is_in_clickhouse() {
    in_clickhouse(Sender::Go);
}

/// Guarantee: what the Python SDK sends over gRPC is in PostgreSQL.
#[test]
fn python_is_in_postgres() {
    in_postgres(Sender::Python);
}

/// Guarantee: what the JavaScript SDK sends as JSON is in PostgreSQL.
#[test]
fn node_is_in_postgres() {
    in_postgres(Sender::Node);
}

/// Guarantee: what the SDK for Java sends as Protobuf over HTTP, exemplars too, is in PostgreSQL.
#[test]
fn java_is_in_postgres() {
    in_postgres(Sender::Java);
}

/// Guarantee: what the SDK for Go sends over gRPC, exemplars too, is in PostgreSQL.
#[test]
fn go_is_in_postgres() {
    in_postgres(Sender::Go);
}

/// Guarantee: what the Python SDK sends over gRPC is in SQLite.
#[test]
fn python_is_in_sqlite() {
    in_sqlite(Sender::Python);
}

/// Guarantee: what the JavaScript SDK sends as JSON is in SQLite.
#[test]
fn node_is_in_sqlite() {
    in_sqlite(Sender::Node);
}

/// Guarantee: what the SDK for Java sends as Protobuf over HTTP, exemplars too, is in SQLite.
#[test]
fn java_is_in_sqlite() {
    in_sqlite(Sender::Java);
}

/// Guarantee: what the SDK for Go sends over gRPC, exemplars too, is in SQLite.
#[test]
fn go_is_in_sqlite() {
    in_sqlite(Sender::Go);
}

fn in_clickhouse(sender: Sender) {
    let Some(stored) = Stored::by(sender) else { return };
    for (kind, database) in [("clickhouse", &stored.newest), ("clickhouse-older", &stored.older)] {
        compare_lines(kind, stored, &stored.rows_of_clickhouse(database));
    }
}

fn in_postgres(sender: Sender) {
    let Some(stored) = Stored::by(sender) else { return };
    compare_lines("postgres", stored, &stored.rows_of_postgres());
}

fn in_sqlite(sender: Sender) {
    let Some(stored) = Stored::by(sender) else { return };
    compare("sqlite", stored, &stored.sqlite);
}

fn compare_lines(kind: &str, stored: &Stored, lines: &str) {
    let file = stored.sent.with_file_name(format!("{kind}.jsonl"));
    std::fs::write(&file, lines).unwrap();
    compare(kind, stored, &file);
}

fn compare(kind: &str, stored: &Stored, rows: &Path) {
    let script = checkout("tests/databases/compare/rows.py");
    let mut command = Command::new(sdk::interpreter().unwrap());
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script).arg(kind).arg(&stored.sent).arg(rows);
    sdk::assert_ended_well(&command.output().unwrap(), "the comparison");
}
