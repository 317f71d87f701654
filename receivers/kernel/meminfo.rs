//! `/proc/meminfo`.

use super::text::{lines, number, whole_lines, words};

/// A line: `MemTotal:  16384 kB`, or a count such as `HugePages_Total:  4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'f> {
    /// What comes before the colon.
    pub(crate) name: &'f [u8],
    /// In bytes, or what is counted.
    pub(crate) value: u64,
    /// Whether it is in bytes.
    pub(crate) is_bytes: bool,
}

/// The lines that make sense, and whether the file ends within a line, which is not among them then.
pub(crate) fn entries(content: &[u8]) -> (impl Iterator<Item = Entry<'_>>, bool) {
    let (text, is_cut) = whole_lines(content);
    (lines(text).filter_map(parse), is_cut)
}

fn parse(line: &[u8]) -> Option<Entry<'_>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, mut rest) = (&line[..colon], words(&line[colon + 1..]));
    let value = number(rest.next()?)?;
    match rest.next() {
        None => Some(Entry { name, value, is_bytes: false }),
        Some(b"kB") => Some(Entry { name, value: value.checked_mul(1024)?, is_bytes: true }),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: sizes, counts, rubbish, a number that does not fit, half a line. Guarantee: what makes sense, in bytes.
    #[test]
    fn lines_of_meminfo() {
        let (entries, is_cut) = entries(
            b"MemTotal:  16 kB\nHugePages_Total:\t4\nno colon\nMemFree: x kB\nCached: 1 GB\n\
              Buffers: 18446744073709551615 kB\nDirty: 1",
        );
        let entries: Vec<_> = entries.map(|entry| (entry.name, entry.value, entry.is_bytes)).collect();
        assert_eq!(entries, [(&b"MemTotal"[..], 16 * 1024, true), (b"HugePages_Total", 4, false)]);
        assert!(is_cut);
    }
}
