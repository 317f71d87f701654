//! Connection tracking: how full the table is, and what was counted about it.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Metric, conntrack};
use crate::kernel::text::{lines, only_number, whole_lines, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects connection tracking.
pub(super) struct Conntrack {
    entries: Source,
    limit: Source,
    statistics: Source,
    /// Whether entries are those of the table: in a container the file that counts them is about its own network.
    is_elsewhere: bool,
    /// The row of each column, and the sum of its values over all processors.
    sums: Vec<(Option<&'static Metric>, u64)>,
}

// === impl Conntrack ===

impl Conntrack {
    pub(super) fn new(roots: &Roots) -> Self {
        let statistics = roots.net("stat/nf_conntrack");
        Self {
            is_elsewhere: statistics.path().starts_with(roots.proc.join("1")),
            statistics,
            entries: roots.proc("sys/net/netfilter/nf_conntrack_count"),
            limit: roots.proc("sys/net/netfilter/nf_conntrack_max"),
            sums: Vec::new(),
        }
    }
}

impl Group for Conntrack {
    fn name(&self) -> &'static str {
        "conntrack"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let limit = alone(&mut self.limit, &conntrack::LIMIT, system, out);
        let source = &mut self.statistics;
        let statistics = match system.read(source) {
            Err(error) => Err(Unavailable::io(source.path(), &error)),
            Ok(bytes) if sum(bytes, &mut self.sums) => Ok(entries(bytes)),
            Ok(_) => Err(Unavailable::new(source.path(), "its columns make no sense")),
        };
        if statistics.is_ok() {
            for (row, sum) in &self.sums {
                row.iter().for_each(|row| out.counter(row, *sum, &[]));
            }
        }
        let entries = match &statistics {
            Ok(Some(entries)) if self.is_elsewhere => {
                out.gauge(&conntrack::ENTRIES, *entries, &[]);
                Ok(())
            }
            _ if self.is_elsewhere => Ok(()),
            _ => alone(&mut self.entries, &conntrack::ENTRIES, system, out),
        };
        entries.and(limit)?;
        statistics.map(drop)
    }
}

/// Records the only number of a file.
pub(super) fn alone(
    source: &mut Source,
    row: &'static Metric,
    system: &mut System,
    out: &mut Recorder,
) -> Result<(), Unavailable> {
    match system.read(source).map(only_number) {
        Ok(Some(number)) => out.gauge(row, number, &[]),
        Ok(None) => return Err(Unavailable::new(source.path(), "it holds no number")),
        Err(error) => return Err(Unavailable::io(source.path(), &error)),
    }
    Ok(())
}

/// Adds up a table with a line of names, and a line of hexadecimal numbers for each processor.
fn sum(bytes: &[u8], sums: &mut Vec<(Option<&'static Metric>, u64)>) -> bool {
    let (text, is_cut) = whole_lines(bytes);
    let mut lines = lines(text);
    let Some(names) = lines.next() else { return false };
    let row = |name: &[u8]| conntrack::COLUMNS.iter().find(|(column, _)| column.as_bytes() == name);
    sums.clear();
    sums.extend(words(names).map(|name| (row(name).map(|(_, row)| *row), 0)));
    let mut processors = 0;
    for line in lines {
        let mut values = words(line);
        for (_, sum) in sums.iter_mut() {
            let Some(value) = values.next().and_then(hexadecimal) else { return false };
            *sum += value;
        }
        processors += 1;
    }
    processors > 0 && !is_cut
}

/// The first column, which is the same for each processor.
fn entries(table: &[u8]) -> Option<u64> {
    let mut lines = lines(table).map(|line| words(line).next());
    (lines.next()?? == b"entries").then(|| lines.next()?.and_then(hexadecimal))?
}

fn hexadecimal(word: &[u8]) -> Option<u64> {
    let number = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16);
    number.ok().map(u64::from)
}
