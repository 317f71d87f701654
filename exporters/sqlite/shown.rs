//! [`Shown`]: rows as people read them.

use pipelines::Telemetry;
use pipelines::component::Row;
use serde_json::Value;

use super::rows::{self, Fields, Table};

/// Rows as tables and values.
#[derive(Debug, Default)]
struct Shown {
    rows: Vec<Row>,
    columns: &'static [&'static str],
    scratch: Vec<u8>,
}

/// The rows of a batch, and those of the resources and scopes that they refer to.
pub(super) fn rows(telemetry: &Telemetry) -> Vec<Row> {
    let mut shown = Shown::default();
    let Ok(origins) = rows::items(telemetry, 0, &mut shown);
    for (id, resource) in &origins.resources {
        let Ok(()) = rows::resource(&mut shown, *id, resource, (0, 0));
    }
    for (id, scope) in &origins.scopes {
        let Ok(()) = rows::scope(&mut shown, *id, scope, 0);
    }
    shown.rows
}

// === impl Shown ===

impl Shown {
    fn value(&mut self, value: Value) {
        if let (Some(row), Some((column, columns))) = (self.rows.last_mut(), self.columns.split_first()) {
            row.values.insert((*column).to_owned(), value);
            self.columns = columns;
        }
    }
}

impl Fields for Shown {
    type Error = std::convert::Infallible;

    fn begin(&mut self, table: Table) {
        self.columns = table.columns();
        self.rows.push(Row { table: table.name().to_owned(), ..Row::default() });
    }

    fn null(&mut self) {
        self.value(Value::Null);
    }

    fn int(&mut self, value: i64) {
        self.value(value.into());
    }

    fn double(&mut self, value: f64) {
        self.value(match value.is_infinite() {
            true => value.to_string().into(),
            // NaN is NULL, as in SQLite.
            false => value.into(),
        });
    }

    fn text(&mut self, text: &[u8]) {
        self.value(String::from_utf8_lossy(text).into_owned().into());
    }

    fn end(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn scratch(&mut self) -> &mut Vec<u8> {
        &mut self.scratch
    }
}
