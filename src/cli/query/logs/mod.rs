//! `tfo query logs`: recent logs, and with `--follow` those to come.

mod level;
mod read;
mod show;

use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;

use self::level::Level;
use self::read::Filter;
use super::clock;
use super::failure::Failure;
use super::show::{Screen, say};
use super::store::Store;

/// How often a store is looked at while it is followed.
const POLL: Duration = Duration::from_millis(250);

/// Records read at once while a store is followed; the rest comes with the next look.
const AT_ONCE: usize = 1000;

/// Arguments of `tfo query logs`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only of this service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only that severe or worse: trace, debug, info, warn, error, fatal, or OTLP's number
    #[arg(long, value_name = "LEVEL", value_parser = Level::parse)]
    severity: Option<Level>,
    /// Only with this text in body, event name or attributes; ASCII letters match in either case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only of this trace; the beginning of its id will do
    #[arg(long, value_name = "ID")]
    trace: Option<String>,
    /// Only from the last so much time, e.g. 15m, 2h or 7d
    #[arg(long, value_name = "TIME", value_parser = clock::since)]
    since: Option<Duration>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Go on with what comes, until interrupted
    #[arg(long, short)]
    follow: bool,
}

pub(super) fn run(store: &Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    let filter = Filter {
        service: args.service.clone(),
        severity: args.severity,
        search: args.search.clone(),
        trace: args.trace.as_deref().map(|id| super::trace::find(store, "otel_logs", id)).transpose()?,
        since: args.since.map(clock::ago),
    };
    let last = read::last(store)?;
    let ids = read::recent(store, &filter, last, args.limit)?;
    if ids.is_empty() {
        nothing(store)?;
    }
    print(store, screen, &ids)?;
    if args.follow { follow(store, screen, &filter, last) } else { Ok(()) }
}

fn print(store: &Store, screen: &Screen, ids: &[i64]) -> Result<(), Failure> {
    for id in ids {
        // Retention may have taken it since.
        let Some(log) = read::one(store, *id)? else { continue };
        if screen.is_json() {
            screen.record(&show::json(&log))?;
        } else {
            screen.print(&show::text(&log, screen))?;
        }
    }
    Ok(())
}

/// Rows are numbered in the order in which they were stored, so what is new has a higher number.
fn follow(store: &Store, screen: &Screen, filter: &Filter, mut last: i64) -> Result<(), Failure> {
    let identity = |store: &Store| std::fs::metadata(&store.path).map(|file| (file.dev(), file.ino())).ok();
    let followed = identity(store);
    loop {
        let ids = read::after(store, filter, last, AT_ONCE)?;
        print(store, screen, &ids)?;
        match ids.last() {
            Some(id) => last = *id,
            None => {
                std::thread::sleep(POLL);
                if identity(store) != followed {
                    return Err(Failure::input(format!("`{}` was replaced by another file", store.path.display())));
                }
            }
        }
    }
}

fn nothing(store: &Store) -> Result<(), Failure> {
    match store.newest("otel_logs")? {
        Some(newest) => say(&format!("no log matches; the newest one is from {}", clock::short(newest))),
        None => say("no logs are stored yet: send some as OTLP to the tfo that writes this store"),
    }
    Ok(())
}

/// The statements of every filter, and how their plan begins.
#[cfg(test)]
pub(super) fn statements() -> Vec<(String, &'static str)> {
    let by_time = "SCAN otel_logs USING INDEX otel_logs_by_time";
    let text = || Some("text".to_owned());
    let level = Some(Level(13));
    let cases = [
        (Filter::default(), "SCAN otel_logs USING COVERING INDEX otel_logs_by_time"),
        (Filter { service: text(), severity: level, search: text(), ..Filter::default() }, by_time),
        (
            Filter { since: Some(1), service: text(), ..Filter::default() },
            "SEARCH otel_logs USING INDEX otel_logs_by_time",
        ),
        (
            Filter { since: Some(1), trace: text(), ..Filter::default() },
            "SEARCH otel_logs USING INDEX otel_logs_by_trace",
        ),
    ];
    cases.into_iter().map(|(filter, plan)| (filter.recent().0, plan)).collect()
}
