//! Where configuration text comes from, and places in it.

/// Every text a configuration is made of: files, `--set` arguments, values of environment variables.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

/// One text.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is called in messages: a path, or `--set a.b=c`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A range of one source, in bytes. Cheap to copy; resolved to line and column when shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Index of the source.
    pub source: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

// === impl Sources ===

impl Sources {
    /// Adds a text and returns its index.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.0.push(Source { name: name.into(), text: text.into() });
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    /// The source with this index.
    #[must_use]
    pub fn source(&self, index: u32) -> Option<&Source> {
        self.0.get(index as usize)
    }

    /// Every source, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// The name of the source a span lies in.
    #[must_use]
    pub fn name(&self, span: Span) -> &str {
        self.source(span.source).map_or("", |source| &source.name)
    }

    /// Where a span starts.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let text = self.source(span.source).map_or("", |source| &source.text);
        let before = text.get(..span.start as usize).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Position { line, column }
    }
}

// === impl Span ===

impl Span {
    /// From the start of this span to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }

    /// The part from byte `start` to byte `end` of the span, kept inside it.
    #[must_use]
    pub fn within(self, start: usize, end: usize) -> Self {
        let at = |offset: usize| (self.start as usize + offset).min(self.end as usize) as u32;
        Self { start: at(start), end: at(end).max(at(start)), ..self }
    }
}
