//! `${...}`: filled in after parsing, in text values only, so that no value can change the structure of a file.
//!
//! `${env:X}` and `${X}` name environment variables, `${env:X:-default}` has a default for unset ones, `${file:/path}`
//! and `${yaml:...}` stand for YAML. A value that is nothing but a reference is read as YAML and keeps its text for
//! fields that want text; inside longer text the text is put in. `$$` is a dollar sign.

use super::code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::scalar::plain;
use super::source::{Sources, Span};
use super::tree::{Node, Value};
use super::yaml;

/// Most references that are filled in, as upstream: a reference can expand to references.
const MAX_EXPANSIONS: usize = 1000;

/// What references are filled in from.
pub trait Environment {
    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<String>;
    /// The content of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn file(&self, path: &str) -> Result<String, String>;
}

/// The process's own environment and file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

/// Fills in every reference of the tree.
pub fn expand(node: &mut Node, environment: &dyn Environment, sources: &mut Sources, diagnostics: &mut Diagnostics) {
    Expander { environment, sources, diagnostics, left: MAX_EXPANSIONS }.node(node);
}

struct Expander<'a> {
    environment: &'a dyn Environment,
    sources: &'a mut Sources,
    diagnostics: &'a mut Diagnostics,
    left: usize,
}

/// A reference could not be filled in; an error was reported.
struct Reported;

/// What a reference stands for.
struct Found {
    /// `None` for a variable that is not set.
    text: Option<String>,
    /// Where it came from, e.g. `env:PORT`.
    origin: String,
}

// === impl Environment ===

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }
}

// === impl Expander ===

impl Expander<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::Seq(elements) => elements.iter_mut().for_each(|element| self.node(element)),
            Value::Map(entries) => entries.iter_mut().for_each(|(_, node)| self.node(node)),
            Value::Text(text) if text.contains('$') => {
                let text = std::mem::take(text);
                let span = node.span;
                // On an error nothing is there, which no other check complains about.
                *node = self.text(&text, span).unwrap_or_else(|Reported| Node::new(Value::Null, span));
                respan(node, span);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, span: Span) -> Result<Node, Reported> {
        if let Some(inner) = whole(text) {
            let found = self.reference(inner, span)?;
            return self.whole(found, span);
        }
        self.inline(text, span).map(|text| Node::new(Value::Text(text), span))
    }

    /// The value of a field that is nothing but a reference.
    fn whole(&mut self, found: Found, span: Span) -> Result<Node, Reported> {
        let Some(text) = found.text else { return Ok(Node::new(Value::Null, span)) };
        let mut node = self.read(&text, &found.origin, span);
        self.node(&mut node);
        // What has been filled in itself keeps no text: that would show its references again.
        if !text.contains('$') {
            node.original = Some(text.trim_end_matches(['\r', '\n']).into());
        }
        node.origin = Some(found.origin.into());
        Ok(node)
    }

    /// Text read as YAML, or as text where it is not YAML.
    fn read(&mut self, text: &str, origin: &str, span: Span) -> Node {
        if !text.contains(['\n', ':', '[', '{', '"', '\'', '#', '-']) {
            return Node::new(plain(text.trim()), span);
        }
        let source = self.sources.add(origin, text);
        let mut ignored = Diagnostics::default();
        yaml::parse(self.sources, source, &mut ignored).unwrap_or_else(|| Node::new(Value::Text(text.to_owned()), span))
    }

    /// Text with every reference in it filled in.
    fn inline(&mut self, text: &str, span: Span) -> Result<String, Reported> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            filled.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            if let Some(after) = rest.strip_prefix("$$") {
                filled.push('$');
                rest = after;
            } else if let Some(inner) = reference(rest) {
                rest = &rest[inner.len() + "${}".len()..];
                let found = self.reference(inner, span)?;
                if let Some(text) = found.text {
                    let text = text.trim_end_matches(['\r', '\n']);
                    filled.push_str(&if text.contains("${") { self.inline(text, span)? } else { text.to_owned() });
                }
            } else {
                self.naked(&rest[1..], span);
                filled.push('$');
                rest = &rest[1..];
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// `$NAME` was filled in by old versions of the Collector and stands for itself today.
    fn naked(&mut self, rest: &str, span: Span) {
        if rest.starts_with('{') {
            let warning = Diagnostic::warning(&code::NAKED_DOLLAR, "`${` is not closed and stands for itself");
            self.diagnostics.push(warning.at(span).help("close it with `}`, or write `$${` to say that it is text"));
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..end];
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            self.diagnostics.push(
                Diagnostic::warning(&code::NAKED_DOLLAR, format!("`${name}` stands for itself and is not filled in"))
                    .at(span)
                    .help(format!("write `${{env:{name}}}` for the variable, or `$${name}` to say that it is text")),
            );
        }
    }

    fn reference(&mut self, inner: &str, span: Span) -> Result<Found, Reported> {
        if self.left == 0 {
            let message = format!("more than {MAX_EXPANSIONS} references are filled in: do they refer to each other?");
            return self.fail(Diagnostic::error(&code::EXPANSION, message).at(span));
        }
        self.left -= 1;
        let inner = self.inline(inner, span)?;
        let (scheme, rest) = match inner.split_once(':') {
            Some((scheme, rest)) if !rest.starts_with('-') => (scheme, rest),
            _ => ("env", inner.as_str()),
        };
        match scheme {
            "env" => self.variable(rest, span),
            "file" => match self.environment.file(rest) {
                Ok(text) => Ok(Found { text: Some(text), origin: inner }),
                Err(reason) => {
                    let message = format!("the file `{rest}` cannot be read: {reason}");
                    self.fail(Diagnostic::error(&code::EXPANSION, message).at(span))
                }
            },
            "yaml" => Ok(Found { text: Some(rest.to_owned()), origin: inner }),
            "http" | "https" => self.fail(
                Diagnostic::error(
                    &code::BAD_SCHEME,
                    format!("scheme \"{scheme}\" is not supported for uri \"{inner}\""),
                )
                .at(span)
                .help("fetch the file before the start and name it with `${file:...}`"),
            ),
            _ => self.fail(
                Diagnostic::error(
                    &code::BAD_SCHEME,
                    format!("scheme \"{scheme}\" is not supported for uri \"{inner}\""),
                )
                .at(span)
                .help("supported are `${env:NAME}`, `${file:path}` and `${yaml:text}`; write `$$` for a dollar sign"),
            ),
        }
    }

    fn variable(&mut self, text: &str, span: Span) -> Result<Found, Reported> {
        let (name, default) = text.split_once(":-").map_or((text, None), |(name, default)| (name, Some(default)));
        let mut letters = name.chars();
        let starts_well = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
        if !starts_well || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let message =
                format!("environment variable \"{name}\" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$");
            let error = Diagnostic::error(&code::BAD_VARIABLE, message).at(span);
            return self.fail(error.help("write `$$` for a dollar sign"));
        }
        let value = self.environment.variable(name);
        if value.is_none() && default.is_none() {
            self.diagnostics.push(
                Diagnostic::warning(&code::UNSET, format!("the environment variable `{name}` is not set"))
                    .at(span)
                    .help(format!("set it, or give a default: `${{env:{name}:-default}}`")),
            );
        }
        let origin = if value.is_some() { format!("env:{name}") } else { format!("env:{name}, not set") };
        Ok(Found { text: value.or_else(|| default.map(ToOwned::to_owned)), origin })
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Result<T, Reported> {
        self.diagnostics.push(diagnostic);
        Err(Reported)
    }
}

/// The inside of the `${...}` that `text` starts with, nested ones included.
fn reference(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${")?;
    let mut depth = 1_usize;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' if at > 0 && inside.as_bytes()[at - 1] == b'$' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return inside.get(..at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The inside of the reference that is all of `text`.
fn whole(text: &str) -> Option<&str> {
    reference(text).filter(|inner| inner.len() + "${}".len() == text.len())
}

/// What was filled in stands, for messages, where the reference stands.
fn respan(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::Seq(elements) => elements.iter_mut().for_each(|element| respan(element, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, node)| {
            key.span = span;
            respan(node, span);
        }),
        _ => {}
    }
}
