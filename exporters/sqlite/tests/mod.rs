//! Real files in a directory of the test's own, read back with SQLite.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod faults;
mod retention;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipelines::component::{BuildContext, ComponentId, ExportError, Exported, Exporter, ExporterFactory};
use pipelines::otlp::{json, schema};
use pipelines::{BatchId, Context, Signal, Telemetry};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};

use super::settings::Settings;
use super::{Config, Sqlite};

/// A folder with a store.
struct Place {
    folder: tempfile::TempDir,
    exporter: Arc<dyn Exporter>,
}

// === impl Place ===

impl Place {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let exporter = build(&folder.path().join("t.db"), more);
        Self { folder, exporter }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("t.db")
    }

    async fn export(&self, telemetry: &Telemetry) -> Result<Exported, ExportError> {
        self.exporter.export(BatchId::fresh(), telemetry, &Context::default()).await
    }

    /// The answer to a query, a number.
    fn number(&self, sql: &str) -> i64 {
        connect(&self.path()).query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The answer to a query, a line for every row.
    fn rows(&self, sql: &str) -> Vec<Value> {
        let connection = connect(&self.path());
        let mut statement = connection.prepare(sql).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let row = |row: &rusqlite::Row<'_>| {
            let value = |(at, name): (usize, &String)| (name.clone(), value(row.get_ref_unwrap(at)));
            Ok(Value::Object(columns.iter().enumerate().map(value).collect::<Map<_, _>>()))
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) if number.is_finite() => number.into(),
        ValueRef::Real(number) => number.to_string().into(),
        ValueRef::Text(text) => std::str::from_utf8(text).unwrap().into(),
        ValueRef::Blob(blob) => blob.into(),
    }
}

fn connect(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn config(path: &Path, more: &str) -> Config {
    serde_yaml::from_str(&format!("path: {}\n{more}", path.display())).unwrap()
}

fn settings(path: &Path, more: &str) -> Settings {
    Settings::from(&config(path, more))
}

fn build(path: &Path, more: &str) -> Arc<dyn Exporter> {
    Sqlite::build(&Arc::new(config(path, more)), &BuildContext::new(ComponentId::of("sqlite"))).unwrap()
}

fn telemetry(signal: Signal, text: &str) -> Telemetry {
    let wire = json::from_json(schema::Message::request(signal), text.as_bytes()).unwrap();
    Telemetry::from_wire(signal, wire.into()).unwrap()
}

/// So many log records of one resource, numbered from `first` on in their bodies.
fn logs(first: usize, count: usize) -> Telemetry {
    let records: Vec<String> = (first..first + count)
        .map(|n| format!(r#"{{"body":{{"intValue":"{n}"}},"timeUnixNano":"{}"}}"#, n + 1))
        .collect();
    let records = records.join(",");
    telemetry(Signal::Logs, &format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{records}]}}]}}]}}"#))
}
