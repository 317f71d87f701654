//! Restores rows that a table knows the token of and does not have.
//!
//! A table that is not replicated notes the token of an insert before the part with its rows gets its name
//! (ClickHouse, src/Storages/MergeTree/MergeTreeSink.cpp, up to 26.9 at least). A server that is killed between the two, or
//! whose disk fails, takes the second attempt for a repetition: it answers that all is well, and the rows are nowhere. So
//! after an attempt whose outcome is not known, and another that succeeded, the rows are compared with the table, and those
//! it lacks are inserted without a token.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::HeaderValue;
use pipelines::Telemetry;

use super::connection::{Request, Taker};
use super::fault::{Fault, Kind};
use super::found::{Found, State};
use super::rows::{FORMAT, Shape, Table};
use super::schema::{literal, quoted};
use super::store::Store;

/// How a table is restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Restoration {
    /// The statement that inserts rows of the table [`SENT`] which the table lacks.
    sql: String,
    /// The columns of [`SENT`].
    structure: String,
}

/// What the rows that are sent along are called in the statement.
const SENT: &str = "sent";

// === impl Restoration ===

impl Restoration {
    /// For the table `name`. The columns in `odd` are converted by the server and cannot be compared.
    pub(super) fn new(name: &str, shape: &Shape, odd: &[&str]) -> Self {
        let columns: Vec<_> = shape.columns().iter().collect();
        let join = |parts: Vec<String>| parts.join(", ");
        let all = join(columns.iter().map(|column| quoted(column.name)).collect());
        let structure = columns.iter().map(|column| format!("{} {}", quoted(column.name), column.type_name()));
        let compared = columns.iter().filter(|column| !odd.contains(&column.name)).map(|column| {
            // Objects are compared as text: where a path is kept within them can differ.
            let is_json = column.type_name().contains("JSON");
            if is_json { format!("toString({})", quoted(column.name)) } else { quoted(column.name) }
        });
        let hash = format!("cityHash64({})", join(compared.collect()));
        let mut sql = format!("INSERT INTO {name} ({all}) SELECT {all} FROM {SENT} WHERE {hash} NOT IN (");
        let _ = write!(sql, "SELECT {hash} FROM {name} WHERE 1");
        // What narrows the search down to a few granules. Nothing else need be read.
        for key in [shape.table().time(), "ServiceName", "MetricName"] {
            if columns.iter().any(|column| column.name == key) && !odd.contains(&key) {
                let _ = write!(sql, " AND {0} IN (SELECT {0} FROM {SENT})", quoted(key));
            }
        }
        sql.push(')');
        Self { sql, structure: join(structure.collect()) }
    }

    /// The statement, which does nothing but at the server of this name: others behind a balancer lack the rows rightly.
    fn sql(&self, server: Option<&str>) -> String {
        match server {
            Some(name) => format!("{} AND displayName() = {}", self.sql, literal(name)),
            None => self.sql.clone(),
        }
    }
}

// === impl Store ===

impl Store {
    /// Inserts what the table of `state` lacks of its rows at the server that took them for a repetition.
    ///
    /// # Errors
    /// What may pass: the insert stays in doubt. Where this cannot be done, the server is taken at its word, and that is told.
    pub(super) async fn restore(
        &self,
        table: Table,
        state: &State,
        telemetry: &Telemetry,
        found: &Found,
        taker: &Taker<'_>,
    ) -> Result<(), Fault> {
        let Some(restoration) = &state.restoration else { return Ok(()) };
        let plain = found.encoder.plain().encode(telemetry).unwrap_or_default();
        for insert in plain.into_iter().filter(|insert| insert.table == table) {
            match self.compare(table, state, restoration, insert.body, taker).await {
                Ok(()) => {}
                Err(fault) if fault.may_pass() => return Err(fault),
                Err(fault) => state.warn_unchecked(&fault.text),
            }
        }
        Ok(())
    }

    async fn compare(
        &self,
        table: Table,
        state: &State,
        restoration: &Restoration,
        rows: Bytes,
        taker: &Taker<'_>,
    ) -> Result<(), Fault> {
        let other = |error: &dyn fmt::Display| Fault::new(Kind::Other, error.to_string());
        let boundary = pipelines::instance::uuid().map_err(|error| other(&error))?;
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let mut settings = self.settings(table, state.has_json());
        settings.extend([
            ("insert_deduplicate", "0".to_owned()),
            ("sent_format", FORMAT.to_owned()),
            ("sent_structure", restoration.structure.clone()),
        ]);
        let request = Request {
            sql: &restoration.sql(taker.name.as_deref()),
            settings: &settings,
            encoding: None,
            content_type: Some(content_type.map_err(|error| other(&error))?),
            body: &form(&boundary, rows),
        };
        taker.insert(&request).await
    }
}

/// A file in a form, as ClickHouse takes tables for one query (RFC 7578).
fn form(boundary: &str, body: Bytes) -> [Bytes; 3] {
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{SENT}\"; filename=\"{SENT}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.into(), body, format!("\r\n--{boundary}--\r\n").into()]
}

#[cfg(test)]
mod tests {
    use super::super::rows::Attributes;
    use super::*;

    /// Guarantee: all columns are compared but those that the server converts, objects as text, near the rows' time and
    /// names, and at one server only.
    #[test]
    fn the_statement() {
        let shape = Shape::newest(Table::Gauge, Attributes::Map);
        let restoration = Restoration::new("`d`.`t`", &shape, &["MetricUnit"]);
        let sql = restoration.sql(Some("it's"));
        let (select, compared) = sql.split_once(" WHERE cityHash64(").unwrap_or_default();
        assert!(
            select.starts_with("INSERT INTO `d`.`t` (`ResourceAttributes`, ") && select.ends_with("FROM sent"),
            "{sql}"
        );
        assert!(select.contains("`MetricUnit`") && !compared.contains("`MetricUnit`"), "{sql}");
        for key in ["TimeUnix", "ServiceName", "MetricName"] {
            assert!(compared.contains(&format!(" AND `{key}` IN (SELECT `{key}` FROM sent)")), "{sql}");
        }
        assert!(compared.ends_with(") AND displayName() = 'it\\'s'"), "{sql}");
        assert!(restoration.structure.contains("`Value` Float64"), "{}", restoration.structure);
        let json = Restoration::new("t", &Shape::newest(Table::Logs, Attributes::Json), &[]);
        assert!(json.sql.contains("toString(`LogAttributes`)"), "{}", json.sql);
    }
}
