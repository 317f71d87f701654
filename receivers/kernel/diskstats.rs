//! `/proc/diskstats`.

use super::Damage;
use super::text::{number, table, words};

/// Bytes of what the file calls a sector, whatever the sectors of a disk are.
pub(crate) const SECTOR: u64 = 512;

/// Fields after the name: 11 at first, discards since Linux 4.18, flushes since 5.5.
pub(crate) const FIELDS: usize = 17;
const FEWEST: usize = 11;

/// A line: what a block device did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Device<'f> {
    /// Major and minor.
    pub(crate) number: (u64, u64),
    /// Its name.
    pub(crate) name: &'f str,
    /// The fields after the name; those that the kernel does not have are zero.
    pub(crate) values: [u64; FIELDS],
    /// How many fields the kernel has.
    pub(crate) count: usize,
}

/// Calls `each` with every device.
///
/// # Errors
/// The first line that is something else; the others are read all the same.
pub(crate) fn devices<'f>(content: &'f [u8], each: impl FnMut(Device<'f>)) -> Result<(), Damage> {
    table(content, 0, (parse, "two numbers, the name of a device and at least 11 numbers"), each)
}

fn parse(line: &[u8]) -> Option<Device<'_>> {
    let mut words = words(line);
    let number_of_device = (number(words.next()?)?, number(words.next()?)?);
    let name = std::str::from_utf8(words.next()?).ok()?;
    let (mut values, mut count) = ([0; FIELDS], 0);
    for (value, word) in values.iter_mut().zip(words) {
        *value = number(word)?;
        count += 1;
    }
    (count >= FEWEST).then_some(Device { number: number_of_device, name, values, count })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: an old kernel, a new one, one that is newer than we know, and lines that are damaged. Guarantee: the
    /// fields that are there, and the first damage.
    #[test]
    fn lines_of_diskstats() {
        let mut found = Vec::new();
        let content = "   8       0 sda 1 2 3 4 5 6 7 8 9 10 11\n\
                       259 1 nvme0n1p1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n\
                       7 0 loop0 1 2 3\n\
                       x 0 sdb 1 2 3 4 5 6 7 8 9 10 11\n";
        let damage = devices(content.as_bytes(), |device| {
            found.push((device.number, device.name, device.count, device.values[10], device.values[16]));
        });
        assert_eq!(found, [((8, 0), "sda", 11, 11, 0), ((259, 1), "nvme0n1p1", 17, 11, 17)]);
        assert_eq!(damage.map_err(|damage| damage.line), Err(3));
    }
}
