//! Protobuf framing: reading fields of an encoded message without decoding it, and writing fields.
//!
//! Everything above this file sees a message as a run of [`Field`]s that borrow from the encoded bytes, so copying a
//! field unchanged is copying [`Field::raw`]. Encoding rules: <https://protobuf.dev/programming-guides/encoding/>.

use std::fmt;

/// One field of an encoded message, borrowing from its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The field number of the schema, 1 to 2^29 - 1.
    pub number: u32,
    /// The value, by wire type.
    pub value: Value<'a>,
    /// The whole field, tag included.
    pub raw: &'a [u8],
}

/// The value of a field as the wire knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1, little endian.
    Fixed64(u64),
    /// Wire type 2: a string, bytes, an embedded message or a packed list.
    Len(&'a [u8]),
    /// Wire type 5, little endian.
    Fixed32(u32),
}

/// The bytes are not a protobuf message. `at` is the offset in the slice that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Offset of the field that cannot be read, in bytes from the start of the slice.
    pub at: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Iterates over the fields of one encoded message; ends after the first error.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Wire type of a varint.
pub const VARINT: u32 = 0;
/// Wire type of eight little-endian bytes.
pub const FIXED64: u32 = 1;
/// Wire type of a length-prefixed value.
pub const LEN: u32 = 2;
/// Wire type of four little-endian bytes.
pub const FIXED32: u32 = 5;

/// The largest field number, 2^29 - 1: a tag is 32 bits and three of them are the wire type.
pub const MAX_FIELD: u32 = 0x1fff_ffff;

/// Iterates over the fields of `message`.
#[must_use]
pub fn fields(message: &[u8]) -> Fields<'_> {
    Fields { bytes: message, at: 0 }
}

/// Reads a varint at `*at` and moves `*at` behind it. `None` when it is cut off or holds more than 64 bits.
#[inline(always)]
#[must_use]
pub fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let first = *bytes.get(*at)?;
    *at += 1;
    if first < 0x80 {
        return Some(u64::from(first));
    }
    let mut value = u64::from(first & 0x7f);
    let mut shift = 7;
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return if shift == 63 && byte > 1 { None } else { Some(value) };
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}

/// How many bytes the varint of `value` takes, 1 to 10.
#[inline(always)]
#[must_use]
pub const fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends the varint of `value`.
#[inline(always)]
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends the tag of field `number` with wire type `wire`.
#[inline(always)]
pub fn put_tag(out: &mut Vec<u8>, number: u32, wire: u32) {
    put_varint(out, u64::from(number << 3 | wire));
}

/// Appends a whole length-prefixed field.
#[inline]
pub fn put_len(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    put_tag(out, number, LEN);
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// How many bytes a whole length-prefixed field takes whose value has `len` bytes.
#[inline(always)]
#[must_use]
pub const fn len_field_len(number: u32, len: usize) -> usize {
    varint_len((number << 3) as u64) + varint_len(len as u64) + len
}

/// Appends a whole varint field.
#[inline]
pub fn put_uint(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, VARINT);
    put_varint(out, value);
}

/// Appends a whole fixed64 field.
#[inline]
pub fn put_fixed64(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a whole fixed32 field.
#[inline]
pub fn put_fixed32(out: &mut Vec<u8>, number: u32, value: u32) {
    put_tag(out, number, FIXED32);
    out.extend_from_slice(&value.to_le_bytes());
}

const VARINT_TAG: u8 = VARINT as u8;
const FIXED64_TAG: u8 = FIXED64 as u8;
const LEN_TAG: u8 = LEN as u8;

// === impl Fields ===

impl<'a> Fields<'a> {
    /// Offset of the next field in the message, in bytes.
    #[inline(always)]
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Passes the fields with this tag that come next, as long as tag and length have one byte each.
    #[inline(always)]
    pub(crate) fn pass_run(&mut self, tag: u8) {
        while let Some([next, len @ 0..0x80, after @ ..]) = self.bytes.get(self.at..)
            && *next == tag
            && after.len() >= usize::from(*len)
        {
            self.at += 2 + usize::from(*len);
        }
    }

    fn fail(&mut self, at: usize, what: &'static str) -> Option<Result<Field<'a>, Malformed>> {
        self.at = self.bytes.len();
        Some(Err(Malformed { at, what }))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        // Nearly every field has a tag of one byte, and a length of one or two bytes if it has one.
        if let [tag @ 8..0x80, len, after @ ..] = rest {
            let number = u32::from(*tag >> 3);
            let (size, value) = match (*tag & 7, *len) {
                (LEN_TAG, 0..0x80) => match after.get(..usize::from(*len)) {
                    Some(value) => (2 + value.len(), Value::Len(value)),
                    None => return self.slow(),
                },
                (LEN_TAG, low) => match after {
                    [high @ 0..0x80, after @ ..] => {
                        match after.get(..usize::from(low & 0x7f) | usize::from(*high) << 7) {
                            Some(value) => (3 + value.len(), Value::Len(value)),
                            None => return self.slow(),
                        }
                    }
                    _ => return self.slow(),
                },
                (VARINT_TAG, 0..0x80) => (2, Value::Varint(u64::from(*len))),
                (FIXED64_TAG, _) => match rest[1..].first_chunk() {
                    Some(chunk) => (9, Value::Fixed64(u64::from_le_bytes(*chunk))),
                    None => return self.slow(),
                },
                _ => return self.slow(),
            };
            let Some(raw) = rest.get(..size) else { return self.slow() };
            self.at = start + size;
            return Some(Ok(Field { number, value, raw }));
        }
        if rest.is_empty() { None } else { self.slow() }
    }
}

impl<'a> Fields<'a> {
    /// Reads any field that is left.
    #[inline(never)]
    fn slow(&mut self) -> Option<Result<Field<'a>, Malformed>> {
        let bytes = self.bytes;
        let start = self.at;
        let mut at = start;
        let Some(tag) = read_varint(bytes, &mut at) else { return self.fail(start, "field tag is cut off") };
        let number = tag >> 3;
        if number == 0 || number > u64::from(MAX_FIELD) {
            return self.fail(start, "field number is out of range");
        }
        let value = match tag as u32 & 7 {
            VARINT => match read_varint(bytes, &mut at) {
                Some(value) => Value::Varint(value),
                None => return self.fail(start, "varint is cut off or too long"),
            },
            LEN => {
                let Some(len) = read_varint(bytes, &mut at) else { return self.fail(start, "length is cut off") };
                let end = usize::try_from(len).ok().and_then(|len| at.checked_add(len));
                match end.and_then(|end| bytes.get(at..end)) {
                    Some(value) => {
                        at += value.len();
                        Value::Len(value)
                    }
                    None => return self.fail(start, "length runs past the end of the message"),
                }
            }
            FIXED64 => match bytes.get(at..).and_then(<[u8]>::first_chunk) {
                Some(chunk) => {
                    at += 8;
                    Value::Fixed64(u64::from_le_bytes(*chunk))
                }
                None => return self.fail(start, "fixed64 is cut off"),
            },
            FIXED32 => match bytes.get(at..).and_then(<[u8]>::first_chunk) {
                Some(chunk) => {
                    at += 4;
                    Value::Fixed32(u32::from_le_bytes(*chunk))
                }
                None => return self.fail(start, "fixed32 is cut off"),
            },
            _ => return self.fail(start, "wire type is not used by OTLP"),
        };
        self.at = at;
        Some(Ok(Field { number: number as u32, value, raw: &bytes[start..at] }))
    }
}

// === impl Value ===

impl<'a> Value<'a> {
    /// The bytes of a length-prefixed value, `None` for another wire type.
    #[inline(always)]
    #[must_use]
    pub fn as_len(self) -> Option<&'a [u8]> {
        match self {
            Self::Len(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The number in a varint, fixed64 or fixed32 value, `None` for a length-prefixed one.
    #[inline(always)]
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        match self {
            Self::Varint(value) | Self::Fixed64(value) => Some(value),
            Self::Fixed32(value) => Some(u64::from(value)),
            Self::Len(_) => None,
        }
    }
}

// === impl Malformed ===

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for Malformed {}
