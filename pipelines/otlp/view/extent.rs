//! The stretch of a message that holds all occurrences of a repeated field.

use crate::otlp::wire::{Field, Fields, fields};

/// From the first occurrence of a field to the end of the last one; other fields may lie between.
#[derive(Clone, Copy, Default)]
pub(super) struct Extent {
    start: usize,
    end: usize,
}

// === impl Extent ===

impl Extent {
    /// Takes in `field`, which ends at offset `end` of its message.
    #[inline(always)]
    pub(super) fn cover(&mut self, field: &Field<'_>, end: usize) {
        if self.end == 0 {
            self.start = end - field.raw.len();
        }
        self.end = end;
    }

    /// Reaches to offset `end`, before which more occurrences were passed.
    #[inline(always)]
    pub(super) fn reach(&mut self, end: usize) {
        self.end = end;
    }

    /// The stretch of `message`.
    #[inline(always)]
    pub(super) fn of(self, message: &[u8]) -> &[u8] {
        message.get(self.start..self.end).unwrap_or_default()
    }
}

/// Calls `each` with every field of `message` and the offset where it ends.
#[inline(always)]
pub(super) fn each_field<'a>(message: &'a [u8], mut each: impl FnMut(Field<'a>, usize)) {
    let mut all: Fields<'a> = fields(message);
    while let Some(Ok(field)) = all.next() {
        each(field, all.offset());
    }
}
