//! Which logs, by number first: only numbers are sorted and held, records are read one at a time.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use serde_json::{Map, Value};

use super::level::Level;
use crate::cli::query::cell;
use crate::cli::query::failure::Failure;
use crate::cli::query::store::{Origin, Store};

/// Which logs are wanted; what is `None` is not asked for.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// The service's name.
    pub(crate) service: Option<String>,
    /// The least severity.
    pub(crate) severity: Option<Level>,
    /// Text in body, event name or attributes.
    pub(crate) search: Option<String>,
    /// The whole id of a trace.
    pub(crate) trace: Option<String>,
    /// The earliest time in nanoseconds.
    pub(crate) since: Option<i64>,
}

/// A log record as it is stored.
#[derive(Debug)]
pub(crate) struct Log {
    /// When it happened, or was observed.
    pub(crate) time: i64,
    /// When it was observed; 0 if that is unknown.
    pub(crate) observed: i64,
    /// The trace it belongs to.
    pub(crate) trace_id: Option<String>,
    /// The span it belongs to.
    pub(crate) span_id: Option<String>,
    /// W3C trace flags.
    pub(crate) flags: i64,
    /// OTLP's number.
    pub(crate) severity_number: i64,
    /// As the logger calls it.
    pub(crate) severity_text: Option<String>,
    /// What kind of event it is.
    pub(crate) event_name: Option<String>,
    /// The message, in text form.
    pub(crate) body: Option<String>,
    /// What it is about.
    pub(crate) attributes: Map<String, Value>,
    /// Attributes that were dropped before.
    pub(crate) dropped: i64,
    /// Who sent it.
    pub(crate) origin: Origin,
}

/// The number of the newest log; 0 if there is none.
pub(crate) fn last(store: &Store) -> Result<i64, Failure> {
    Ok(store.connection.query_row("SELECT coalesce(max(id), 0) FROM otel_logs", [], |row| row.get(0))?)
}

/// The newest logs, oldest first.
pub(crate) fn recent(store: &Store, filter: &Filter, last: i64, limit: usize) -> Result<Vec<i64>, Failure> {
    let (sql, mut parameters) = filter.recent();
    parameters.extend([Sql::Integer(last), Sql::Integer(i64::try_from(limit).unwrap_or(i64::MAX))]);
    let mut ids: Vec<(i64, i64)> = Vec::new();
    let mut statement = store.connection.prepare(&sql)?;
    for row in statement.query_map(params_from_iter(parameters), |row| Ok((row.get(0)?, row.get(1)?)))? {
        ids.push(row?);
    }
    ids.sort_unstable();
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

/// Logs that were stored after the one with the number `last`, in the order in which they were.
pub(crate) fn after(store: &Store, filter: &Filter, last: i64, limit: usize) -> Result<Vec<i64>, Failure> {
    let (clauses, mut parameters) = filter.clauses();
    // The number is the way in, whatever else has an index.
    let sql = format!("SELECT id FROM otel_logs NOT INDEXED WHERE {clauses} AND id > ? ORDER BY id LIMIT ?");
    parameters.extend([Sql::Integer(last), Sql::Integer(i64::try_from(limit).unwrap_or(i64::MAX))]);
    let mut statement = store.connection.prepare_cached(&sql)?;
    let ids = statement.query_map(params_from_iter(parameters), |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// A log by its number.
pub(crate) fn one(store: &Store, id: i64) -> Result<Option<Log>, Failure> {
    let sql = "SELECT time_unix_nano, observed_time_unix_nano, trace_id, span_id, flags, severity_number, severity_text, \
               event_name, body, attributes, dropped_attributes_count, resource_id, scope_id, service_name \
               FROM otel_logs WHERE id = ?";
    let mut statement = store.connection.prepare_cached(sql)?;
    let found = statement.query_row([id], |row| Ok((log(row)?, cell::integer(row, 11)?, cell::integer(row, 12)?)));
    let Some((mut log, resource, scope)) = found.optional()? else { return Ok(None) };
    log.origin = Origin::read(store, resource, scope, log.origin.service)?;
    Ok(Some(log))
}

fn log(row: &Row<'_>) -> rusqlite::Result<Log> {
    Ok(Log {
        time: cell::integer(row, 0)?,
        observed: cell::integer(row, 1)?,
        trace_id: cell::text(row, 2)?,
        span_id: cell::text(row, 3)?,
        flags: cell::integer(row, 4)?,
        severity_number: cell::integer(row, 5)?,
        severity_text: cell::text(row, 6)?,
        event_name: cell::text(row, 7)?,
        body: cell::text(row, 8)?,
        attributes: cell::object(row, 9)?,
        dropped: cell::integer(row, 10)?,
        origin: Origin { service: cell::text(row, 13)?, ..Origin::default() },
    })
}

// === impl Filter ===

impl Filter {
    /// The statement that finds the newest, which ends with the highest number and how many.
    pub(crate) fn recent(&self) -> (String, Vec<Sql>) {
        let (clauses, parameters) = self.clauses();
        let sql = format!(
            "SELECT time_unix_nano, id FROM otel_logs WHERE {clauses} AND id <= ? ORDER BY time_unix_nano DESC LIMIT ?"
        );
        (sql, parameters)
    }

    fn clauses(&self) -> (String, Vec<Sql>) {
        let mut clauses = vec!["1".to_owned()];
        let mut parameters = Vec::new();
        let mut add = |clause: String, values: &mut dyn Iterator<Item = Sql>| {
            clauses.push(clause);
            parameters.extend(values);
        };
        if let Some(service) = &self.service {
            add("service_name = ?".into(), &mut [Sql::Text(service.clone())].into_iter());
        }
        if let Some(trace) = &self.trace {
            add("trace_id = ?".into(), &mut [Sql::Text(trace.clone())].into_iter());
        }
        if let Some(since) = self.since {
            add("time_unix_nano >= ?".into(), &mut [Sql::Integer(since)].into_iter());
        }
        if let Some(level) = self.severity {
            let texts: Vec<&str> = level.texts().collect();
            let marks = vec!["?"; texts.len()].join(", ");
            let clause = format!("(severity_number >= ? OR severity_number = 0 AND lower(severity_text) IN ({marks}))");
            let texts = texts.into_iter().map(|text| Sql::Text(text.to_owned()));
            add(clause, &mut std::iter::once(Sql::Integer(level.0)).chain(texts));
        }
        if let Some(text) = &self.search {
            let pattern = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let like = ["body", "attributes", "event_name"].map(|column| format!("{column} LIKE ? ESCAPE '\\'"));
            let patterns = std::iter::repeat_n(Sql::Text(format!("%{pattern}%")), like.len());
            add(format!("({})", like.join(" OR ")), &mut patterns.into_iter());
        }
        (clauses.join(" AND "), parameters)
    }
}
