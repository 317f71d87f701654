//! `tfo query metrics`: which metrics there are, a line each.

mod read;

use serde_json::{Value, json};

use self::read::Summary;
use super::cell;
use super::clock;
use super::failure::Failure;
use super::show::{Cell, Column, Screen, Style, Table, ago, measure, say};
use super::store::Store;

pub(crate) use self::read::{Kind, names};
#[cfg(test)]
pub(super) use self::read::{names_sql, newest_sql};

/// Arguments of `tfo query metrics`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only of this service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only those with this text in their name; ASCII letters match in either case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

pub(super) fn run(store: &Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    let wanted = args.search.as_deref().unwrap_or_default().to_ascii_lowercase();
    let mut metrics = Vec::new();
    let mut any = false;
    for kind in Kind::ALL {
        for name in names(store, kind)? {
            any = true;
            if name.to_ascii_lowercase().contains(&wanted) {
                metrics.extend(read::sum_up(store, kind, &name, args.service.as_deref())?);
            }
        }
    }
    metrics.sort_by(|a, b| a.name.cmp(&b.name));
    match (metrics.is_empty(), any) {
        (true, true) => say("no metric matches; without --service and --search all are listed"),
        (true, false) => say("no metrics are stored yet: send some as OTLP to the tfo that writes this store"),
        _ if screen.is_json() => metrics.iter().try_for_each(|metric| screen.record(&record(metric)))?,
        _ => screen.print(&text(&metrics, screen))?,
    }
    Ok(())
}

fn text(metrics: &[Summary], screen: &Screen) -> String {
    let now = clock::now();
    let titles = [Column::left("METRIC"), Column::left("TYPE"), Column::left("UNIT")];
    let numbers = ["SERIES", "LAST VALUE", "LAST"].map(Column::right);
    let mut table = Table::new(titles.into_iter().chain(numbers));
    for metric in metrics {
        let more = if metric.complete { "" } else { "+" };
        let unit = metric.unit.as_deref().unwrap_or_default();
        let last = match (metric.kind.is_distribution(), metric.value) {
            (false, value) => value.map_or_else(|| "NaN".to_owned(), |value| measure(value, unit)),
            (true, Some(mean)) => format!("mean {}", measure(mean, unit)),
            (true, None) => "-".to_owned(),
        };
        table.row([
            Cell::from(&metric.name),
            Cell::styled(&metric.what(), Style::Cyan),
            Cell::from(unit),
            Cell::from(format!("{}{more}", metric.series)),
            Cell::from(last),
            Cell::styled(&ago(metric.time, now), Style::Dim),
        ]);
    }
    table.draw(screen)
}

fn record(metric: &Summary) -> Value {
    let value = metric.integer.map_or_else(|| metric.value.map_or(Value::Null, cell::float), Value::from);
    json!({
        "metric_name": metric.name,
        "type": metric.kind.name(),
        "aggregation_temporality": metric.temporality.map(|delta| if delta { "delta" } else { "cumulative" }),
        "is_monotonic": metric.monotonic,
        "unit": metric.unit,
        "description": metric.description,
        "service_names": metric.services,
        "series": metric.series,
        "series_are_complete": metric.complete,
        "last_time": clock::exact(metric.time),
        "last_time_unix_nano": metric.time,
        "last_value": if metric.kind.is_distribution() { Value::Null } else { value },
        "last_mean": if metric.kind.is_distribution() { metric.value.map_or(Value::Null, cell::float) } else { Value::Null },
    })
}
