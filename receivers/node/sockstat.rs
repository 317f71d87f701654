//! Sockets in use, from `/proc/net/sockstat` and `sockstat6`.

use std::io::ErrorKind;

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Metric, sockstat};
use crate::kernel::text::{lines, number, whole_lines, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects how many sockets are in use.
pub(super) struct Sockstat {
    v4: Source,
    v6: Source,
    /// Bytes.
    page_size: u64,
}

// === impl Sockstat ===

impl Sockstat {
    pub(super) fn new(roots: &Roots) -> Self {
        let page_size = rustix::param::page_size() as u64;
        Self { v4: roots.net("sockstat"), v6: roots.net("sockstat6"), page_size }
    }
}

impl Group for Sockstat {
    fn name(&self) -> &'static str {
        "sockstat"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let mut missing = Ok(());
        for (source, is_optional) in [(&mut self.v4, false), (&mut self.v6, true)] {
            let bytes = match system.read(source) {
                Ok(bytes) => bytes,
                // A kernel without IPv6 lacks nothing.
                Err(error) if is_optional && error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    missing = Err(Unavailable::io(source.path(), &error));
                    continue;
                }
            };
            let (text, is_cut) = whole_lines(bytes);
            lines(text).for_each(|line| record(line, self.page_size, out));
            if is_cut {
                missing = Err(Unavailable::new(source.path(), "it ends in the middle of a line"));
            }
        }
        missing
    }
}

/// Records a line such as `TCP: inuse 6 orphan 0 tw 0 alloc 10 mem 2`.
fn record(line: &[u8], page_size: u64, out: &mut Recorder) {
    let mut parts = words(line);
    let Some(protocol) = parts.next().and_then(|word| word.strip_suffix(b":")) else { return };
    while let (Some(word), Some(value)) = (parts.next(), parts.next().and_then(number)) {
        if let Some(row) = row(protocol, word) {
            out.gauge(row, value, &[]);
        }
        if word == b"mem"
            && let Some(row) = row(protocol, b"mem_bytes")
        {
            out.gauge(row, value.saturating_mul(page_size), &[]);
        }
    }
}

fn row(protocol: &[u8], word: &[u8]) -> Option<&'static Metric> {
    let is_it = |(line, name, _): &&(&str, &str, _)| line.as_bytes() == protocol && name.as_bytes() == word;
    sockstat::WORDS.iter().find(is_it).map(|(_, _, row)| *row)
}
