//! `/proc/PID/stat`.

use crate::kernel::text::{number, words};

/// What the kernel says of a process in one line. Times in ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::system::scrapers) struct Stat {
    pub(super) name: String,
    pub(in crate::system::scrapers) state: u8,
    pub(super) parent: u64,
    pub(super) minor_faults: u64,
    pub(super) major_faults: u64,
    pub(super) user: u64,
    pub(super) system: u64,
    pub(super) threads: u64,
    pub(super) start: u64,
    pub(super) virtual_bytes: u64,
    pub(super) resident_pages: u64,
    pub(super) wait: u64,
}

// === impl Stat ===

impl Stat {
    /// `None` if the line is cut off or something else.
    pub(in crate::system::scrapers) fn parse(line: &[u8]) -> Option<Self> {
        // The name may hold anything, also blanks and brackets.
        let (open, close) = (line.iter().position(|byte| *byte == b'(')?, line.iter().rposition(|byte| *byte == b')')?);
        let name = String::from_utf8_lossy(line.get(open + 1..close)?).into_owned();
        let fields: Vec<&[u8]> = words(&line[close + 1..]).collect();
        let at = |field: usize| number(fields.get(field - 3)?);
        Some(Self {
            name,
            state: *fields.first()?.first()?,
            parent: at(4)?,
            minor_faults: at(10)?,
            major_faults: at(12)?,
            user: at(14)?,
            system: at(15)?,
            threads: at(20)?,
            start: at(22)?,
            virtual_bytes: at(23)?,
            resident_pages: at(24)?,
            wait: at(42)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = b"42 (a) b ( c) S 1 42 42 0 -1 4194560 100 200 3 4 50 60 70 80 20 0 7 0 900 1000000 250 \
        18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 5 0 0";

    /// Scenario: a process whose name holds blanks and brackets; its line cut off anywhere. Guarantee: its numbers, or
    /// nothing.
    #[test]
    fn names_with_brackets() {
        let stat = Stat::parse(LINE).unwrap();
        assert_eq!((stat.name.as_str(), stat.state, stat.parent), ("a) b ( c", b'S', 1));
        assert_eq!((stat.minor_faults, stat.major_faults, stat.user, stat.system), (100, 3, 50, 60));
        assert_eq!((stat.threads, stat.start, stat.virtual_bytes, stat.resident_pages), (7, 900, 1_000_000, 250));
        assert_eq!(stat.wait, 5);
        for cut in 0..LINE.len() - 5 {
            assert_eq!(Stat::parse(&LINE[..cut]), None, "{cut}");
        }
    }
}
