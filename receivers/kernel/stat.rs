//! `/proc/stat`: what processors did.

use super::text::{number, words};

/// Fields of a processor's line: user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice. Guests are part
/// of user and nice, too.
pub(crate) const FIELDS: usize = 10;

/// The fewest that a kernel has.
const FEWEST: usize = 4;

/// Reads what follows `cpu` in a line: a number, or nothing for the whole machine, and times in ticks. Old kernels have
/// fewer fields, which are zero then; new ones may have more.
pub(crate) fn processor(line: &[u8]) -> Option<(&str, [u64; FIELDS])> {
    let end = line.iter().position(u8::is_ascii_whitespace)?;
    let (cpu, times) = line.split_at(end);
    let cpu = std::str::from_utf8(cpu).ok().filter(|cpu| cpu.bytes().all(|byte| byte.is_ascii_digit()))?;
    let mut ticks = [0; FIELDS];
    let mut found = 0;
    for (field, word) in ticks.iter_mut().zip(words(times)) {
        *field = number(word)?;
        found += 1;
    }
    (found >= FEWEST).then_some((cpu, ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: lines of the machine and of processors, old, new and damaged. Guarantee: what is there, zero for what the
    /// kernel does not count.
    #[test]
    fn lines_of_processors() {
        assert_eq!(processor(b"  1 2 3 4 5 6 7 8 9 10 11"), Some(("", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])));
        assert_eq!(processor(b"12 1 2 3 4"), Some(("12", [1, 2, 3, 4, 0, 0, 0, 0, 0, 0])));
        for damaged in [&b"0 1 2 3"[..], b"x 1 2 3 4", b"0 1 2 3 x", b"0"] {
            assert_eq!(processor(damaged), None);
        }
    }
}
