//! A configuration as a tree in which everything knows where it stands.

use super::source::Span;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
    /// The text the value was made of, when it came by expansion: a field that wants text gets this, as upstream.
    pub original: Option<Box<str>>,
    /// Where an expanded value came from, e.g. `env:PORT`.
    pub origin: Option<Box<str>>,
}

/// A YAML value, core schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above the range of `i64`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// Text; `true` when it was quoted or a block, so that it is never read as anything else.
    Text(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    text: String,
    /// Where it stands.
    pub span: Span,
}

// === impl Key ===

impl Key {
    /// A key.
    #[must_use]
    pub fn new(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span }
    }

    /// Its text; keys that are not text are what was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

// === impl Node ===

impl Node {
    /// A value at a place.
    #[must_use]
    pub fn new(value: Value, span: Span) -> Self {
        Self { value, span, original: None, origin: None }
    }

    /// The entries of a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Key, Self)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The elements of a list.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Seq(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text of a text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The entry of a map with this key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<(&Key, &Self)> {
        self.as_map()?.iter().find(|(name, _)| name.text == key).map(|(name, node)| (name, node))
    }

    /// What it is, in words: `a map`, `text "x"`, `the number 5`.
    #[must_use]
    pub fn kind(&self) -> String {
        match &self.value {
            Value::Null => "empty".to_owned(),
            Value::Bool(value) => format!("the boolean {value}"),
            Value::Int(value) => format!("the integer {value}"),
            Value::Uint(value) => format!("the integer {value}"),
            Value::Float(value) => format!("the number {value}"),
            Value::Text(value) => format!("the text {:?}", shortened(value)),
            Value::Seq(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        }
    }

    /// Where the dotted path leads, or the deepest part of it that exists; `None` when not even its first key does.
    /// Keys that contain dots are found, too.
    #[must_use]
    pub fn nearest(&self, path: &str) -> Option<Span> {
        let (mut node, mut rest, mut found) = (self, path, None);
        while !rest.is_empty() {
            let Some((child, span, left)) = node.descend(rest) else { break };
            (node, rest, found) = (child, left, Some(span));
        }
        found
    }

    fn descend<'a, 'p>(&'a self, path: &'p str) -> Option<(&'a Self, Span, &'p str)> {
        let after = |key: &str| {
            let rest = path.strip_prefix(key)?;
            if rest.is_empty() || rest.starts_with('[') { Some(rest) } else { rest.strip_prefix('.') }
        };
        match &self.value {
            Value::Map(entries) => entries.iter().find_map(|(key, node)| {
                let rest = after(&key.text)?;
                let span =
                    if node.is_null() || !rest.is_empty() || node.as_map().is_some() { key.span } else { node.span };
                Some((node, span, rest))
            }),
            Value::Seq(elements) => {
                let bare = path.strip_prefix('[').unwrap_or(path);
                let digits = bare.find(|c: char| !c.is_ascii_digit()).unwrap_or(bare.len());
                let element = elements.get(bare[..digits].parse::<usize>().ok()?)?;
                let rest = bare[digits..].trim_start_matches(']').trim_start_matches('.');
                Some((element, element.span, rest))
            }
            _ => None,
        }
    }
}

/// A text as messages show it.
pub(super) fn shortened(text: &str) -> String {
    /// Longest text shown whole in a message, in characters.
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        text.to_owned()
    } else {
        text.chars().take(SHOWN).chain("...".chars()).collect()
    }
}
