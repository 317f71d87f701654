//! `tfo query traces`: recent traces, a line each.

mod read;

use std::time::Duration;

use serde_json::json;

use self::read::{Filter, Summary};
use super::clock;
use super::failure::Failure;
use super::show::{Cell, Column, Screen, Style, Table, nanos, say};
use super::store::Store;

/// Arguments of `tfo query traces`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those that this service has a part in
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only those that took so long or longer, from the first start to the last end, e.g. 250ms
    #[arg(long, value_name = "TIME", value_parser = clock::since)]
    min_duration: Option<Duration>,
    /// Only those in which a span failed
    #[arg(long)]
    errors: bool,
    /// Only those with a span that began in the last so much time, e.g. 15m, 2h or 7d
    #[arg(long, value_name = "TIME", value_parser = clock::since)]
    since: Option<Duration>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

pub(super) fn run(store: &Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    let filter = Filter {
        service: args.service.clone(),
        errors: args.errors,
        min_duration: args.min_duration.map(|least| i64::try_from(least.as_nanos()).unwrap_or(i64::MAX)),
        since: args.since.map(clock::ago),
    };
    let found = read::recent(store, &filter, args.limit)?;
    if found.traces.is_empty() {
        match store.newest("otel_spans")? {
            Some(newest) => say(&format!("no trace matches; the newest span began at {}", clock::short(newest))),
            None => say("no spans are stored yet: send some as OTLP to the tfo that writes this store"),
        }
    } else if screen.is_json() {
        found.traces.iter().try_for_each(|trace| screen.record(&record(trace)))?;
    } else {
        screen.print(&text(&found.traces, screen))?;
    }
    if found.gave_up {
        say(&format!(
            "only the newest {} traces were looked at; --since says how far back it matters",
            read::LOOKED_AT
        ));
    }
    Ok(())
}

/// Newest first, as one looks for what just happened.
fn text(traces: &[Summary], screen: &Screen) -> String {
    let mut table = Table::new([
        Column::whole("TRACE"),
        Column::whole("START"),
        Column::left("SERVICE"),
        Column::left("ROOT"),
        Column::right("DURATION"),
        Column::right("SPANS"),
        Column::right("ERRORS"),
    ]);
    for trace in traces {
        let id = if screen.clips { trace.id.get(..8).unwrap_or(&trace.id) } else { &trace.id };
        let root = if trace.rooted { trace.name.clone() } else { format!("{} (root not stored)", trace.name) };
        table.row([
            Cell::styled(id, Style::Bold),
            Cell::styled(&clock::short(trace.start), Style::Dim),
            Cell::styled(trace.service.as_deref().unwrap_or("-"), Style::Cyan),
            Cell::from(root),
            Cell::from(nanos(trace.duration as f64)),
            Cell::from(trace.spans.to_string()),
            Cell::styled(&trace.errors.to_string(), (trace.errors > 0).then_some(Style::Red)),
        ]);
    }
    table.draw(screen)
}

fn record(trace: &Summary) -> serde_json::Value {
    json!({
        "trace_id": trace.id,
        "start_time": clock::exact(trace.start),
        "start_time_unix_nano": trace.start,
        "duration_nano": trace.duration,
        "service_name": trace.service,
        "root_name": trace.name,
        "root_is_stored": trace.rooted,
        "span_count": trace.spans,
        "service_count": trace.services,
        "error_count": trace.errors,
    })
}

/// The statements of filters.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    let all = Filter { service: Some("shop".to_owned()), errors: true, min_duration: Some(1), since: Some(1) };
    [Filter::default(), all].iter().map(|filter| filter.walk().0).collect()
}
