//! Several configurations as one: later ones win, maps are merged, lists and null replace.

use super::code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::source::{Sources, Span};
use super::tree::{Key, Node, Value};
use super::yaml;

/// Merges `later` over `earlier`.
pub fn merge(earlier: &mut Node, later: Node) {
    match (&mut earlier.value, later.value) {
        (Value::Map(into), Value::Map(entries)) => {
            for (key, node) in entries {
                match into.iter_mut().find(|(name, _)| name.text() == key.text()) {
                    Some((_, below)) => merge(below, node),
                    None => into.push((key, node)),
                }
            }
        }
        (_, value) => *earlier = Node { value, ..later },
    }
}

/// The tree that `a.b.c=value` (or `a::b::c=value`) stands for. `None` when an error was reported.
pub fn assignment(text: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Node> {
    let source = sources.add(format!("--set {text}"), text);
    let whole = Span { source, start: 0, end: text.len() as u32 };
    let has_keys = |path: &str| path.trim().replace("::", ".").split('.').all(|key| !key.is_empty());
    let Some((path, value)) = text.split_once('=').filter(|(path, _)| has_keys(path)) else {
        let message =
            format!("`{text}` is not an assignment: expected a path and a value, e.g. processors.batch.timeout=2s");
        diagnostics.push(Diagnostic::error(&code::BAD_SET, message).at(whole));
        return None;
    };
    let of = sources.add(format!("--set {path}"), value);
    let mut node = yaml::parse(sources, of, diagnostics)?;
    let path = path.trim().replace("::", ".");
    for key in path.rsplit('.') {
        node = Node::new(Value::Map(vec![(Key::new(key, whole), node)]), whole);
    }
    Some(node)
}
