//! `serde::Deserializer` over a tree; errors know where they happened.

use std::collections::HashSet;
use std::fmt;
use std::ptr;

use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::source::Span;
use super::suggest::did_you_mean;
use super::tree::{Key, Node, Value};
use super::words::{MAP, expected_in_words, found_in_words, range};

/// Reads one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeDeserializer<'n> {
    node: &'n Node,
    passed_over: &'n PassedOver,
}

/// Values that are read as if they were not written, known by their addresses in the tree.
pub(super) type PassedOver = HashSet<*const Node>;

/// What is wrong, and where.
pub(super) type Error = Box<Fault>;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// An error of deserialization.
#[derive(Debug)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) kind: FaultKind,
    /// From the root to the value it is about.
    pub(super) path: Vec<Step>,
    /// Where it stands; `None` until the innermost value is known.
    pub(super) span: Option<Span>,
}

/// What can be wrong.
#[derive(Debug)]
pub(super) enum FaultKind {
    /// A key is not known.
    Unknown {
        /// The key.
        field: String,
        /// The keys that are.
        expected: &'static [&'static str],
    },
    /// A required key is missing.
    Missing(&'static str),
    /// A name is none of those that are known.
    Variant {
        /// The name.
        found: String,
        /// The names that are.
        expected: String,
        /// The one that was probably meant.
        meant: Option<String>,
    },
    /// A value is of the wrong type.
    Type {
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// What a type's own checks say.
    Other(String),
}

/// Below this, doubles hold every whole number exactly: 2^53.
const WHOLE: f64 = 9_007_199_254_740_992.0;

// === impl Fault ===

impl Fault {
    fn boxed(kind: FaultKind) -> Error {
        Box::new(Self { kind, path: Vec::new(), span: None })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::Unknown { field, .. } => write!(f, "unknown field `{field}`"),
            FaultKind::Missing(field) => write!(f, "missing field `{field}`"),
            FaultKind::Variant { found, expected, .. } => write!(f, "found `{found}`, expected {expected}"),
            FaultKind::Type { found, expected } => write!(f, "found {found}, expected {expected}"),
            FaultKind::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::boxed(FaultKind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fault::boxed(FaultKind::Type { found: found_in_words(found), expected: expected_in_words(expected) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let range = range(&expected.to_string()).map(|(low, high)| format!("a whole number from {low} to {high}"));
        let expected = range.unwrap_or_else(|| expected_in_words(expected));
        Fault::boxed(FaultKind::Type { found: found_in_words(found), expected })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        // Components that take names in any case list them several times.
        let mut names: Vec<&str> = expected.to_vec();
        names.retain(|name| !name.is_empty());
        names.retain(|name| !name.chars().any(char::is_uppercase) || !expected.contains(&name.to_lowercase().as_str()));
        let meant = did_you_mean(variant, names.iter().copied());
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let expected = match quoted.as_slice() {
            [only] => only.clone(),
            many => format!("one of {}", many.join(", ")),
        };
        Fault::boxed(FaultKind::Variant { found: variant.to_owned(), expected, meant })
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Fault::boxed(FaultKind::Unknown { field: field.to_owned(), expected })
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::boxed(FaultKind::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Fault::boxed(FaultKind::Other(format!("`{field}` is given under two names")))
    }
}

// === impl NodeDeserializer ===

impl<'n> NodeDeserializer<'n> {
    /// Reads `node` without what is passed over.
    #[must_use]
    pub(super) fn new(node: &'n Node, passed_over: &'n PassedOver) -> Self {
        Self { node, passed_over }
    }

    /// Says of an error that has no place yet that it is about this node.
    fn here<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|mut fault| {
            fault.span.get_or_insert(self.node.span);
            fault
        })
    }

    fn any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Uint(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::Seq(elements) => visitor.visit_seq(Elements { elements, at: 0, passed_over: self.passed_over }),
            Value::Map(entries) => visitor.visit_map(self.entries(entries)),
        }
    }

    /// Any value, but `1e3` and `1000.0` as the whole number they are.
    fn whole<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Float(value) if value.fract() == 0.0 && value.abs() < WHOLE => visitor.visit_i64(value as i64),
            _ => self.any(visitor),
        }
    }

    /// Text, or the original text of what came by expansion, whatever it reads as.
    fn text<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.original {
            None => self.any(visitor),
            Some(original) => visitor.visit_borrowed_str(original),
        }
    }

    fn entries(self, entries: &'n [(Key, Node)]) -> Entries<'n> {
        Entries { entries, value: None, passed_over: self.passed_over }
    }
}

macro_rules! forward_with_place {
    ($read:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
            self.here(self.$read(visitor))
        }
    )*};
}

impl<'n> Deserializer<'n> for NodeDeserializer<'n> {
    type Error = Error;

    forward_with_place! {
        any: deserialize_any deserialize_bool deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_seq deserialize_ignored_any
    }

    forward_with_place! {
        whole: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64
    }

    fn deserialize_char<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        self.here(self.text(visitor))
    }

    fn deserialize_str<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        self.here(self.text(visitor))
    }

    fn deserialize_string<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        self.here(self.text(visitor))
    }

    fn deserialize_identifier<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        self.here(self.text(visitor))
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        // A variable that holds `#x` is nothing as YAML, but still a text.
        let has_text = self.node.original.as_ref().is_some_and(|original| !original.is_empty());
        match &self.node.value {
            Value::Null if !has_text => visitor.visit_none(),
            _ => self.here(visitor.visit_some(self)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'n>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.here(self.any(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.here(visitor.visit_newtype_struct(self))
    }

    fn deserialize_tuple<V: Visitor<'n>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.here(self.any(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.here(self.any(visitor))
    }

    fn deserialize_map<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Null => visitor.visit_map(self.entries(&[])),
            _ => self.here(self.any(visitor)),
        }
    }

    /// Null is a struct with nothing in it, so `batch:` means all defaults.
    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // A derived struct would read a list as its fields in order, which nobody means.
        match &self.node.value {
            Value::Seq(_) => self.here(Err(de::Error::invalid_type(Unexpected::Seq, &MAP))),
            _ => self.here(self.deserialize_map(visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match (&self.node.value, &self.node.original) {
            (Value::Text(text), _) => visitor.visit_enum(text.as_str().into_deserializer()),
            (Value::Map(entries), _) => {
                visitor.visit_enum(de::value::MapAccessDeserializer::new(self.entries(entries)))
            }
            (_, Some(original)) => visitor.visit_enum((&**original).into_deserializer()),
            _ => Err(Fault::boxed(FaultKind::Type { found: self.node.kind(), expected: "a name".to_owned() })),
        };
        self.here(result)
    }
}

struct Elements<'n> {
    elements: &'n [Node],
    at: usize,
    passed_over: &'n PassedOver,
}

impl<'n> SeqAccess<'n> for Elements<'n> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let mut left = self.elements.iter().enumerate().skip(self.at);
        let is_read = |element: &Node| !self.passed_over.contains(&ptr::from_ref(element));
        let Some((at, element)) = left.find(|(_, element)| is_read(element)) else { return Ok(None) };
        self.at = at + 1;
        let read = seed.deserialize(NodeDeserializer::new(element, self.passed_over));
        read.map(Some).map_err(|fault| inside(fault, Step::Index(at), element.span))
    }

    fn size_hint(&self) -> Option<usize> {
        self.passed_over.is_empty().then(|| self.elements.len() - self.at)
    }
}

struct Entries<'n> {
    entries: &'n [(Key, Node)],
    value: Option<&'n (Key, Node)>,
    passed_over: &'n PassedOver,
}

impl<'n> MapAccess<'n> for Entries<'n> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let is_read = |(_, node): &(Key, Node)| !self.passed_over.contains(&ptr::from_ref(node));
        let Some(at) = self.entries.iter().position(is_read) else { return Ok(None) };
        let entry = &self.entries[at];
        self.entries = &self.entries[at + 1..];
        self.value = Some(entry);
        let key = de::value::BorrowedStrDeserializer::<Error>::new(entry.0.text());
        seed.deserialize(key)
            .map(Some)
            .map_err(|fault| inside(fault, Step::Key(entry.0.text().to_owned()), entry.0.span))
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((key, node)) = self.value.take() else {
            return Err(Fault::boxed(FaultKind::Other("a value was read before its key".to_owned())));
        };
        let span = if node.is_null() { key.span } else { node.span };
        seed.deserialize(NodeDeserializer::new(node, self.passed_over))
            .map_err(|fault| inside(fault, Step::Key(key.text().to_owned()), span))
    }
}

/// Says of an error from inside an element or entry how it is reached.
fn inside(mut fault: Error, step: Step, span: Span) -> Error {
    fault.path.insert(0, step);
    fault.span.get_or_insert(span);
    fault
}
