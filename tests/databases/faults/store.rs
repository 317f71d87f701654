//! A database under a fault: a server of the test's own, and the records that it has.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use crate::records::is_intact;
use crate::support::clickhouse::{self, ClickHouse};
use crate::support::postgres::Postgres;

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    ClickHouse,
    Postgres,
}

/// A server and a database in it.
pub(crate) struct Store {
    pub(crate) server: Server,
    pub(crate) database: String,
}

/// A server of the test's own.
pub(crate) enum Server {
    ClickHouse(ClickHouse),
    Postgres(Postgres),
}

/// What is in a database.
#[derive(Default)]
pub(crate) struct Found {
    /// How often each record is there, by its number.
    pub(crate) records: HashMap<u64, u64>,
    /// Records that are not as they were sent.
    pub(crate) altered: u64,
}

/// Number, sum, time and text of every record, and of the points whether they are still no number. `{a}` is the column of
/// attributes.
const CLICKHOUSE: [(&str, &str); 3] = [
    ("otel_logs", "LogAttributes a, toUnixTimestamp64Nano(Timestamp) t, Body x, 1 ok"),
    ("otel_traces", "SpanAttributes a, toUnixTimestamp64Nano(Timestamp) t, SpanName x, 1 ok"),
    (
        "otel_metrics_gauge",
        "Attributes a, toUnixTimestamp64Nano(TimeUnix) t, Attributes['record.text'] x, isNaN(Value) ok",
    ),
];
const POSTGRES: [(&str, &str); 3] = [
    ("otel_logs", "attributes a, time_unix_nano t, body x, 1 ok"),
    ("otel_spans", "attributes a, start_time_unix_nano t, name x, 1 ok"),
    ("otel_metrics_gauge", "attributes a, time_unix_nano t, attributes->>'record.text' x, (value = 'NaN')::int ok"),
];

// === impl Store ===

impl Store {
    /// With a fresh server; its data in this folder, if one is given. `None`, said loudly, where it is not installed.
    pub(crate) fn start(kind: Kind, test: &str, data: Option<&Path>) -> Option<Self> {
        Some(match kind {
            Kind::ClickHouse => {
                let server = ClickHouse::start_in(test, data)?;
                Self { database: server.database(), server: Server::ClickHouse(server) }
            }
            Kind::Postgres => {
                let server = Postgres::start_in(test, data)?;
                Self { database: server.database(), server: Server::Postgres(server) }
            }
        })
    }

    /// The exporter's type, and its settings but those of delivery.
    pub(crate) fn exporter(&self) -> (&'static str, String) {
        let database = &self.database;
        match &self.server {
            Server::ClickHouse(server) => {
                let (user, password) = (clickhouse::USER, clickhouse::PASSWORD);
                let url = server.url();
                (
                    "clickhouse",
                    format!("endpoint: '{url}', username: {user}, password: {password}, database: {database}"),
                )
            }
            Server::Postgres(server) => ("postgres", format!("endpoint: '{}'", server.url(database))),
        }
    }

    pub(crate) fn kill(&self) {
        match &self.server {
            Server::ClickHouse(server) => server.kill(),
            Server::Postgres(server) => server.kill(),
        }
    }

    pub(crate) fn restart(&self) {
        match &self.server {
            Server::ClickHouse(server) => server.restart(),
            Server::Postgres(server) => server.restart(),
        }
    }

    /// Every record that is stored.
    pub(crate) fn found(&self) -> Found {
        let mut found = Found::default();
        for row in self.rows() {
            let whole =
                |name: &str| row[name].as_str().and_then(|text| text.parse::<i64>().ok()).map(i64::cast_unsigned);
            let (number, sum) = (whole("n").unwrap_or(u64::MAX), whole("s").unwrap_or(u64::MAX));
            let time = row["t"].as_i64().unwrap().cast_unsigned();
            let text = row["x"].as_str().unwrap_or_default();
            *found.records.entry(number).or_default() += 1;
            found.altered += u64::from(row["ok"] != 1 || !is_intact(number, sum, time, text));
        }
        found
    }

    fn rows(&self) -> Vec<Value> {
        let tables = match &self.server {
            Server::ClickHouse(_) => CLICKHOUSE,
            Server::Postgres(_) => POSTGRES,
        };
        let read = |(table, columns): &(&str, &str)| self.read(table, columns);
        tables.iter().flat_map(read).collect()
    }

    /// The rows of a table; none as long as nobody has made it.
    fn read(&self, table: &str, columns: &str) -> Vec<Value> {
        let database = &self.database;
        match &self.server {
            Server::ClickHouse(server) => {
                let there = format!("SELECT 1 FROM system.tables WHERE database = '{database}' AND name = '{table}'");
                if server.rows(database, &there).is_empty() {
                    return Vec::new();
                }
                let marks = "a['record.number'] AS n, a['record.sum'] AS s";
                server.rows(database, &format!("SELECT {marks}, t, x, ok FROM (SELECT {columns} FROM {table})"))
            }
            Server::Postgres(server) => {
                if server.rows(database, &format!("SELECT to_regclass('{table}') AS t"))[0]["t"].is_null() {
                    return Vec::new();
                }
                let marks = "a->>'record.number' AS n, a->>'record.sum' AS s";
                server.rows(database, &format!("SELECT {marks}, t, x, ok FROM (SELECT {columns} FROM {table}) d"))
            }
        }
    }
}
