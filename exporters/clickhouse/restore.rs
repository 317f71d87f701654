//! Restores rows that a table knows the token of and does not have.
//!
//! A table that is not replicated notes the token of an insert before the part with its rows gets its name
//! (ClickHouse, src/Storages/MergeTree/MergeTreeSink.cpp, up to 26.9 at least). A server that is killed between the two, or
//! whose disk fails, takes the second attempt for a repetition: it answers that all is well, and the rows are nowhere. So
//! after an attempt whose outcome is not known, and another that succeeded, the rows are compared with the table, and those
//! it lacks are inserted without a token.

use std::fmt::Write as _;

use bytes::Bytes;
use http::HeaderValue;
use pipelines::Telemetry;

use super::connection::Request;
use super::fault::{Fault, Kind};
use super::found::{Found, State};
use super::rows::{FORMAT, Shape, Table};
use super::schema::quoted;
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
        for key in [shape.table().time(), "ServiceName"] {
            if columns.iter().any(|column| column.name == key) && !odd.contains(&key) {
                let _ = write!(sql, " AND {0} IN (SELECT {0} FROM {SENT})", quoted(key));
            }
        }
        sql.push(')');
        Self { sql, structure: join(structure.collect()) }
    }
}

// === impl Store ===

impl Store {
    /// Inserts what a table lacks of its rows.
    ///
    /// # Errors
    /// What may pass: the insert stays in doubt. A server that does not do this at all is told of, and taken at its word.
    pub(super) async fn restore(
        &self,
        table: Table,
        state: &State,
        telemetry: &Telemetry,
        found: &Found,
    ) -> Result<(), Fault> {
        let Some(restoration) = &state.restoration else { return Ok(()) };
        let plain = found.encoder.plain().encode(telemetry);
        let plain = plain.map_err(|_| Fault::new(Kind::Other, "the rows cannot be encoded again"))?;
        for insert in plain.into_iter().filter(|insert| insert.table == table) {
            let boundary = pipelines::instance::uuid().map_err(|error| Fault::new(Kind::Other, error.to_string()))?;
            let mut settings = self.settings(table, state.has_json());
            settings.extend([
                ("insert_deduplicate", "0".to_owned()),
                ("sent_format", FORMAT.to_owned()),
                ("sent_structure", restoration.structure.clone()),
            ]);
            let content_type = format!("multipart/form-data; boundary={boundary}");
            let content_type =
                HeaderValue::try_from(content_type).map_err(|e| Fault::new(Kind::Other, e.to_string()))?;
            let body = form(&boundary, insert.body);
            let request = Request {
                sql: &restoration.sql,
                settings: &settings,
                encoding: None,
                content_type: Some(content_type),
                body: &body,
            };
            match self.servers.insert(&request).await {
                Ok(()) => {}
                Err(fault) if fault.may_pass() => return Err(fault),
                Err(fault) => {
                    let rows = insert.rows;
                    tracing::warn!(
                        table = state.name,
                        rows,
                        "whether rows are stored cannot be checked: {}",
                        fault.text
                    );
                }
            }
        }
        Ok(())
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
