//! Values that edits and builders write.

use crate::otlp::field;
use crate::otlp::view::{AnyView, ArrayView, AttributesView};
use crate::otlp::wire::{LEN, VARINT};
use crate::otlp::wire::{len_field_len, put_fixed64, put_len, put_tag, put_uint, put_varint, varint_len};

/// A value to be written as an `AnyValue`, borrowed from somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub enum ValueRef<'v> {
    /// An `AnyValue` with nothing set.
    #[default]
    Empty,
    /// `string_value`.
    Str(&'v str),
    /// `bool_value`.
    Bool(bool),
    /// `int_value`.
    Int(i64),
    /// `double_value`.
    Double(f64),
    /// `bytes_value`.
    Bytes(&'v [u8]),
    /// `array_value`, from another message.
    Array(ArrayView<'v>),
    /// `kvlist_value`, from another message.
    Map(AttributesView<'v>),
    /// An encoded `AnyValue`, taken as it is.
    Encoded(&'v [u8]),
}

/// An owned, encoded `AnyValue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodedValue(Vec<u8>);

/// A key and a value, encoded once to be written into many records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedAttribute {
    key: String,
    /// The encoded `KeyValue`.
    message: Vec<u8>,
    /// Where the encoded `AnyValue` starts in `message`; it runs to the end.
    value: usize,
}

// === impl ValueRef ===

impl ValueRef<'_> {
    /// Length of the encoded `AnyValue`, in bytes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Str(value) => len_field_len(1, value.len()),
            Self::Bool(_) => 2,
            Self::Int(value) => 1 + varint_len(value.cast_unsigned()),
            Self::Double(_) => 9,
            Self::Bytes(value) => len_field_len(7, value.len()),
            Self::Array(value) => len_field_len(5, value.encoded().len()),
            Self::Map(value) => len_field_len(6, map_len(value)),
            Self::Encoded(value) => value.len(),
        }
    }

    /// Appends the encoded `AnyValue`.
    pub fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => {}
            Self::Str(value) => put_len(out, 1, value.as_bytes()),
            Self::Bool(value) => out.extend_from_slice(&[2 << 3 | VARINT as u8, u8::from(*value)]),
            Self::Int(value) => put_uint(out, 3, value.cast_unsigned()),
            Self::Double(value) => put_fixed64(out, 4, value.to_bits()),
            Self::Bytes(value) => put_len(out, 7, value),
            Self::Array(value) => put_len(out, 5, value.encoded()),
            Self::Map(value) => {
                put_tag(out, 6, LEN);
                put_varint(out, map_len(value) as u64);
                value.messages().for_each(|attribute| put_len(out, field::VALUES, attribute));
            }
            Self::Encoded(value) => out.extend_from_slice(value),
        }
    }
}

impl<'v> From<&'v str> for ValueRef<'v> {
    fn from(value: &'v str) -> Self {
        Self::Str(value)
    }
}

impl<'v> From<&'v String> for ValueRef<'v> {
    fn from(value: &'v String) -> Self {
        Self::Str(value)
    }
}

impl From<bool> for ValueRef<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for ValueRef<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for ValueRef<'_> {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl<'v> From<&'v EncodedValue> for ValueRef<'v> {
    fn from(value: &'v EncodedValue) -> Self {
        Self::Encoded(&value.0)
    }
}

impl<'v> From<AnyView<'v>> for ValueRef<'v> {
    fn from(value: AnyView<'v>) -> Self {
        match value {
            AnyView::Empty => Self::Empty,
            AnyView::Str(value) => Self::Str(value),
            AnyView::Bool(value) => Self::Bool(value),
            AnyView::Int(value) => Self::Int(value),
            AnyView::Double(value) => Self::Double(value),
            AnyView::Bytes(value) => Self::Bytes(value),
            AnyView::Array(value) => Self::Array(value),
            AnyView::Map(value) => Self::Map(value),
        }
    }
}

// === impl EncodedValue ===

impl EncodedValue {
    /// Encodes a value.
    #[must_use]
    pub fn new<'v>(value: impl Into<ValueRef<'v>>) -> Self {
        let value = value.into();
        let mut encoded = Vec::with_capacity(value.encoded_len());
        value.put(&mut encoded);
        Self(encoded)
    }

    /// An `array_value` of these values.
    #[must_use]
    pub fn array<'v>(values: impl IntoIterator<Item = ValueRef<'v>>) -> Self {
        let mut list = Vec::new();
        for value in values {
            put_value(&mut list, field::VALUES, &value);
        }
        let mut encoded = Vec::with_capacity(list.len() + 6);
        put_len(&mut encoded, 5, &list);
        Self(encoded)
    }

    /// A `kvlist_value` of these keys and values.
    #[must_use]
    pub fn map<'v>(entries: impl IntoIterator<Item = (&'v str, ValueRef<'v>)>) -> Self {
        let mut list = Vec::new();
        for (key, value) in entries {
            put_attribute(&mut list, field::VALUES, key, &value);
        }
        let mut encoded = Vec::with_capacity(list.len() + 6);
        put_len(&mut encoded, 6, &list);
        Self(encoded)
    }

    /// The encoded `AnyValue`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value.
    #[must_use]
    pub fn view(&self) -> AnyView<'_> {
        AnyView::new(&self.0)
    }
}

// === impl EncodedAttribute ===

impl EncodedAttribute {
    /// Encodes a key and a value.
    #[must_use]
    pub fn new<'v>(key: impl Into<String>, value: impl Into<ValueRef<'v>>) -> Self {
        let (key, value) = (key.into(), value.into());
        let mut message = Vec::with_capacity(key_value_len(&key, &value));
        put_key_value(&mut message, &key, &value);
        let start = message.len() - value.encoded_len();
        Self { key, message, value: start }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The encoded `AnyValue`.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.message[self.value..]
    }

    /// The encoded `KeyValue`.
    #[must_use]
    pub fn encoded(&self) -> &[u8] {
        &self.message
    }
}

/// Appends a `KeyValue` as field `number`.
pub(crate) fn put_attribute(out: &mut Vec<u8>, number: u32, key: &str, value: &ValueRef<'_>) {
    put_tag(out, number, LEN);
    put_varint(out, key_value_len(key, value) as u64);
    put_key_value(out, key, value);
}

/// Appends an `AnyValue` as field `number`.
pub(crate) fn put_value(out: &mut Vec<u8>, number: u32, value: &ValueRef<'_>) {
    put_tag(out, number, LEN);
    put_varint(out, value.encoded_len() as u64);
    value.put(out);
}

fn key_value_len(key: &str, value: &ValueRef<'_>) -> usize {
    len_field_len(field::KEY, key.len()) + len_field_len(field::VALUE, value.encoded_len())
}

fn put_key_value(out: &mut Vec<u8>, key: &str, value: &ValueRef<'_>) {
    put_len(out, field::KEY, key.as_bytes());
    put_value(out, field::VALUE, value);
}

fn map_len(map: &AttributesView<'_>) -> usize {
    map.messages().map(|attribute| len_field_len(field::VALUES, attribute.len())).sum()
}
