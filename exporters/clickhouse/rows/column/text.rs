//! Strings: each with its length ahead, or numbers into a dictionary where the column is of low cardinality.

use pipelines::otlp::wire::put_varint;

use super::Values;
use super::dictionary::Dictionary;
use super::repeat::repeat;
use crate::clickhouse::rows::compression::Blocks;
use crate::clickhouse::rows::shape::Type;

/// `String` or `LowCardinality(String)`.
pub(in crate::clickhouse::rows) enum Text {
    Plain(Plain),
    Low(Low),
}

/// Strings one after the other.
#[derive(Default)]
pub(in crate::clickhouse::rows) struct Plain {
    bytes: Vec<u8>,
    count: usize,
}

/// Numbers of strings in a dictionary.
#[derive(Default)]
pub(in crate::clickhouse::rows) struct Low {
    dictionary: Dictionary,
    numbers: Vec<u32>,
    /// The numbers in as few bytes as they need, and before that any string that must be written to be looked up.
    packed: Vec<u8>,
}

/// Version of the serialization of low cardinality: dictionaries come with the block.
const LOW_CARDINALITY_VERSION: u64 = 1;
/// The block brings its own dictionary, and whoever reads it is to take that.
const OWN_DICTIONARY: u64 = 0x200 | 0x400;

// === impl Text ===

impl Text {
    /// Appends a string.
    #[inline]
    pub(in crate::clickhouse::rows) fn put(&mut self, string: &[u8]) {
        match self {
            Self::Plain(plain) => plain.put(string),
            Self::Low(low) => low.put(string, low.numbers.last().copied().unwrap_or_default()),
        }
    }

    /// Appends the same string for several rows.
    pub(in crate::clickhouse::rows) fn put_all(&mut self, string: &[u8], rows: usize) {
        if rows > 0 {
            let mark = self.mark();
            self.put(string);
            self.repeat(mark, rows - 1);
        }
    }

    /// Appends an id as hexadecimal digits; one of zeros is no id and becomes empty.
    #[inline]
    pub(in crate::clickhouse::rows) fn put_id(&mut self, id: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // The longest id has 16 bytes; checked bytes have no other.
        let mut text = [0; 32];
        let known = id.iter().any(|byte| *byte != 0);
        let id = if known { &id[..id.len().min(16)] } else { &[] };
        for (pair, byte) in text.chunks_exact_mut(2).zip(id) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        self.put(&text[..id.len() * 2]);
    }

    /// Appends the string that `write` appends to a buffer.
    #[inline]
    pub(in crate::clickhouse::rows) fn put_written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        match self {
            Self::Plain(plain) => plain.put_written(write),
            Self::Low(low) => {
                let mut string = std::mem::take(&mut low.packed);
                string.clear();
                write(&mut string);
                low.put(&string, 0);
                low.packed = string;
            }
        }
    }

    /// Appends a string that has its length ahead already.
    #[inline]
    pub(super) fn put_prefixed(&mut self, prefixed: &[u8], string: &[u8]) {
        match self {
            Self::Plain(plain) => {
                plain.bytes.extend_from_slice(prefixed);
                plain.count += 1;
            }
            Self::Low(_) => self.put(string),
        }
    }

    /// Appends the `position`th string of a row whose strings are often those of the row before.
    #[inline]
    pub(super) fn put_expected(&mut self, string: &[u8], position: usize, expected: &mut Vec<u32>) {
        match self {
            Self::Plain(plain) => plain.put(string),
            Self::Low(low) => {
                let guess = expected.get(position).copied().unwrap_or_default();
                low.put(string, guess);
                let number = low.numbers.last().copied().unwrap_or_default();
                match expected.get_mut(position) {
                    Some(place) => *place = number,
                    None => expected.push(number),
                }
            }
        }
    }

    /// Appends the strings with these numbers if they are the ones given; else, and without a dictionary, none.
    #[inline]
    pub(super) fn put_again<'a>(&mut self, mut strings: impl Iterator<Item = &'a [u8]>, numbers: &[u32]) -> bool {
        let Self::Low(low) = self else { return false };
        let are_same =
            numbers.iter().all(|number| strings.next().is_some_and(|string| low.dictionary.has(*number, string)));
        if are_same {
            low.numbers.extend_from_slice(numbers);
        }
        are_same
    }

    /// Where the next value begins, for [`repeat`](Self::repeat).
    pub(super) fn mark(&self) -> (usize, usize) {
        match self {
            Self::Plain(plain) => (plain.bytes.len(), plain.count),
            Self::Low(low) => (0, low.numbers.len()),
        }
    }

    /// Appends copies of all values since the mark.
    pub(super) fn repeat(&mut self, (bytes, count): (usize, usize), times: usize) {
        match self {
            Self::Plain(plain) => {
                repeat(&mut plain.bytes, bytes, times);
                plain.count += (plain.count - count) * times;
            }
            Self::Low(low) => repeat(&mut low.numbers, count, times),
        }
    }
}

impl Values for Text {
    fn new(ty: Type) -> Self {
        match ty {
            Type::LowCardinality => Self::Low(Low::default()),
            _ => Self::Plain(Plain::default()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Plain(plain) => plain.count,
            Self::Low(low) => low.numbers.len(),
        }
    }

    fn write_prefix(&self, out: &mut Blocks) -> Result<(), String> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Low(_) => out.write(&LOW_CARDINALITY_VERSION.to_le_bytes()),
        }
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        match self {
            Self::Plain(plain) => out.write(&plain.bytes),
            Self::Low(low) => low.write(out),
        }
    }

    fn clear(&mut self) {
        match self {
            Self::Plain(plain) => {
                plain.bytes.clear();
                plain.count = 0;
            }
            Self::Low(low) => {
                low.dictionary.clear();
                low.numbers.clear();
            }
        }
    }
}

// === impl Plain ===

impl Plain {
    #[inline]
    fn put(&mut self, string: &[u8]) {
        put_varint(&mut self.bytes, string.len() as u64);
        self.bytes.extend_from_slice(string);
        self.count += 1;
    }

    /// The length is known when the string is there, so the string moves to make room for it.
    fn put_written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let end = self.bytes.len();
        put_varint(&mut self.bytes, (end - start) as u64);
        let prefix = self.bytes.len() - end;
        self.bytes[start..].rotate_right(prefix);
        self.count += 1;
    }
}

// === impl Low ===

impl Low {
    #[inline]
    fn put(&mut self, string: &[u8], guess: u32) {
        let number = self.dictionary.number(string, guess);
        self.numbers.push(number);
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        // Of no values nothing at all is written.
        if self.numbers.is_empty() {
            return Ok(());
        }
        self.packed.clear();
        let numbers = self.numbers.iter();
        let width: u64 = match self.dictionary.len() {
            0..=0x100 => {
                self.packed.extend(numbers.map(|number| *number as u8));
                0
            }
            0x101..=0x1_0000 => {
                self.packed.extend(numbers.flat_map(|number| (*number as u16).to_le_bytes()));
                1
            }
            _ => {
                self.packed.extend(numbers.flat_map(|number| number.to_le_bytes()));
                2
            }
        };
        out.write(&(OWN_DICTIONARY | width).to_le_bytes())?;
        out.write(&(self.dictionary.len() as u64).to_le_bytes())?;
        out.write(self.dictionary.bytes())?;
        out.write(&(self.numbers.len() as u64).to_le_bytes())?;
        out.write(&self.packed)
    }
}
