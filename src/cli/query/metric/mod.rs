//! `tfo query metric`: a metric over time, a line for each of its series.

mod buckets;
mod exponential;
mod flow;
mod quantile;
mod read;
mod series;
mod show;

use std::time::Duration;

use pipelines::config::did_you_mean;

use self::read::Filter;
#[cfg(test)]
pub(super) use self::read::points_sql;
use super::clock;
use super::failure::Failure;
use super::metrics::{Kind, names};
use super::show::{Screen, clean, say};
use super::store::Store;

/// Arguments of `tfo query metric`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its name
    name: String,
    /// Only of this service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only series with this attribute, of the point or the resource; several may be given
    #[arg(long, value_name = "KEY=VALUE", value_parser = attribute)]
    attribute: Vec<(String, String)>,
    /// The last so much time, e.g. 15m, 2h or 7d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = clock::since)]
    since: Duration,
    /// At most so many series
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

pub(super) fn run(store: &Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    let kinds = kinds(store, &args.name)?;
    let filter = Filter {
        name: args.name.clone(),
        service: args.service.clone(),
        attributes: args.attribute.clone(),
        since: clock::ago(args.since),
    };
    let mut metrics = Vec::new();
    for kind in kinds.iter().copied() {
        metrics.extend(read::metric(store, kind, &filter, args.limit)?);
    }
    if screen.is_json() {
        return screen.document(&show::json(&args.name, &metrics));
    }
    if metrics.is_empty() {
        let newest = kinds.iter().map(|kind| read::newest(store, *kind, &args.name)).collect::<Result<Vec<_>, _>>()?;
        let newest = newest.into_iter().flatten().max().unwrap_or_default();
        let filtered = if args.service.is_some() || !args.attribute.is_empty() { "matching " } else { "" };
        let newest = clock::short(newest);
        say(&format!("no {filtered}point in that time; the newest one of this metric is from {newest} (--since)"));
    }
    metrics.iter().try_for_each(|metric| screen.print(&show::text(&args.name, metric, screen)))?;
    let more: usize = metrics.iter().map(|metric| metric.more).sum();
    if more > 0 {
        say(&format!("{more} more series (--limit, --service, --attribute)"));
    }
    Ok(())
}

/// The kinds of points that go by this name.
fn kinds(store: &Store, name: &str) -> Result<Vec<Kind>, Failure> {
    let mut kinds = Vec::new();
    for kind in Kind::ALL {
        if read::newest(store, kind, name)?.is_some() {
            kinds.push(kind);
        }
    }
    if !kinds.is_empty() {
        return Ok(kinds);
    }
    let all = Kind::ALL.into_iter().map(|kind| names(store, kind)).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<String> = all.into_iter().flatten().collect();
    let meant = did_you_mean(name, all.iter().map(String::as_str));
    let meant = meant.map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"));
    Err(Failure::usage(format!("no metric is called `{}`{meant}; `tfo query metrics` lists them all", clean(name))))
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
    pair.ok_or_else(|| format!("`{text}` is not an attribute: expected KEY=VALUE, e.g. http.route=/checkout"))
}
