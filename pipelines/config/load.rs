//! From files and `--set` arguments to one tree.

use super::code;
use super::diagnostic::{Diagnostic, Diagnostics, Severity};
use super::expand::{Environment, expand};
use super::merge::{assignment, merge};
use super::source::Sources;
use super::tree::{Node, Value};
use super::yaml;

/// Reads, merges and fills in configurations, in order; `--set` arguments come last. `None` when there is no tree.
pub fn load(
    files: &[String],
    sets: &[String],
    environment: &dyn Environment,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let mut merged: Option<Node> = None;
    for file in files {
        if let Some(node) = read(file, environment, sources, diagnostics) {
            merge_into(&mut merged, node);
        }
    }
    for set in sets {
        if let Some(node) = assignment(set, sources, diagnostics) {
            merge_into(&mut merged, node);
        }
    }
    let mut root = merged?;
    // With a key that stands twice the rest can still be checked.
    if diagnostics.iter().any(|found| found.severity == Severity::Error && found.code != &code::DUPLICATE_KEY) {
        return None;
    }
    if root.is_null() {
        let error = Diagnostic::error(&code::EMPTY, "empty configuration file").at(root.span);
        diagnostics.push(error.help("`tfo components` lists what can be configured"));
        return None;
    }
    expand(&mut root, environment, sources, diagnostics);
    Some(root)
}

/// A file by path, `file:path`, `env:NAME` or `yaml:text`, as upstream's `--config`.
fn read(
    uri: &str,
    environment: &dyn Environment,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let text = if let Some(text) = uri.strip_prefix("yaml:") {
        return assignment_or_text(text, sources, diagnostics);
    } else if let Some(name) = uri.strip_prefix("env:") {
        environment.variable(name).ok_or_else(|| "the environment variable is not set".to_owned())
    } else {
        environment.file(uri.strip_prefix("file:").unwrap_or(uri))
    };
    match text {
        Ok(text) => {
            let source = sources.add(uri, text);
            yaml::parse(sources, source, diagnostics)
        }
        Err(reason) => {
            diagnostics.push(Diagnostic::error(&code::NO_FILE, format!("cannot read `{uri}`: {reason}")));
            None
        }
    }
}

/// `yaml:a::b: value` sets one value, as upstream; other YAML stands for itself.
fn assignment_or_text(text: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Node> {
    match text.split_once(": ") {
        Some((path, value)) if path.contains("::") && !path.contains(char::is_whitespace) => {
            assignment(&format!("{path}={value}"), sources, diagnostics)
        }
        _ => {
            // Named without the text, which may hold secrets and is long.
            let source = sources.add("--config yaml:", text);
            yaml::parse(sources, source, diagnostics)
        }
    }
}

fn merge_into(merged: &mut Option<Node>, node: Node) {
    match merged {
        None => *merged = Some(node),
        Some(earlier) if node.is_null() && matches!(earlier.value, Value::Map(_)) => {}
        Some(earlier) => merge(earlier, node),
    }
}
