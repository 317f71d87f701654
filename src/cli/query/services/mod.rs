//! `tfo query services`: who sends, how much, and when last.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::OptionalExtension as _;
use serde_json::{Value, json};

use super::cell;
use super::clock;
use super::failure::Failure;
use super::show::{Cell, Column, Screen, Style, Table, ago, say};
use super::store::Store;

/// Tables, their column of time, what makes a row an error, and what their rows are counted as.
const TABLES: [(&str, &str, &str, Kind); 7] = [
    ("otel_logs", "time_unix_nano", "severity_number >= 17", |of| &mut of.logs),
    ("otel_spans", "start_time_unix_nano", "status_code = 'Error'", |of| &mut of.spans),
    ("otel_metrics_gauge", "time_unix_nano", "0", |of| &mut of.points),
    ("otel_metrics_sum", "time_unix_nano", "0", |of| &mut of.points),
    ("otel_metrics_histogram", "time_unix_nano", "0", |of| &mut of.points),
    ("otel_metrics_exp_histogram", "time_unix_nano", "0", |of| &mut of.points),
    ("otel_metrics_summary", "time_unix_nano", "0", |of| &mut of.points),
];

/// Which count of a service.
type Kind = fn(&mut Service) -> &mut i64;

/// Services by name; those without one together.
type Services = BTreeMap<Option<String>, Service>;

/// Arguments of `tfo query services`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Count what arrived in the last so much time, e.g. 15m, 2h or 7d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = clock::since)]
    since: Duration,
}

/// What a service sent.
#[derive(Debug, Default)]
struct Service {
    logs: i64,
    spans: i64,
    points: i64,
    errors: i64,
    last: Option<i64>,
}

pub(super) fn run(store: &Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    let services = read(store, clock::ago(args.since))?;
    if services.is_empty() {
        say("nothing is stored yet: send OTLP to the tfo that writes this store");
        return Ok(());
    }
    if screen.is_json() {
        return services.iter().try_for_each(|(name, of)| screen.record(&record(name.as_deref(), of)));
    }
    screen.print(&text(&services, screen))
}

/// Resources name the services. Rows of all tables are numbered in the order in which they came and batches say when, so
/// what arrived since is what has a higher number, without an index for it.
fn read(store: &Store, since: i64) -> Result<Services, Failure> {
    let mut services = Services::new();
    let mut statement =
        store.connection.prepare("SELECT service_name, max(last_row) FROM otel_resources GROUP BY 1")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let service = services.entry(cell::text(row, 0)?).or_default();
        let newest = cell::integer(row, 1)?;
        for (table, time, ..) in TABLES {
            let mut moment = store.connection.prepare_cached(&format!("SELECT {time} FROM {table} WHERE id = ?"))?;
            let moment: Option<i64> = moment.query_row([newest], |row| row.get(0)).optional()?;
            service.last = service.last.max(moment);
        }
    }
    let sql = "SELECT last_row FROM otel_batches WHERE time_unix_nano < ? ORDER BY last_row DESC LIMIT 1";
    let before: Option<i64> = store.connection.query_row(sql, [since], |row| row.get(0)).optional()?;
    for (table, _, error, kind) in TABLES {
        let sql =
            format!("SELECT service_name, count(*), sum({error}) FROM {table} NOT INDEXED WHERE id > ? GROUP BY 1");
        let mut statement = store.connection.prepare(&sql)?;
        let mut rows = statement.query([before.unwrap_or(i64::MIN)])?;
        while let Some(row) = rows.next()? {
            let service = services.entry(cell::text(row, 0)?).or_default();
            *kind(service) += cell::integer(row, 1)?;
            service.errors += cell::integer(row, 2)?;
        }
    }
    Ok(services)
}

fn text(services: &Services, screen: &Screen) -> String {
    let now = clock::now();
    let titles = ["LOGS", "SPANS", "POINTS", "ERRORS", "LAST"].map(Column::right);
    let mut table = Table::new(std::iter::once(Column::left("SERVICE")).chain(titles));
    for (name, of) in services {
        table.row([
            Cell::styled(name.as_deref().unwrap_or("(no name)"), Style::Cyan),
            Cell::from(of.logs.to_string()),
            Cell::from(of.spans.to_string()),
            Cell::from(of.points.to_string()),
            Cell::styled(&of.errors.to_string(), (of.errors > 0).then_some(Style::Red)),
            Cell::styled(&of.last.map_or_else(String::new, |last| ago(last, now)), Style::Dim),
        ]);
    }
    table.draw(screen)
}

fn record(name: Option<&str>, of: &Service) -> Value {
    json!({
        "service_name": name,
        "logs": of.logs,
        "spans": of.spans,
        "metric_points": of.points,
        "errors": of.errors,
        "last_time": of.last.map(clock::exact),
        "last_time_unix_nano": of.last,
    })
}
