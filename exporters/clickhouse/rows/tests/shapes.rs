//! Tables of other generations.

use super::super::Shape;
use super::super::shape::Misfit;
use super::samples::{TIME, logs, metrics, record};
use super::{Attributes, Compression, Encoder, Shapes, Table, rows_of};

/// The columns of our own table, each with its type changed by `change`.
fn described(table: Table, change: impl Fn(&str, &str) -> Option<String>) -> (Shape, Vec<Misfit>) {
    let newest = Shape::newest(table, Attributes::Map);
    let columns: Vec<_> = newest
        .columns()
        .iter()
        .filter_map(|column| Some((column.name, change(column.name, &column.type_name())?)))
        .chain([("TimestampTime", "DateTime".into()), ("__otel_materialized_k8s.pod.name", "String".into())])
        .collect();
    Shape::described(table, columns.iter().map(|(name, ty)| (*name, ty.as_str())))
}

/// Scenario: a table as we make it. Guarantee: its description gives the same shape, in either form of attributes.
#[test]
fn the_newest_tables_fit() {
    for table in Table::ALL {
        assert_eq!(described(table, |_, ty| Some(ty.into())), (Shape::newest(table, Attributes::Map), Vec::new()));
        let json = Shape::newest(table, Attributes::Json);
        let columns: Vec<_> = json.columns().iter().map(|column| (column.name, column.type_name())).collect();
        let fits = Shape::described(table, columns.iter().map(|(name, ty)| (*name, ty.as_str())));
        assert_eq!(fits, (json, Vec::new()));
    }
}

/// Scenario: an old table: no event name, a column that fills itself, plain strings and maps, a time zone. Guarantee: it
/// fits, what it lacks is left out, and its rows are written in its types.
#[test]
fn an_old_table_fits() {
    let (shape, misfits) = described(Table::Logs, |name, ty| match name {
        "EventName" => None,
        "Timestamp" => Some("DateTime64(9, 'UTC')".into()),
        _ => Some(ty.replace("LowCardinality(String)", "String")),
    });
    assert_eq!(misfits, []);
    let names: Vec<_> = shape.columns().iter().map(|column| column.name).collect();
    assert_eq!(names.len(), 15);
    assert!(!names.contains(&"EventName") && !names.contains(&"TimestampTime"));
    let mut shapes = Shapes::newest(Attributes::Map);
    shapes.set(shape);
    let inserts = Encoder::new(shapes, Compression::None).encode(&logs(vec![record()])).unwrap();
    let rows = rows_of(&inserts, Table::Logs);
    assert_eq!(rows[0].len(), 15);
    assert_eq!(rows[0]["ServiceName"], "\"checkout\"");
    assert_eq!(rows[0]["ScopeAttributes"], "{\"scope.key\": \"scope value\"}");
}

/// Scenario: tables of metrics since 0.160 count time in seconds. Guarantee: seconds are written, also in exemplars.
#[test]
fn times_in_seconds() {
    let mut shapes = Shapes::newest(Attributes::Map);
    let (shape, misfits) = described(Table::Sum, |_, ty| Some(ty.replace("DateTime64(9)", "DateTime")));
    assert_eq!(misfits, []);
    shapes.set(shape);
    let inserts = Encoder::new(shapes, Compression::None).encode(&metrics()).unwrap();
    let rows = rows_of(&inserts, Table::Sum);
    let seconds = (TIME / 1_000_000_000).to_string();
    assert_eq!(rows[0]["TimeUnix"], seconds);
    assert_eq!(rows[0]["Exemplars.TimeUnix"], format!("[{seconds}]"));
}

/// Scenario: a table lacks a column, two have other types. Guarantee: each is told by name, with what was expected.
#[test]
fn what_does_not_fit_is_told() {
    let (shape, misfits) = described(Table::Traces, |name, ty| match name {
        "Duration" => None,
        "SpanName" => Some("Array(String)".into()),
        "Events.Name" => Some("String".into()),
        _ => Some(ty.into()),
    });
    let told: Vec<_> = misfits.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "column `SpanName` is Array(String), not LowCardinality(String)",
            "column `Duration` UInt64 is missing",
            "column `Events.Name` is String, not Array(LowCardinality(String))",
        ]
    );
    assert!(shape.columns().iter().all(|column| column.name != "Duration"));
}
