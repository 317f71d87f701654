//! [`Shown`]: rows for people.

use pipelines::component::Row;
use serde_json::Value;

use super::fields::{Fields, replace_nul};
use crate::civil::civil;
use crate::postgres::schema::Table;

/// Rows as a dry run shows them.
#[derive(Debug)]
pub(in crate::postgres) struct Shown {
    table: &'static Table,
    /// Its full name.
    name: String,
    pub(in crate::postgres) rows: Vec<Row>,
    row: Row,
}

// === impl Shown ===

impl Shown {
    /// Rows of a table, which is called `name` in statements.
    pub(in crate::postgres) fn new(table: &'static Table, name: String) -> Self {
        Self { table, name, rows: Vec::new(), row: Row::default() }
    }

    fn value(&mut self, value: impl Into<Value>) {
        if let Some(column) = self.table.columns.get(self.row.values.len()) {
            self.row.values.insert(column.name.to_owned(), value.into());
        }
    }
}

impl Fields for Shown {
    fn row(&mut self, _width: usize) {
        self.row.table.clone_from(&self.name);
    }

    fn end(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    fn null(&mut self) {
        self.value(Value::Null);
    }

    fn int2(&mut self, value: i16) {
        self.value(value);
    }

    fn int4(&mut self, value: i32) {
        self.value(value);
    }

    fn int8(&mut self, value: i64) {
        self.value(value);
    }

    fn float8(&mut self, value: f64) {
        self.value(double(value));
    }

    fn bool(&mut self, value: bool) {
        self.value(value);
    }

    fn time(&mut self, nanos: i64) {
        let (seconds, micros) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000) / 1000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // The calendar repeats every 400 years, or 146,097 days; no time is before 1677.
        let (year, month, day) = civil((days + 146_097).unsigned_abs());
        let (year, hour, minute, second) = (year - 400, second / 3600, second / 60 % 60, second % 60);
        self.value(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}+00"));
    }

    fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut text = Vec::new();
        write(&mut text);
        replace_nul(&mut text, 0);
        self.value(String::from_utf8_lossy(&text));
    }

    fn json(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut json = Vec::new();
        write(&mut json);
        self.value(serde_json::from_slice::<Value>(&json).unwrap_or_default());
    }

    fn int8s(&mut self, values: impl Iterator<Item = i64>) {
        self.value(values.collect::<Vec<_>>());
    }

    fn float8s(&mut self, values: impl Iterator<Item = f64>) {
        self.value(values.map(double).collect::<Vec<_>>());
    }

    fn written(&self) -> usize {
        self.rows.len()
    }
}

/// A number, in PostgreSQL's words where JSON has none.
fn double(value: f64) -> Value {
    match value {
        value if value.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        value => value.into(),
    }
}
