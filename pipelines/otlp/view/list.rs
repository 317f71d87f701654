//! Repeated fields of one message: embedded messages and lists of numbers, packed or not.

use crate::otlp::wire::{Fields, Value, fields, read_varint};

/// The values of a repeated message, string or bytes field, in order.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    fields: Fields<'a>,
    number: u32,
}

/// The values of a repeated fixed64 field, in order.
#[derive(Clone, Debug)]
pub struct Fixed64s<'a> {
    fields: Fields<'a>,
    packed: &'a [u8],
    number: u32,
}

/// The values of a repeated double field, in order.
#[derive(Clone, Debug)]
pub struct Doubles<'a>(Fixed64s<'a>);

/// The values of a repeated varint field, in order.
#[derive(Clone, Debug)]
pub struct Varints<'a> {
    fields: Fields<'a>,
    packed: &'a [u8],
    number: u32,
}

// === impl Messages ===

impl<'a> Messages<'a> {
    #[inline(always)]
    pub(crate) fn new(message: &'a [u8], number: u32) -> Self {
        Self { fields: fields(message), number }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = &'a [u8];

    #[inline(always)]
    fn next(&mut self) -> Option<&'a [u8]> {
        while let Some(Ok(field)) = self.fields.next() {
            if let Value::Len(value) = field.value
                && field.number == self.number
            {
                return Some(value);
            }
        }
        None
    }
}

// === impl Fixed64s ===

impl<'a> Fixed64s<'a> {
    pub(super) fn new(message: &'a [u8], number: u32) -> Self {
        Self { fields: fields(message), packed: &[], number }
    }
}

impl Iterator for Fixed64s<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            if let Some((value, rest)) = self.packed.split_first_chunk() {
                self.packed = rest;
                return Some(u64::from_le_bytes(*value));
            }
            let field = self.fields.next()?.ok()?;
            if field.number == self.number {
                match field.value {
                    Value::Len(packed) => self.packed = packed,
                    Value::Fixed64(value) => return Some(value),
                    _ => {}
                }
            }
        }
    }
}

// === impl Doubles ===

impl<'a> Doubles<'a> {
    pub(super) fn new(message: &'a [u8], number: u32) -> Self {
        Self(Fixed64s::new(message, number))
    }
}

impl Iterator for Doubles<'_> {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        self.0.next().map(f64::from_bits)
    }
}

// === impl Varints ===

impl<'a> Varints<'a> {
    pub(super) fn new(message: &'a [u8], number: u32) -> Self {
        Self { fields: fields(message), packed: &[], number }
    }
}

impl Iterator for Varints<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            let mut at = 0;
            if let Some(value) = read_varint(self.packed, &mut at) {
                self.packed = &self.packed[at..];
                return Some(value);
            }
            let field = self.fields.next()?.ok()?;
            if field.number == self.number {
                match field.value {
                    Value::Len(packed) => self.packed = packed,
                    Value::Varint(value) => return Some(value),
                    _ => {}
                }
            }
        }
    }
}
