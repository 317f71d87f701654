//! Which traces: spans are walked from the newest to older ones by their index, and each trace met is summed up once.

use std::collections::HashSet;

use rusqlite::params_from_iter;
use rusqlite::types::Value as Sql;

use crate::cli::query::cell;
use crate::cli::query::failure::Failure;
use crate::cli::query::store::Store;

/// Traces that are looked at before giving up, which bounds memory and time when hardly any match.
pub(crate) const LOOKED_AT: usize = 200_000;

/// Which traces are wanted; what is `None` is not asked for.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// A service that has a part in it.
    pub(crate) service: Option<String>,
    /// Whether a span must have failed.
    pub(crate) errors: bool,
    /// The least duration in nanoseconds.
    pub(crate) min_duration: Option<i64>,
    /// The earliest start of a span in nanoseconds.
    pub(crate) since: Option<i64>,
}

/// A trace in a line.
#[derive(Debug)]
pub(crate) struct Summary {
    /// Its id.
    pub(crate) id: String,
    /// When its first span began.
    pub(crate) start: i64,
    /// Until the end of the last one, in nanoseconds.
    pub(crate) duration: i64,
    /// The root's service.
    pub(crate) service: Option<String>,
    /// The root's name; without a root, that of the earliest span.
    pub(crate) name: String,
    /// Whether the root is stored.
    pub(crate) rooted: bool,
    /// How many spans.
    pub(crate) spans: i64,
    /// Of how many services.
    pub(crate) services: i64,
    /// How many failed.
    pub(crate) errors: i64,
}

/// What was found.
pub(crate) struct Found {
    /// The newest first.
    pub(crate) traces: Vec<Summary>,
    /// Whether there may be more, further back than was looked.
    pub(crate) gave_up: bool,
}

/// The newest traces that match.
pub(crate) fn recent(store: &Store, filter: &Filter, limit: usize) -> Result<Found, Failure> {
    let (sql, parameters) = filter.walk();
    let mut statement = store.connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    let mut met = HashSet::new();
    let mut found = Found { traces: Vec::new(), gave_up: false };
    while found.traces.len() < limit
        && let Some(row) = rows.next()?
    {
        let id: String = row.get(0)?;
        if met.contains(&id) {
            continue;
        }
        if met.len() >= LOOKED_AT {
            found.gave_up = true;
            break;
        }
        let trace = sum_up(store, &id)?;
        met.insert(id);
        if filter.min_duration.is_none_or(|least| trace.duration >= least) {
            found.traces.push(trace);
        }
    }
    Ok(found)
}

fn sum_up(store: &Store, id: &str) -> Result<Summary, Failure> {
    let sql = "SELECT count(*), sum(status_code = 'Error'), min(start_time_unix_nano), \
               max(max(start_time_unix_nano, end_time_unix_nano)), count(DISTINCT service_name) \
               FROM otel_spans WHERE trace_id = ?";
    let mut statement = store.connection.prepare_cached(sql)?;
    let (spans, errors, start, end, services) = statement.query_row([id], |row| {
        let number = |at| cell::integer(row, at);
        Ok((number(0)?, number(1)?, number(2)?, number(3)?, number(4)?))
    })?;
    let sql = "SELECT name, service_name, parent_span_id IS NULL FROM otel_spans WHERE trace_id = ? \
               ORDER BY parent_span_id IS NOT NULL, start_time_unix_nano LIMIT 1";
    let mut statement = store.connection.prepare_cached(sql)?;
    let (name, service, rooted) =
        statement.query_row([id], |row| Ok((cell::text(row, 0)?, cell::text(row, 1)?, row.get(2)?)))?;
    let (id, name, duration) = (id.to_owned(), name.unwrap_or_default(), end.saturating_sub(start));
    Ok(Summary { id, start, duration, service, name, rooted, spans, services, errors })
}

// === impl Filter ===

impl Filter {
    /// The statement that walks the spans.
    pub(crate) fn walk(&self) -> (String, Vec<Sql>) {
        let mut clauses = vec!["trace_id IS NOT NULL"];
        let mut parameters = Vec::new();
        if let Some(service) = &self.service {
            clauses.push("service_name = ?");
            parameters.push(Sql::Text(service.clone()));
        }
        if self.errors {
            clauses.push("status_code = 'Error'");
        }
        if let Some(since) = self.since {
            clauses.push("start_time_unix_nano >= ?");
            parameters.push(Sql::Integer(since));
        }
        let clauses = clauses.join(" AND ");
        // The index of time, however many spans have a trace: only the newest are wanted.
        let sql = format!(
            "SELECT trace_id FROM otel_spans INDEXED BY otel_spans_by_time WHERE {clauses} \
             ORDER BY start_time_unix_nano DESC"
        );
        (sql, parameters)
    }
}
