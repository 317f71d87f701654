//! The ARP table, from `/proc/net/arp`.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, arp};
use crate::kernel::text::{lines, text, whole_lines, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects how many neighbours each interface has.
pub(super) struct Arp {
    source: Source,
    /// Entries of each interface; names stay from scrape to scrape.
    counts: Vec<(Vec<u8>, u64)>,
}

/// Words of a line: address, type of hardware, flags, hardware address, mask, interface.
const WORDS: usize = 6;

// === impl Arp ===

impl Arp {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { source: roots.net("arp"), counts: Vec::new() }
    }
}

impl Group for Arp {
    fn name(&self) -> &'static str {
        "arp"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let Self { source, counts } = self;
        let bytes = match system.read(source) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Unavailable::io(source.path(), &error)),
        };
        let (table, is_cut) = whole_lines(bytes);
        counts.retain_mut(|(_, count)| std::mem::take(count) > 0);
        for interface in lines(table).skip(1).filter_map(|line| words(line).nth(WORDS - 1)) {
            match counts.iter_mut().find(|(name, _)| name == interface) {
                Some((_, count)) => *count += 1,
                None => counts.push((interface.to_owned(), 1)),
            }
        }
        if is_cut {
            return Err(Unavailable::new(source.path(), "it ends in the middle of a line"));
        }
        for (interface, count) in counts.iter().filter(|(_, count)| *count > 0) {
            out.gauge(&arp::ENTRIES, *count, &[(Label::Interface, &text(interface))]);
        }
        Ok(())
    }
}
