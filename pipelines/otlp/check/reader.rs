//! Reading fields with errors that know their offset, and the state of one walk.

use super::Invalid;
use super::text::Ascii;
use crate::otlp::wire::{self, FIXED32, FIXED64, LEN, VARINT};

/// Result of one step of the walk.
pub(super) type Checked = Result<(), Invalid>;

/// The state of one walk over one request.
pub(super) struct Walk<'a> {
    pub(super) items: usize,
    pub(super) ascii: Ascii<'a>,
    request: &'a [u8],
}

/// Reads the fields of one message.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// The tag of a varint field.
pub(super) const fn varint(number: u32) -> u32 {
    number << 3 | VARINT
}

/// The tag of a fixed64, sfixed64 or double field.
pub(super) const fn fixed64(number: u32) -> u32 {
    number << 3 | FIXED64
}

/// The tag of a fixed32 field.
pub(super) const fn fixed32(number: u32) -> u32 {
    number << 3 | FIXED32
}

/// The tag of a string, bytes, message or packed field.
pub(super) const fn len(number: u32) -> u32 {
    number << 3 | LEN
}

/// A set of the field numbers up to `last`.
pub(super) const fn up_to(last: u32) -> u32 {
    (1 << (last + 1)) - 2
}

// === impl Walk ===

impl<'a> Walk<'a> {
    pub(super) fn new(request: &'a [u8]) -> Self {
        Self { items: 0, ascii: Ascii::new(request), request }
    }

    /// An error at the place where `rest` starts.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&self, rest: &[u8], what: impl Into<String>) -> Invalid {
        Invalid::new((rest.as_ptr() as usize).saturating_sub(self.request.as_ptr() as usize), what)
    }

    /// Checks that a string is UTF-8.
    #[inline(always)]
    pub(super) fn text(&mut self, text: &[u8], field: &'static str) -> Checked {
        if self.ascii.covers(text) { Ok(()) } else { self.utf8(text, field) }
    }

    #[inline(never)]
    fn utf8(&self, text: &[u8], field: &'static str) -> Checked {
        // The SIMD check pays from about one vector on.
        let valid =
            if text.len() < 32 { std::str::from_utf8(text).is_ok() } else { simdutf8::basic::from_utf8(text).is_ok() };
        if valid { Ok(()) } else { Err(self.fail(text, "string is not UTF-8").within(field)) }
    }

    /// Checks that an id is absent or has its full length, as the Collector's data model demands.
    #[inline(always)]
    pub(super) fn id(&self, id: &[u8], full: usize, field: &'static str) -> Checked {
        if id.len() == full || id.is_empty() {
            return Ok(());
        }
        Err(self.fail(id, format!("id has {} bytes, expected {full} or none", id.len())).within(field))
    }

    /// Checks that a singular message field was not `seen` before, and notes it.
    #[inline(always)]
    pub(super) fn once(&self, seen: &mut u32, tag: u32, value: &[u8], field: &'static str) -> Checked {
        let bit = 1 << (tag >> 3);
        if *seen & bit != 0 {
            return Err(self.fail(value, "field occurs twice, expected once").within(field));
        }
        *seen |= bit;
        Ok(())
    }

    /// Checks a packed list of eight-byte numbers.
    #[inline(always)]
    pub(super) fn packed64(&self, list: &[u8], field: &'static str) -> Checked {
        if list.len().is_multiple_of(8) {
            return Ok(());
        }
        let what = format!("packed list has {} bytes, expected a multiple of 8", list.len());
        Err(self.fail(list, what).within(field))
    }

    /// Checks a packed list of varints.
    pub(super) fn packed_varints(&self, list: &[u8], field: &'static str) -> Checked {
        let mut at = 0;
        while at < list.len() {
            let start = at;
            if wire::read_varint(list, &mut at).is_none() {
                return Err(self.fail(&list[start..], "varint is cut off or too long").within(field));
            }
        }
        Ok(())
    }
}

// === impl Reader ===

impl<'a> Reader<'a> {
    #[inline(always)]
    pub(super) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The next tag, `None` at the end of the message.
    #[inline(always)]
    pub(super) fn tag(&mut self, walk: &Walk<'_>) -> Result<Option<u32>, Invalid> {
        match self.rest {
            [] => Ok(None),
            [tag @ 8..0x80, rest @ ..] => {
                self.rest = rest;
                Ok(Some(u32::from(*tag)))
            }
            _ => self.long_tag(walk).map(Some),
        }
    }

    /// Passes the tag of one byte, if it comes next.
    #[inline(always)]
    pub(super) fn next_is(&mut self, tag: u32) -> bool {
        match self.rest {
            [next, rest @ ..] if u32::from(*next) == tag => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline(never)]
    fn long_tag(&mut self, walk: &Walk<'_>) -> Result<u32, Invalid> {
        let mut at = 0;
        let Some(tag) = wire::read_varint(self.rest, &mut at) else {
            return Err(walk.fail(self.rest, "field tag is cut off"));
        };
        match u32::try_from(tag) {
            Ok(tag) if tag >= 8 => {
                self.rest = &self.rest[at..];
                Ok(tag)
            }
            _ => Err(walk.fail(self.rest, "field number is out of range, expected 1 to 536870911")),
        }
    }

    /// The value of a length-prefixed field.
    #[inline(always)]
    pub(super) fn bytes(&mut self, walk: &Walk<'_>) -> Result<&'a [u8], Invalid> {
        if let [len @ 0..0x80, rest @ ..] = self.rest
            && let Some((value, rest)) = rest.split_at_checked(usize::from(*len))
        {
            self.rest = rest;
            return Ok(value);
        }
        // Two-byte lengths are those of records and bodies.
        if let [low @ 0x80..=0xff, high @ 0..0x80, rest @ ..] = self.rest
            && let Some((value, rest)) = rest.split_at_checked(usize::from(*low & 0x7f) | usize::from(*high) << 7)
        {
            self.rest = rest;
            return Ok(value);
        }
        self.long_bytes(walk)
    }

    #[inline(never)]
    fn long_bytes(&mut self, walk: &Walk<'_>) -> Result<&'a [u8], Invalid> {
        let mut at = 0;
        let Some(len) = wire::read_varint(self.rest, &mut at) else {
            return Err(walk.fail(self.rest, "length is cut off or too long"));
        };
        let rest = &self.rest[at..];
        match usize::try_from(len).ok().and_then(|len| rest.split_at_checked(len)) {
            Some((value, rest)) => {
                self.rest = rest;
                Ok(value)
            }
            None => Err(walk.fail(self.rest, format!("length is {len}, but the message ends after {}", rest.len()))),
        }
    }

    /// Passes a varint.
    #[inline(always)]
    pub(super) fn varint(&mut self, walk: &Walk<'_>) -> Checked {
        if let [0..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(());
        }
        let mut at = 0;
        if wire::read_varint(self.rest, &mut at).is_none() {
            return Err(walk.fail(self.rest, "varint is cut off or too long"));
        }
        self.rest = &self.rest[at..];
        Ok(())
    }

    /// Passes `N` bytes.
    #[inline(always)]
    pub(super) fn fixed<const N: usize>(&mut self, walk: &Walk<'_>) -> Checked {
        match self.rest.split_first_chunk::<N>() {
            Some((_, rest)) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(walk.fail(self.rest, format!("fixed value is cut off, expected {N} bytes"))),
        }
    }

    /// Passes a field that the schema does not know; refuses one whose number is in `known` but not its wire type.
    #[inline(never)]
    pub(super) fn other(&mut self, walk: &Walk<'_>, tag: u32, known: u32) -> Checked {
        let number = tag >> 3;
        if number < 32 && known >> number & 1 == 1 {
            return Err(walk.fail(self.rest, format!("field {number} has wire type {}, which is not its own", tag & 7)));
        }
        match tag & 7 {
            VARINT => self.varint(walk),
            FIXED64 => self.fixed::<8>(walk),
            LEN => self.bytes(walk).map(|_| ()),
            FIXED32 => self.fixed::<4>(walk),
            wire => Err(walk.fail(self.rest, format!("wire type {wire} of field {number} is not used by OTLP"))),
        }
    }
}
