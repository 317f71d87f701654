//! From a tree to typed configurations, strictly, reporting every error of a component at once.
//!
//! serde stops at the first error. So after each one the value it is about is passed over and the whole is read
//! again, until nothing is wrong any more. What is found missing because it was passed over is not reported again.

use std::ptr;

use serde::de::DeserializeOwned;

use super::code;
use super::deserializer::{Fault, FaultKind, NodeDeserializer, PassedOver, Step};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::scalar::plain;
use super::suggest::{did_you_mean, missing_blank, other_place};
use super::tree::{Node, Value};
use super::words::{MAP, TEXT};

/// Most errors reported for one component.
const MAX_ERRORS: usize = 50;

/// Reads a typed configuration from `node`; null stands for all defaults. `None` when an error was reported.
pub fn from_node<T: DeserializeOwned>(node: &Node, diagnostics: &mut Diagnostics) -> Option<T> {
    from_node_at(node, "", diagnostics)
}

/// The same; messages name `place`, e.g. `receivers.otlp`, as where `node` stands.
pub fn from_node_at<T: DeserializeOwned>(node: &Node, place: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    let mut passed_over = PassedOver::new();
    let mut reported: Vec<Reported> = Vec::new();
    while reported.len() < MAX_ERRORS {
        let fault = match T::deserialize(NodeDeserializer::new(node, &passed_over)) {
            Ok(config) => return reported.is_empty().then_some(config),
            Err(fault) => *fault,
        };
        let about = descend(node, &fault.path);
        // At the root, or where nothing would change, there is nothing more to find.
        let goes_on = !fault.path.is_empty() && about.is_some_and(|about| passed_over.insert(ptr::from_ref(about)));
        if goes_on && is_empty_key(&fault, about) {
            // A key with nothing behind it means the default, as upstream.
            if about.is_some_and(|about| diagnostics.unfilled_at(about.span)) {
                reported.push(Reported { path: fault.path, meant: None });
            }
        } else if !reported.iter().any(|earlier| earlier.explains(&fault)) {
            let diagnostic = diagnostic(&fault, node, place);
            reported.push(Reported { path: fault.path, meant: diagnostic.suggestion.clone() });
            diagnostics.push(diagnostic);
        }
        if !goes_on {
            return None;
        }
    }
    let message = format!("there are more than {MAX_ERRORS} errors in {place}, the others are not shown");
    diagnostics.push(Diagnostic::error(&code::INVALID_VALUE, message).at(node.span).about(place));
    None
}

/// An error that was reported: where, and the key that was probably meant.
struct Reported {
    path: Vec<Step>,
    meant: Option<String>,
}

// === impl Reported ===

impl Reported {
    /// Whether a field is missing because of this error: its value was passed over, or its key is misspelt.
    fn explains(&self, fault: &Fault) -> bool {
        let FaultKind::Missing(field) = fault.kind else { return false };
        let Some((Step::Key(last), parent)) = self.path.split_last() else { return false };
        parent == fault.path && (last == field || self.meant.as_deref() == Some(field))
    }
}

fn diagnostic(fault: &Fault, root: &Node, place: &str) -> Diagnostic {
    let parent = path(place, fault.path.split_last().map_or(&[], |(_, parent)| parent));
    let place = path(place, &fault.path);
    let inside = if place.is_empty() { String::new() } else { format!("{place}: ") };
    let error = match &fault.kind {
        FaultKind::Unknown { field, expected } => {
            let at = if parent.is_empty() { String::new() } else { format!(" in {parent}") };
            let error = Diagnostic::error(&code::UNKNOWN_FIELD, format!("unknown field `{field}`{at}"));
            let error = error.suggest(did_you_mean(field, expected.iter().copied()));
            let error = match other_place(field, expected) {
                Some(section) => error.help(format!("`{field}` belongs under `{section}`")),
                None => error,
            };
            match expected.is_empty() {
                true => error.help("no fields are allowed here"),
                false => error.help(format!("allowed here: {}", expected.join(", "))),
            }
        }
        FaultKind::Missing(field) => {
            Diagnostic::error(&code::MISSING_FIELD, format!("{inside}the required field `{field}` is missing"))
        }
        FaultKind::Type { found, expected } => {
            let error = Diagnostic::error(&code::WRONG_TYPE, format!("{inside}found {found}, expected {expected}"));
            match descend(root, &fault.path).and_then(|about| help(about, expected)) {
                Some(help) => error.help(help),
                None => error,
            }
        }
        FaultKind::Variant { found, expected, meant } => {
            let message = format!("{inside}found `{found}`, expected {expected}");
            Diagnostic::error(&code::WRONG_TYPE, message).suggest(meant.clone())
        }
        FaultKind::Other(message) => Diagnostic::error(&code::INVALID_VALUE, format!("{inside}{message}")),
    };
    error.at(fault.span.unwrap_or(root.span)).about(place)
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

/// How to mend a value that stands where something else is expected.
fn help(about: &Node, expected: &str) -> Option<String> {
    let scalar = |value: &Value| matches!(value, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_));
    match &about.value {
        Value::Text(text) if expected == MAP => missing_blank(text),
        Value::Text(text) if scalar(&plain(text)) => Some(format!("drop the quotes: `{text}` in quotes is text")),
        value if scalar(value) && expected == TEXT => Some("put it into quotes, which make it text".to_owned()),
        _ => None,
    }
}

fn descend<'n>(root: &'n Node, path: &[Step]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.find(key).map(|(_, node)| node),
        Step::Index(at) => node.as_seq()?.get(*at),
    })
}

fn is_empty_key(fault: &Fault, about: Option<&Node>) -> bool {
    let is_key = matches!(fault.path.last(), Some(Step::Key(_)));
    is_key && matches!(fault.kind, FaultKind::Type { .. }) && about.is_some_and(Node::is_null)
}
