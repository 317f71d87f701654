//! `AnyValue`: the value of an attribute or a body.

use super::attributes::AttributesView;
use super::list::Messages;
use super::text;
use crate::otlp::field;
use crate::otlp::wire::{Value, fields};

/// The value of an attribute or a body.
#[derive(Clone, Copy, Debug)]
pub enum AnyView<'a> {
    /// No value is set (or one that only profiles use, an index into their string table).
    Empty,
    /// `string_value`.
    Str(&'a str),
    /// `bool_value`.
    Bool(bool),
    /// `int_value`.
    Int(i64),
    /// `double_value`.
    Double(f64),
    /// `bytes_value`.
    Bytes(&'a [u8]),
    /// `array_value`.
    Array(ArrayView<'a>),
    /// `kvlist_value`: nested attributes.
    Map(AttributesView<'a>),
}

/// `ArrayValue`: a list of values.
#[derive(Clone, Copy, Debug)]
pub struct ArrayView<'a> {
    message: &'a [u8],
}

// === impl AnyView ===

impl<'a> AnyView<'a> {
    /// Reads an encoded `AnyValue`. Of several set members the last one counts.
    #[inline]
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self::Empty;
        for field in fields(message).map_while(Result::ok) {
            view = match (field.number, field.value) {
                (1, Value::Len(value)) => Self::Str(text(value)),
                (2, Value::Varint(value)) => Self::Bool(value != 0),
                (3, Value::Varint(value)) => Self::Int(value.cast_signed()),
                (4, Value::Fixed64(value)) => Self::Double(f64::from_bits(value)),
                (5, Value::Len(value)) => Self::Array(ArrayView { message: value }),
                (6, Value::Len(value)) => Self::Map(AttributesView::new(value, field::VALUES)),
                (7, Value::Len(value)) => Self::Bytes(value),
                (8, Value::Varint(_)) => Self::Empty,
                _ => view,
            };
        }
        view
    }

    /// Whether no value is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The string, `None` for another kind of value.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The integer, `None` for another kind of value.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }
}

// === impl ArrayView ===

impl<'a> ArrayView<'a> {
    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = AnyView<'a>> + Clone + use<'a> {
        Messages::new(self.message, field::VALUES).map(AnyView::new)
    }

    /// The value at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<AnyView<'a>> {
        Messages::new(self.message, field::VALUES).nth(index).map(AnyView::new)
    }

    /// How many values there are; counted by a walk.
    #[must_use]
    pub fn len(&self) -> usize {
        Messages::new(self.message, field::VALUES).count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The encoded `ArrayValue`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.message
    }
}
