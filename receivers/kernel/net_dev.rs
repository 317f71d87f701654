//! `/proc/net/dev`.

use super::Damage;
use super::text::{number, table, words};

/// Lines that are headings.
const HEADINGS: usize = 2;

/// Fields of each direction: bytes, packets, errors, dropped first; the rest differs.
const SIDE: usize = 8;

/// Fields after the colon: those of what was received, then those of what was transmitted.
pub(crate) const FIELDS: usize = 2 * SIDE;

/// A line: what went through an interface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interface<'f> {
    /// Its name.
    pub(crate) name: &'f str,
    /// The fields.
    pub(crate) values: [u64; FIELDS],
}

/// What went one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) bytes: u64,
    pub(crate) packets: u64,
    pub(crate) errors: u64,
    pub(crate) dropped: u64,
}

/// Calls `each` with every interface.
///
/// # Errors
/// The first line that is something else; the others are read all the same.
pub(crate) fn interfaces<'f>(content: &'f [u8], each: impl FnMut(Interface<'f>)) -> Result<(), Damage> {
    table(content, HEADINGS, (parse, "the name of an interface, a colon and 16 numbers"), each)
}

// === impl Interface ===

impl Interface<'_> {
    /// What it received, and what it transmitted.
    pub(crate) fn traffic(&self) -> [Traffic; 2] {
        [0, SIDE].map(|at| {
            let [bytes, packets, errors, dropped] = [0, 1, 2, 3].map(|field| self.values[at + field]);
            Traffic { bytes, packets, errors, dropped }
        })
    }
}

// === impl Traffic ===

impl Traffic {
    /// Adds what went through another interface.
    pub(crate) fn add(&mut self, more: Self) {
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.packets = self.packets.saturating_add(more.packets);
        self.errors = self.errors.saturating_add(more.errors);
        self.dropped = self.dropped.saturating_add(more.dropped);
    }
}

fn parse(line: &[u8]) -> Option<Interface<'_>> {
    // A large number follows the colon without a blank. Before Linux 4.17 names could hold colons themselves; numbers and
    // blanks they never could.
    let line = line.trim_ascii_start();
    let colon = words(line).next()?.iter().rposition(|byte| *byte == b':')?;
    let name = std::str::from_utf8(&line[..colon]).ok().filter(|name| !name.is_empty())?;
    let (mut values, mut words) = ([0; FIELDS], words(&line[colon + 1..]));
    for value in &mut values {
        *value = number(words.next()?)?;
    }
    Some(Interface { name, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a name with a blank behind it, one without, one with a colon, and lines that are damaged. Guarantee: each
    /// direction's own numbers, and the first damage.
    #[test]
    fn lines_of_net_dev() {
        let mut found = Vec::new();
        let content = "Inter-| Receive | Transmit\n face |bytes |bytes\n\
                       \x20   lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n\
                       eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n\
                       eth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n\
                       eth1: 1 2 3 4 5 6 7 8\n\
                       : 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n\
                       eth2: 1 eth3: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
        let damage = interfaces(content.as_bytes(), |interface| {
            let [received, transmitted] = interface.traffic();
            assert_eq!(received, Traffic { bytes: 1, packets: 2, errors: 3, dropped: 4 });
            assert_eq!(transmitted, Traffic { bytes: 9, packets: 10, errors: 11, dropped: 12 });
            found.push(interface.name);
        });
        assert_eq!(found, ["lo", "eth0", "eth0:1"]);
        assert_eq!(damage.map_err(|damage| damage.line), Err(6));
    }
}
