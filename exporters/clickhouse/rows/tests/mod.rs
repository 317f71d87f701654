//! What is written is read back by an independent reader, value by value.
#![allow(clippy::unwrap_used, clippy::panic)]

mod reader;
mod samples;
mod shapes;
mod sizes;
mod tables;

use pipelines::Telemetry;

use self::reader::{Row, rows};
use super::{Attributes, Compression, Encoder, Insert, Shapes, Table};

/// The inserts of telemetry, not compressed, for tables as we make them.
fn encode(attributes: Attributes, telemetry: &Telemetry) -> Vec<Insert> {
    Encoder::new(Shapes::newest(attributes), Compression::None).encode(telemetry).unwrap()
}

/// The rows that go to one table.
fn rows_of(inserts: &[Insert], table: Table) -> Vec<Row> {
    let insert = inserts.iter().find(|insert| insert.table == table).unwrap();
    let rows = rows(&insert.body);
    assert_eq!(rows.len() as u64, insert.rows);
    rows
}

/// Compares a row with a list of names and values, and demands that there is no other column.
fn assert_row(row: &Row, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(row.get(*name).map(String::as_str), Some(*value), "{name}");
    }
    let others: Vec<_> = row.keys().filter(|name| !expected.iter().any(|(known, _)| known == name)).collect();
    assert!(others.is_empty(), "{others:?}");
}
