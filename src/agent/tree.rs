//! Building a tree whose values keep the places they have in another one.

use pipelines::config::{Duration, Key, Node, Span, Value};

/// A map that is being built. What is put in without a place of its own has the place of the map.
#[derive(Debug)]
pub(super) struct Map {
    entries: Vec<(Key, Node)>,
    span: Span,
}

/// The agent file while it is translated.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a>(pub(super) &'a Node);

// === impl Origin ===

impl<'a> Origin<'a> {
    /// Where the dotted path stands, or the nearest section of it.
    pub(super) fn span(self, path: &str) -> Span {
        self.0.nearest(path).unwrap_or(self.0.span)
    }

    /// What stands at the dotted path, if anything.
    pub(super) fn find(self, path: &str) -> Option<&'a Node> {
        let found = path.split('.').try_fold(self.0, |node, key| node.find(key).map(|(_, node)| node));
        found.filter(|node| !node.is_null())
    }

    /// A map that stands where the path does.
    pub(super) fn map(self, path: &str) -> Map {
        Map { entries: Vec::new(), span: self.span(path) }
    }

    /// A text in the place of what stands at the path.
    pub(super) fn text(self, path: &str, text: impl Into<String>) -> Node {
        Node::new(Value::Text(text.into()), self.span(path))
    }

    /// A duration as it is written, or its default.
    pub(super) fn duration(self, path: &str, duration: Duration) -> Node {
        self.find(path).cloned().unwrap_or_else(|| self.text(path, duration.to_string()))
    }

    /// A number in the place of what stands at the path.
    pub(super) fn number(self, path: &str, number: u64) -> Node {
        Node::new(Value::Uint(number), self.span(path))
    }

    /// A switch in the place of what stands at the path.
    pub(super) fn switch(self, path: &str, on: bool) -> Node {
        Node::new(Value::Bool(on), self.span(path))
    }
}

// === impl Map ===

impl Map {
    /// Puts a value in, with its own place.
    pub(super) fn with(mut self, key: &str, node: Node) -> Self {
        self.entries.push((Key::new(key, node.span), node));
        self
    }

    /// Puts a value in if there is one.
    pub(super) fn with_some(self, key: &str, node: Option<Node>) -> Self {
        match node {
            Some(node) => self.with(key, node),
            None => self,
        }
    }

    /// Puts in what the agent file says at the path, if it does.
    pub(super) fn copy(self, key: &str, origin: Origin<'_>, path: &str) -> Self {
        self.with_some(key, origin.find(path).cloned())
    }

    pub(super) fn text(self, key: &str, text: impl Into<String>) -> Self {
        let node = Node::new(Value::Text(text.into()), self.span);
        self.with(key, node)
    }

    pub(super) fn switch(self, key: &str, on: bool) -> Self {
        let node = Node::new(Value::Bool(on), self.span);
        self.with(key, node)
    }

    pub(super) fn number(self, key: &str, number: u64) -> Self {
        let node = Node::new(Value::Uint(number), self.span);
        self.with(key, node)
    }

    pub(super) fn list<'t>(self, key: &str, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let span = self.span;
        let elements = texts.into_iter().map(|text| Node::new(Value::Text(text.to_owned()), span)).collect();
        self.with(key, Node::new(Value::Seq(elements), span))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn node(self) -> Node {
        Node::new(Value::Map(self.entries), self.span)
    }
}
