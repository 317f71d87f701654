//! From a tree to typed configurations, strictly, reporting every error of a component at once.
//!
//! serde stops at the first error. So after each one the value it is about is taken out of a working copy and the
//! whole is read again, until nothing is wrong any more; what is then found missing was taken out before.

use serde::de::DeserializeOwned;

use super::code;
use super::deserializer::{Fault, FaultKind, MAP, NodeDeserializer, Step};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::scalar::plain;
use super::suggest::{did_you_mean, missing_blank};
use super::tree::{Node, Value};

/// Most errors reported for one component.
const MAX_ERRORS: usize = 50;

/// Reads a typed configuration from `node`; null stands for all defaults. `None` when an error was reported.
pub fn from_node<T: DeserializeOwned>(node: &Node, diagnostics: &mut Diagnostics) -> Option<T> {
    from_node_at(node, "", diagnostics)
}

/// The same; messages name `place`, e.g. `receivers.otlp`, as where `node` stands.
pub fn from_node_at<T: DeserializeOwned>(node: &Node, place: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    let mut working = node.clone();
    let mut removed: Vec<Vec<Step>> = Vec::new();
    while removed.len() < MAX_ERRORS {
        let fault = match T::deserialize(NodeDeserializer::new(&working)) {
            Ok(config) if removed.is_empty() => return Some(config),
            Ok(_) => return None,
            Err(fault) => *fault,
        };
        // A key with nothing behind it means the default, as upstream.
        if matches!(fault.kind, FaultKind::Type { .. }) && is_empty_key(&working, &fault.path) {
            let unfilled = descend(&working, &fault.path).is_some_and(|node| diagnostics.unfilled_at(node.span));
            remove(&mut working, &fault.path);
            removed.extend(unfilled.then_some(fault.path));
            continue;
        }
        let is_follow_up = matches!(fault.kind, FaultKind::Missing(_)) && !removed.is_empty();
        if !is_follow_up {
            diagnostics.push(diagnostic(&fault, node, place));
        }
        if is_follow_up || !remove(&mut working, &fault.path) {
            return None;
        }
        removed.push(fault.path);
    }
    None
}

fn diagnostic(fault: &Fault, root: &Node, place: &str) -> Diagnostic {
    let parent = path(place, fault.path.split_last().map_or(&[], |(_, parent)| parent));
    let place = path(place, &fault.path);
    let span = fault.span.unwrap_or(root.span);
    let inside = if place.is_empty() { String::new() } else { format!("{place}: ") };
    match &fault.kind {
        FaultKind::Unknown { field, expected } => {
            let at = if parent.is_empty() { String::new() } else { format!(" in {parent}") };
            let error = Diagnostic::error(&code::UNKNOWN_FIELD, format!("unknown field `{field}`{at}")).at(span);
            let error = error.suggest(did_you_mean(field, expected.iter().copied()));
            match expected.is_empty() {
                true => error.help("no fields are allowed here"),
                false => error.help(format!("allowed here: {}", expected.join(", "))),
            }
        }
        FaultKind::Missing(field) => {
            Diagnostic::error(&code::MISSING_FIELD, format!("{inside}the required field `{field}` is missing")).at(span)
        }
        FaultKind::Type { found, expected } => {
            let error =
                Diagnostic::error(&code::WRONG_TYPE, format!("{inside}found {found}, expected {expected}")).at(span);
            match descend(root, &fault.path).and_then(Node::as_str).and_then(|text| text_help(text, expected)) {
                Some(help) => error.help(help),
                None => error,
            }
        }
        FaultKind::Variant { found, expected, meant } => {
            let message = format!("{inside}found `{found}`, expected {expected}");
            Diagnostic::error(&code::WRONG_TYPE, message).at(span).suggest(meant.clone())
        }
        FaultKind::Other(message) => Diagnostic::error(&code::INVALID_VALUE, format!("{inside}{message}")).at(span),
    }
}

fn path(place: &str, steps: &[Step]) -> String {
    let mut path = place.to_owned();
    for step in steps {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.extend([".", key]),
            Step::Index(at) => path.push_str(&format!("[{at}]")),
        }
    }
    path
}

/// How to mend text that stands where something else is expected.
fn text_help(text: &str, expected: &str) -> Option<String> {
    match plain(text) {
        _ if expected == MAP => missing_blank(text),
        Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::Bool(_) => {
            Some(format!("drop the quotes: `{text}` in quotes is text"))
        }
        _ => None,
    }
}

fn descend<'n>(root: &'n Node, path: &[Step]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.find(key).map(|(_, node)| node),
        Step::Index(at) => node.as_seq()?.get(*at),
    })
}

fn is_empty_key(root: &Node, path: &[Step]) -> bool {
    matches!(path.last(), Some(Step::Key(_))) && descend(root, path).is_some_and(Node::is_null)
}

/// Takes the value at `path` out; false when there is nothing to take out, e.g. at the root.
fn remove(node: &mut Node, path: &[Step]) -> bool {
    match (path, &mut node.value) {
        ([Step::Key(key)], Value::Map(entries)) => {
            let before = entries.len();
            entries.retain(|(name, _)| name.text() != key);
            entries.len() < before
        }
        ([Step::Index(at)], Value::Seq(elements)) if *at < elements.len() => {
            // The place is kept, so that later errors name the right index.
            elements[*at].value = Value::Null;
            true
        }
        ([Step::Key(key), rest @ ..], Value::Map(entries)) => {
            entries.iter_mut().find(|(name, _)| name.text() == key).is_some_and(|(_, node)| remove(node, rest))
        }
        ([Step::Index(at), rest @ ..], Value::Seq(elements)) => {
            elements.get_mut(*at).is_some_and(|element| remove(element, rest))
        }
        _ => false,
    }
}
