//! `tfo query trace`: the spans of a trace as a tree over time.

mod read;
mod show;
mod tree;

use super::failure::Failure;
use super::show::{Screen, clean, say};
use super::store::Store;

pub(crate) use self::read::Span;
pub(crate) use self::tree::{Line, Mark, tree};

/// Traces that are named when the beginning of an id fits several.
const NAMED: usize = 5;

/// Arguments of `tfo query trace`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id; the beginning will do if no other trace begins so
    id: String,
    /// Also show the attributes of every span
    #[arg(long, short)]
    attributes: bool,
    /// At most so many spans, the first ones
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
}

pub(super) fn run(store: &Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    let id = find(store, "otel_spans", &args.id)?;
    let spans = read::spans(store, &id, args.limit)?;
    let total = read::count(store, &id)?;
    let links: Vec<(Option<&str>, Option<&str>)> =
        spans.iter().map(|span| (span.span_id.as_deref(), span.parent_span_id.as_deref())).collect();
    let lines = tree(&links);
    let logs = read::logs(store, &id)?;
    let trace = show::Trace { id: &id, spans: &spans, lines: &lines, total, logs };
    if screen.is_json() {
        return screen.document(&show::json(&trace));
    }
    screen.print(&show::text(&trace, screen, args.attributes))?;
    let missing = total.saturating_sub(spans.len());
    if missing > 0 {
        say(&format!("{missing} more spans (--limit)"));
    }
    Ok(())
}

/// The whole id of the one trace whose id begins so, by the index of the table.
pub(crate) fn find(store: &Store, table: &str, wanted: &str) -> Result<String, Failure> {
    let begin = wanted.trim().to_ascii_lowercase();
    if begin.is_empty() || !begin.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::usage(format!("`{}` is not a trace id: expected hex digits", clean(wanted))));
    }
    // `g` comes after every hex digit.
    let sql = format!("SELECT DISTINCT trace_id FROM {table} WHERE trace_id >= ?1 AND trace_id < ?1 || 'g' LIMIT ?2");
    let mut statement = store.connection.prepare(&sql)?;
    let found = statement.query_map((&begin, NAMED as i64 + 1), |row| row.get(0))?;
    let mut found = found.collect::<rusqlite::Result<Vec<String>>>()?;
    if found.contains(&begin) {
        return Ok(begin);
    }
    match found.len() {
        0 => {
            let what = if table == "otel_logs" { "no log is of a trace whose id" } else { "no trace has an id that" };
            Err(Failure::usage(format!("{what} begins with `{begin}`: `tfo query traces` lists the recent ones")))
        }
        1 => Ok(found.swap_remove(0)),
        many => {
            found.truncate(NAMED);
            let more = if many > NAMED { ", ..." } else { "" };
            Err(Failure::usage(format!(
                "several traces begin with `{begin}`: {}{more}; give more of the id",
                found.join(", ")
            )))
        }
    }
}
