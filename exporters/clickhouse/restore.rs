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
use super::rows::{FORMAT, Table};
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
/// How often the right server is looked for behind a balancer.
const TRIES: u32 = 5;
/// What a profile may set to `break`, with which the answer to a query can be a part of the answer.
const OVERFLOWS: [&str; 3] = ["read_overflow_mode", "set_overflow_mode", "timeout_overflow_mode"];

// === impl Restoration ===

impl Restoration {
    /// For the table `name`, rows of which are sent in columns of these names and types.
    pub(super) fn new(name: &str, table: Table, columns: &[(&str, &str)]) -> Self {
        let list = |write: fn(&str, &str) -> String| {
            let all: Vec<_> = columns.iter().map(|(name, ty)| write(&quoted(name), ty)).collect();
            all.join(", ")
        };
        let all = list(|name, _| name.to_owned());
        let hash = format!("cityHash64({})", list(comparable));
        let mut sql = format!("INSERT INTO {name} ({all}) SELECT {all} FROM {SENT} WHERE {hash} NOT IN (");
        let _ = write!(sql, "SELECT {hash} FROM {name} WHERE 1");
        // What narrows the search down to a few granules.
        for key in [table.time(), "ServiceName", "SpanName", "MetricName"] {
            if columns.iter().any(|(name, _)| *name == key) {
                let _ = write!(sql, " AND {0} IN (SELECT {0} FROM {SENT})", quoted(key));
            }
        }
        sql.push(')');
        // The server converts what it is sent as in the insert itself.
        Self { sql, structure: list(|name, ty| format!("{name} {ty}")) }
    }

    /// The statement, which does nothing but at the server of this name: others behind a balancer lack the rows rightly.
    fn sql(&self, server: &str) -> String {
        format!("{} AND displayName() = {}", self.sql, literal(server))
    }
}

/// A column as it is the same before and after it was stored.
fn comparable(name: &str, ty: &str) -> String {
    match ty {
        // Where a path is kept within an object can differ.
        _ if ty.contains("JSON") => format!("toString({name})"),
        // The order of keys can, too (`map_serialization_version`).
        _ if ty.starts_with("Map(") => format!("mapSort({name})"),
        _ if ty.starts_with("Array(Map(") => format!("arrayMap(map -> mapSort(map), {name})"),
        _ => name.to_owned(),
    }
}

// === impl Store ===

impl Store {
    /// Inserts what a table lacks of its rows, after an insert with this token was taken that may have come before.
    ///
    /// # Errors
    /// What may pass: the insert stays in doubt. Where this cannot be done, the server is taken at its word, and that is told.
    pub(super) async fn restore(
        &self,
        token: &str,
        table: Table,
        telemetry: &Telemetry,
        found: &Found,
        taker: &Taker<'_>,
    ) -> Result<(), Fault> {
        let Some(state) = found.of(table) else { return Ok(()) };
        let Some(restoration) = state.restoration.as_ref().filter(|_| self.waits()) else { return Ok(()) };
        if !self.doubts.may_compare(token) {
            state.warn_unchecked("it takes longer than an attempt may");
            return Ok(());
        }
        match self.compare(token, table, telemetry, found, restoration, taker).await {
            Ok(()) => Ok(()),
            Err(fault) if fault.may_pass() => {
                if matches!(fault.kind, Kind::Unreachable | Kind::Busy) {
                    self.doubts.not_compared(token);
                }
                Err(fault)
            }
            Err(fault) => {
                state.warn_unchecked(&fault.text);
                Ok(())
            }
        }
    }

    async fn compare(
        &self,
        token: &str,
        table: Table,
        telemetry: &Telemetry,
        found: &Found,
        restoration: &Restoration,
        taker: &Taker<'_>,
    ) -> Result<(), Fault> {
        let other = |text: &dyn fmt::Display| Fault::new(Kind::Other, text.to_string());
        let name = taker.taken.name.as_deref().ok_or_else(|| other(&"the server's name is not in its answers"))?;
        let plain = found.encoder.plain().encode(telemetry);
        let plain = plain.map_err(|_| other(&"the rows cannot be encoded again"))?;
        let boundary = pipelines::instance::uuid().map_err(|error| other(&error))?;
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let mut settings = self.settings(table, found.of(table).is_some_and(State::has_json));
        settings.extend([
            ("insert_deduplicate", "0".to_owned()),
            // An attempt that was given up goes on; while it does, no second one may begin.
            ("query_id", format!("{token}-restore")),
            ("sent_format", FORMAT.to_owned()),
            ("sent_structure", restoration.structure.clone()),
        ]);
        // A part of the rows would be compared for all of them.
        settings.extend(OVERFLOWS.map(|setting| (setting, "throw".to_owned())));
        let body = plain.into_iter().find(|insert| insert.table == table).map(|insert| insert.body).unwrap_or_default();
        let request = Request {
            sql: &restoration.sql(name),
            settings: &settings,
            encoding: None,
            content_type: Some(content_type.map_err(|error| other(&error))?),
            body: &form(&boundary, body),
        };
        for _ in 0..TRIES {
            if taker.insert(&request).await? {
                return Ok(());
            }
        }
        Err(other(&format!("other servers than `{name}` answer")))
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
    use super::*;

    /// Guarantee: all columns are compared, in a form that storing them does not change, near the rows' time and names, and
    /// at one server only.
    #[test]
    fn the_statement() {
        let map = "Map(LowCardinality(String), String)";
        let arrays = format!("Array({map})");
        let columns = [("TimeUnix", "DateTime64(3)"), ("MetricName", "String"), ("Attributes", map), ("E.A", &arrays)];
        let restoration = Restoration::new("`d`.`t`", Table::Gauge, &columns);
        let hash = "cityHash64(`TimeUnix`, `MetricName`, mapSort(`Attributes`), arrayMap(map -> mapSort(map), `E.A`))";
        assert_eq!(
            restoration.sql("it's"),
            format!(
                "INSERT INTO `d`.`t` (`TimeUnix`, `MetricName`, `Attributes`, `E.A`) \
                 SELECT `TimeUnix`, `MetricName`, `Attributes`, `E.A` FROM sent WHERE {hash} NOT IN (\
                 SELECT {hash} FROM `d`.`t` WHERE 1 AND `TimeUnix` IN (SELECT `TimeUnix` FROM sent) \
                 AND `MetricName` IN (SELECT `MetricName` FROM sent)) AND displayName() = 'it\\'s'"
            )
        );
        let structure = format!("`TimeUnix` DateTime64(3), `MetricName` String, `Attributes` {map}, `E.A` {arrays}");
        assert_eq!(restoration.structure, structure);
        let json = Restoration::new("t", Table::Logs, &[("LogAttributes", "JSON(SKIP a)")]);
        assert!(json.sql.contains("cityHash64(toString(`LogAttributes`))"), "{}", json.sql);
    }
}
