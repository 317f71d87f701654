//! Attributes: a repeated field of `KeyValue`.

use super::any::AnyView;
use super::list::Messages;
use super::text;
use crate::otlp::field;
use crate::otlp::wire::{Value, fields};

/// The attributes of a resource, scope, record, event, link or point, the metadata of a metric, or a nested map.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttributesView<'a> {
    /// Holds every occurrence of the field; others may lie between.
    stretch: &'a [u8],
    number: u32,
}

/// Iterates over attributes as keys and values.
#[derive(Clone, Debug)]
pub struct Attributes<'a>(Messages<'a>);

/// One attribute as encoded bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttributeRef<'a> {
    /// The key; UTF-8 in checked bytes.
    pub key: &'a [u8],
    /// The encoded `AnyValue`; `None` if the attribute has no value field.
    pub value: Option<&'a [u8]>,
}

// === impl AttributesView ===

impl<'a> AttributesView<'a> {
    /// Reads field `number` of `stretch`, a run of encoded fields.
    #[inline(always)]
    #[must_use]
    pub fn new(stretch: &'a [u8], number: u32) -> Self {
        Self { stretch, number }
    }

    /// Keys and values, in order; a key may come twice.
    #[inline]
    pub fn iter(&self) -> Attributes<'a> {
        Attributes(Messages::new(self.stretch, self.number))
    }

    /// Keys and encoded values, in order: the cheapest way to look at them all.
    #[inline]
    pub fn encoded(&self) -> impl Iterator<Item = AttributeRef<'a>> + Clone + use<'a> {
        Messages::new(self.stretch, self.number).map(AttributeRef::new)
    }

    /// The encoded `KeyValue`s, in order.
    #[inline]
    pub fn messages(&self) -> Messages<'a> {
        Messages::new(self.stretch, self.number)
    }

    /// The value of the first attribute with this key.
    #[inline]
    #[must_use]
    pub fn get(&self, key: &str) -> Option<AnyView<'a>> {
        let found = self.encoded().find(|attribute| attribute.key == key.as_bytes())?;
        Some(found.view())
    }

    /// Whether an attribute has this key.
    #[inline]
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.encoded().any(|attribute| attribute.key == key.as_bytes())
    }

    /// How many attributes there are, doubles included; counted by a walk.
    #[must_use]
    pub fn len(&self) -> usize {
        Messages::new(self.stretch, self.number).count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The run of encoded fields that holds them, and their field number. For a nested map this is the whole
    /// encoded `KeyValueList`; elsewhere other fields may lie between.
    #[must_use]
    pub fn stretch(&self) -> (&'a [u8], u32) {
        (self.stretch, self.number)
    }
}

impl<'a> IntoIterator for AttributesView<'a> {
    type Item = (&'a str, AnyView<'a>);
    type IntoIter = Attributes<'a>;

    fn into_iter(self) -> Attributes<'a> {
        self.iter()
    }
}

// === impl Attributes ===

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, AnyView<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let attribute = AttributeRef::new(self.0.next()?);
        Some((text(attribute.key), attribute.view()))
    }
}

// === impl AttributeRef ===

impl<'a> AttributeRef<'a> {
    /// Reads an encoded `KeyValue`.
    #[inline]
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        // Short key first, then the value and nothing else: 0a <len> key 12 <len> value.
        if let [0x0a, key_len @ 0..0x80, rest @ ..] = message
            && let Some((key, [0x12, value_len @ 0..0x80, value @ ..])) = rest.split_at_checked(usize::from(*key_len))
            && value.len() == usize::from(*value_len)
        {
            return Self { key, value: Some(value) };
        }
        let mut attribute = Self::default();
        for field in fields(message).map_while(Result::ok) {
            match (field.number, field.value) {
                (field::KEY, Value::Len(key)) => attribute.key = key,
                (field::VALUE, Value::Len(value)) => attribute.value = Some(value),
                _ => {}
            }
        }
        attribute
    }

    /// The value.
    #[inline]
    #[must_use]
    pub fn view(&self) -> AnyView<'a> {
        self.value.map_or(AnyView::Empty, AnyView::new)
    }
}
