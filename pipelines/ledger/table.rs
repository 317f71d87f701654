//! The ledger for people: a table, and one line of totals.

use std::fmt::Write as _;

use super::{Entry, entries};
use crate::component::Kind;
use crate::runtime::Status;

const HEADINGS: [&str; 9] = ["node", "in", "recovered", "out", "rejected", "refused", "dropped", "held", "balance"];

/// The ledger as a table with a line for each node, ending in a newline.
#[must_use]
pub fn table(status: &Status) -> String {
    let rows: Vec<[String; HEADINGS.len()]> =
        std::iter::once(HEADINGS.map(str::to_owned)).chain(entries(status).iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let mut table = String::new();
    for row in &rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let width = *width;
            // Writing to a string cannot fail.
            let _ = match column {
                0 => write!(table, "{cell:<width$}"),
                _ => write!(table, "  {cell:>width$}"),
            };
        }
        table.push('\n');
    }
    table
}

/// One line of totals: what came in from outside and what became of it.
#[must_use]
pub fn summary(status: &Status) -> String {
    let all = entries(status);
    let sum = |kind: Kind, count: fn(&Entry) -> u64| all.iter().filter(|one| one.kind == kind).map(count).sum::<u64>();
    let dropped: u64 = all.iter().map(Entry::dropped_items).sum();
    let held: u64 = all.iter().filter(|one| one.kind != Kind::Receiver).map(|one| one.held).sum();
    format!(
        "received {} items, acknowledged {}, refused {}, rejected {}; \
         delivered {}, rejected by destinations {}, dropped {dropped}, held {held}",
        sum(Kind::Receiver, |one| one.received.items),
        sum(Kind::Receiver, |one| one.sent.items),
        sum(Kind::Receiver, |one| one.refused.items),
        sum(Kind::Receiver, |one| one.rejected.items),
        sum(Kind::Exporter, |one| one.sent.items),
        sum(Kind::Exporter, |one| one.rejected.items),
    )
}

fn row(entry: &Entry) -> [String; HEADINGS.len()] {
    [
        entry.label(),
        entry.received.items.to_string(),
        entry.recovered.items.to_string(),
        entry.sent.items.to_string(),
        entry.rejected.items.to_string(),
        entry.refused.items.to_string(),
        dropped(entry),
        entry.held.to_string(),
        entry.balance().to_string(),
    ]
}

fn dropped(entry: &Entry) -> String {
    let reasons = entry.dropped.iter().filter(|(_, items)| *items > 0);
    let reasons: Vec<String> = reasons.map(|(reason, items)| format!("{items} {reason}")).collect();
    if reasons.is_empty() { "0".to_owned() } else { reasons.join(", ") }
}
