//! A tree as YAML text: what `tfo config print` shows.

use std::fmt::Write as _;

use super::scalar::plain;
use super::source::Sources;
use super::tree::{Node, Value};
use super::units::Secret;

/// Keys whose values are not shown, in lower case; one that merely contains one of these counts, too.
const SECRET: [&str; 9] =
    ["password", "secret", "token", "api_key", "api-key", "apikey", "authorization", "key_pem", "credential"];
/// Maps whose values are not shown whatever their keys are.
const SECRET_MAPS: [&str; 1] = ["headers"];

/// The tree as block YAML, values of secret keys redacted. With `origins` each value says where it came from.
#[must_use]
pub fn print(root: &Node, origins: Option<&Sources>) -> String {
    let mut printer = Printer { text: String::new(), origins };
    match &root.value {
        Value::Map(entries) if !entries.is_empty() => printer.block(root, 0, false),
        Value::Seq(elements) if !elements.is_empty() => printer.block(root, 0, false),
        _ => {
            let scalar = printer.scalar(root, false);
            printer.line(&scalar, root);
        }
    }
    printer.text
}

struct Printer<'a> {
    text: String,
    origins: Option<&'a Sources>,
}

// === impl Printer ===

impl Printer<'_> {
    fn block(&mut self, node: &Node, indent: usize, secret: bool) {
        match &node.value {
            Value::Map(entries) => {
                for (key, value) in entries {
                    let hidden = secret || is_secret(key.text());
                    let head = format!("{:indent$}{}:", "", quoted(key.text()));
                    self.entry(&head, value, indent + 2, hidden);
                }
            }
            Value::Seq(elements) => {
                for element in elements {
                    let head = format!("{:indent$}-", "");
                    self.entry(&head, element, indent + 2, secret);
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, head: &str, value: &Node, indent: usize, secret: bool) {
        let filled = match &value.value {
            Value::Map(entries) => !entries.is_empty(),
            Value::Seq(elements) => !elements.is_empty(),
            _ => false,
        };
        if filled {
            self.text.push_str(head);
            self.text.push('\n');
            self.block(value, indent, secret);
        } else {
            let scalar = self.scalar(value, secret);
            let gap = if scalar.is_empty() { "" } else { " " };
            self.line(&format!("{head}{gap}{scalar}"), value);
        }
    }

    fn line(&mut self, line: &str, node: &Node) {
        self.text.push_str(line);
        if let Some(sources) = self.origins {
            let position = sources.position(node.span);
            // Writing to a string cannot fail.
            let _ = write!(self.text, "  # {}:{}", sources.name(node.span), position.line);
            if let Some(origin) = &node.origin {
                let _ = write!(self.text, " {origin}");
            }
        }
        self.text.push('\n');
    }

    fn scalar(&self, node: &Node, secret: bool) -> String {
        match &node.value {
            Value::Null => String::new(),
            Value::Seq(_) => "[]".to_owned(),
            Value::Map(_) => "{}".to_owned(),
            _ if secret => Secret::REDACTED.to_owned().replace('[', "\"[").replace(']', "]\""),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Uint(value) => value.to_string(),
            Value::Float(value) if value.is_nan() => ".nan".to_owned(),
            Value::Float(value) if value.is_infinite() => if *value > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
            Value::Float(value) => format!("{value:?}"),
            Value::Text(text) => quoted(text),
        }
    }
}

/// Text as a YAML scalar, quoted only where it would be read as something else.
fn quoted(text: &str) -> String {
    let yaml = serde_yaml::to_string(text).unwrap_or_else(|_| format!("{text:?}"));
    let yaml = yaml.trim_end_matches('\n');
    // Block scalars do not fit behind a key on one line.
    let stays_text = yaml != text || matches!(plain(text), Value::Text(_)) && text != "<<";
    let plain = !text.chars().any(is_special) && !yaml.contains('\n') && stays_text;
    if plain { yaml.to_owned() } else { escaped(text) }
}

/// Line ends and marks of Unicode, which YAML readers take for blanks, and what cannot be seen.
fn is_special(c: char) -> bool {
    c.is_control() || (c.is_whitespace() && c != ' ') || c == '\u{feff}'
}

/// Text in double quotes.
fn escaped(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if is_special(c) => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_MAPS.contains(&key.as_str()) || SECRET.iter().any(|secret| key.contains(secret))
}
