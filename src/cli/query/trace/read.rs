//! Spans of a trace.

use rusqlite::Row;
use serde_json::{Map, Value};

use crate::cli::query::cell;
use crate::cli::query::failure::Failure;
use crate::cli::query::store::{Origin, Store};

/// A span as it is stored.
#[derive(Debug, Default)]
pub(crate) struct Span {
    /// Its id.
    pub(crate) span_id: Option<String>,
    /// What called it.
    pub(crate) parent_span_id: Option<String>,
    /// What it did.
    pub(crate) name: String,
    /// `Server`, `Client`, ...
    pub(crate) kind: String,
    /// When it began.
    pub(crate) start: i64,
    /// When it ended; 0 if it never did.
    pub(crate) end: i64,
    /// `Unset`, `Ok` or `Error`.
    pub(crate) status_code: String,
    /// What went wrong.
    pub(crate) status_message: Option<String>,
    /// What it is about.
    pub(crate) attributes: Map<String, Value>,
    /// What happened meanwhile.
    pub(crate) events: Value,
    /// What else it belongs to.
    pub(crate) links: Value,
    /// W3C trace state.
    pub(crate) trace_state: Option<String>,
    /// Who sent it.
    pub(crate) origin: Origin,
}

/// The spans in the order in which they began.
pub(crate) fn spans(store: &Store, trace: &str, limit: usize) -> Result<Vec<Span>, Failure> {
    // Only numbers are sorted: an event can be as large as a span may be.
    let sql = "SELECT start_time_unix_nano, id FROM otel_spans WHERE trace_id = ? ORDER BY 1, 2 LIMIT ?";
    let mut ids = store.connection.prepare(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids = ids.query_map((trace, limit), |row| row.get(1))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let sql = "SELECT span_id, parent_span_id, name, kind, start_time_unix_nano, end_time_unix_nano, status_code, \
               status_message, attributes, events, links, trace_state, service_name, resource_id, scope_id \
               FROM otel_spans WHERE id = ?";
    let mut statement = store.connection.prepare(sql)?;
    let mut spans = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { continue };
        let mut span = span(row)?;
        let (resource, scope) = (cell::integer(row, 13)?, cell::integer(row, 14)?);
        span.origin = Origin::read(store, resource, scope, span.origin.service)?;
        spans.push(span);
    }
    Ok(spans)
}

/// How many spans it has.
pub(crate) fn count(store: &Store, trace: &str) -> Result<usize, Failure> {
    let sql = "SELECT count(*) FROM otel_spans WHERE trace_id = ?";
    let count = store.connection.query_row(sql, [trace], |row| cell::integer(row, 0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// How many logs belong to it.
pub(crate) fn logs(store: &Store, trace: &str) -> Result<usize, Failure> {
    let sql = "SELECT count(*) FROM otel_logs WHERE trace_id = ?";
    let count = store.connection.query_row(sql, [trace], |row| cell::integer(row, 0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

fn span(row: &Row<'_>) -> rusqlite::Result<Span> {
    Ok(Span {
        span_id: cell::text(row, 0)?,
        parent_span_id: cell::text(row, 1)?,
        name: cell::text(row, 2)?.unwrap_or_default(),
        kind: cell::text(row, 3)?.unwrap_or_default(),
        start: cell::integer(row, 4)?,
        end: cell::integer(row, 5)?,
        status_code: cell::text(row, 6)?.unwrap_or_default(),
        status_message: cell::text(row, 7)?,
        attributes: cell::object(row, 8)?,
        events: cell::document(row, 9)?,
        links: cell::document(row, 10)?,
        trace_state: cell::text(row, 11)?,
        origin: Origin { service: cell::text(row, 12)?, ..Origin::default() },
    })
}

// === impl Span ===

impl Span {
    /// Its length in nanoseconds; 0 if it never ended or clocks disagree.
    pub(crate) fn duration(&self) -> i64 {
        self.end.saturating_sub(self.start).max(0)
    }

    /// Whether it failed.
    pub(crate) fn failed(&self) -> bool {
        self.status_code == "Error"
    }
}
