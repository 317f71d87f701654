//! Reading the kernel's text without allocating: lines, words, numbers.

use std::borrow::Cow;

/// The lines of a file that are not empty, without their line breaks.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut begin = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    let line = move |end| &bytes[std::mem::replace(&mut begin, end + 1)..end];
    ends.map(line).filter(|line| !line.is_empty())
}

/// The words of a line, however they are separated.
pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty())
}

/// A whole number that is not negative; `None` for anything else, also for one that is too large.
pub(crate) fn number(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0u64, |number, byte| match byte {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// A number with a fraction, or a negative one.
pub(crate) fn decimal(word: &[u8]) -> Option<f64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// The one number that a file holds, as in sysfs.
pub(crate) fn only_number(bytes: &[u8]) -> Option<u64> {
    number(bytes.trim_ascii())
}

/// Text for an attribute. What is not UTF-8 is replaced, which is the only case that allocates.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Calls `each` with every number of a list such as `0-3,8`; false if it is something else.
pub(crate) fn number_list(bytes: &[u8], mut each: impl FnMut(u64)) -> bool {
    let bytes = bytes.trim_ascii();
    bytes.is_empty()
        || bytes.split(|byte| *byte == b',').all(|range| {
            let mut ends = range.splitn(2, |byte| *byte == b'-').map(number);
            let Some(Some(first)) = ends.next() else { return false };
            let Some(last) = ends.next().unwrap_or(Some(first)) else { return false };
            // More processors than any machine has are not believed.
            let believable = first <= last && last < 1 << 20;
            if believable {
                (first..=last).for_each(&mut each);
            }
            believable
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: numbers, and what is almost one. Guarantee: only whole numbers that fit are read.
    #[test]
    fn numbers() {
        assert_eq!(number(b"0"), Some(0));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for wrong in [&b""[..], b"-1", b"1.5", b"18446744073709551616", b"1k", b" 1"] {
            assert_eq!(number(wrong), None);
        }
        assert_eq!(only_number(b" 42\n"), Some(42));
        assert_eq!(decimal(b"-1.5"), Some(-1.5));
    }

    /// Scenario: lists of processors. Guarantee: each number once, and nothing from a list that is damaged.
    #[test]
    fn lists_of_numbers() {
        let read = |list: &[u8]| {
            let mut all = Vec::new();
            number_list(list, |number| all.push(number)).then_some(all)
        };
        assert_eq!(read(b"0-2,5\n"), Some(vec![0, 1, 2, 5]));
        assert_eq!(read(b"\n"), Some(vec![]));
        for wrong in [&b"0-"[..], b"3-1", b"x", b"0-99999999999", b"1,,2"] {
            assert_eq!(read(wrong), None);
        }
    }
}
