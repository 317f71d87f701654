//! `tfo query`: a small reader for the store that exporter `sqlite` writes.
//!
//! A folder per command: its arguments, what it reads, how that is shown. The store is opened for reading only, and what
//! is read is held in memory before it is printed, so neither a slow terminal nor a pager keeps a transaction open.

mod cell;
mod clock;
mod failure;
mod logs;
mod metric;
mod metrics;
mod services;
mod show;
mod sql;
mod store;
#[cfg(test)]
mod tests;
mod trace;
mod traces;

use std::path::PathBuf;

use clap::Subcommand;

use self::failure::Failure;
use self::show::{Colour, Screen};
use self::store::Store;
use super::{Exit, Format};
use crate::render;

/// Arguments of `tfo query`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Records go to stdout; as JSON, lists have a record per line, a trace and a metric are one document."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
    /// The store
    #[arg(long, global = true, value_name = "PATH", env = "TFO_DB", default_value = "telemetry.db")]
    db: PathBuf,
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    /// Whether text is coloured; `auto` is on terminals, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Recent logs, the newest last
    Logs(logs::Args),
    /// Recent traces, the newest first
    Traces(traces::Args),
    /// The spans of a trace as a tree over time
    Trace(trace::Args),
    /// Which metrics there are
    Metrics(metrics::Args),
    /// A metric over time: the course and the numbers of each series
    Metric(metric::Args),
    /// The services that sent something
    Services(services::Args),
    /// Any SELECT, as a table
    Sql(sql::Args),
}

pub(super) fn run(args: &Args) -> Exit {
    let screen = Screen::new(args.format, args.color);
    let done = Store::open(&args.db).and_then(|store| match &args.what {
        What::Logs(logs) => logs::run(&store, &screen, logs),
        What::Traces(traces) => traces::run(&store, &screen, traces),
        What::Trace(trace) => trace::run(&store, &screen, trace),
        What::Metrics(metrics) => metrics::run(&store, &screen, metrics),
        What::Metric(metric) => metric::run(&store, &screen, metric),
        What::Services(services) => services::run(&store, &screen, services),
        What::Sql(sql) => sql::run(store, &screen, sql),
    });
    match done {
        // A reader that went away (`tfo query logs | head`) has what it wanted.
        Ok(()) | Err(Failure::Gone) => Exit::Fine,
        Err(Failure::Failed { exit, message }) => {
            render::err(&format!("error: {}\n", show::clean(&message)));
            exit
        }
    }
}
