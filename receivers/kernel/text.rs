//! Reading the kernel's text without allocating: lines, words, numbers.

use std::borrow::Cow;

use super::Damage;

/// The lines of a file that are not empty, without their line breaks.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut begin = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    let line = move |end| &bytes[std::mem::replace(&mut begin, end + 1)..end];
    ends.map(line).filter(|line| !line.is_empty())
}

/// The lines of a file up to its last line break, and whether anything came after that: the kernel ends every line, so
/// what has no end was cut off and must not be believed.
pub(crate) fn whole_lines(bytes: &[u8]) -> (&[u8], bool) {
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], end + 1 < bytes.len()),
        None => (&[], true),
    }
}

/// Calls `each` with what `parse` makes of each line after the first `headings`.
///
/// # Errors
/// The first line that it makes nothing of; the lines behind it are read all the same.
pub(crate) fn table<'f, T>(
    content: &'f [u8],
    headings: usize,
    (parse, expected): (impl Fn(&'f [u8]) -> Option<T>, &'static str),
    mut each: impl FnMut(T),
) -> Result<(), Damage> {
    let mut damage = Ok(());
    for (at, line) in lines(content).enumerate().skip(headings) {
        match parse(line) {
            Some(parsed) => each(parsed),
            None => damage = damage.and(Err(Damage { line: at + 1, expected })),
        }
    }
    damage
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

/// The name and the number at the begin of a line such as `pgfault 42` or `syscr: 42`.
pub(crate) fn named_number(line: &[u8]) -> Option<(&[u8], u64)> {
    let mut words = words(line);
    Some((words.next()?, number(words.next()?)?))
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
        assert_eq!(named_number(b"pgfault  42 kB"), Some((&b"pgfault"[..], 42)));
        assert_eq!(named_number(b"pgfault x"), None);
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

    /// Scenario: files that end, and files that were cut off. Guarantee: half a line is not read.
    #[test]
    fn half_a_line() {
        assert_eq!(whole_lines(b"a 1\nb 2\n"), (&b"a 1\nb 2"[..], false));
        assert_eq!(whole_lines(b"a 1\nb 2"), (&b"a 1"[..], true));
        assert_eq!(whole_lines(b"a 1"), (&b""[..], true));
        assert_eq!(whole_lines(b""), (&b""[..], true));
    }

    /// Scenario: a table with a heading and two lines that are no numbers. Guarantee: the others are read, and the first
    /// of the two is named by its number in the file.
    #[test]
    fn damaged_tables() {
        let mut read = Vec::new();
        let damage = table(b"name\n1\nx\n2\ny\n", 1, (number, "a number"), |number| read.push(number));
        assert_eq!(read, [1, 2]);
        assert_eq!(damage, Err(Damage { line: 3, expected: "a number" }));
    }
}
