//! A tree as YAML text: what `tfo config print` shows.

use std::fmt::Write as _;

use super::scalar::plain;
use super::source::Sources;
use super::tree::{Node, Value};
use super::units::Secret;

/// Keys and variables whose values are not shown, in lower case; one that merely contains one of these counts, too.
const SECRET: [&str; 17] = [
    "access_key",
    "api-key",
    "api_key",
    "apikey",
    "authorization",
    "connection_string",
    "credential",
    "dsn",
    "htpasswd",
    "ingestion_key",
    "key_pem",
    "license_key",
    "passphrase",
    "password",
    "private_key",
    "secret",
    "token",
];
/// Ends of keys that say where a secret is, not what it is.
const WHERE: [&str; 3] = ["_file", "_path", "_url"];
/// Maps whose values are not shown whatever their keys are.
const SECRET_MAPS: [&str; 1] = ["headers"];

/// The tree as block YAML, values of secret keys and passwords in URLs redacted. Dollar signs that would be read as
/// the start of a reference are doubled, so that the text means the same when it is loaded again. With `origins` each
/// value says where it came from.
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
            _ if secret || node.origin.as_deref().is_some_and(is_secret) => {
                Secret::REDACTED.to_owned().replace('[', "\"[").replace(']', "]\"")
            }
            // A field that wants text gets `0123` and not 123, so that is what it says.
            value if node.original.as_deref().is_some_and(|original| is_number(value) && plain(original) == *value) => {
                node.original.as_deref().unwrap_or_default().to_owned()
            }
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Uint(value) => value.to_string(),
            Value::Float(value) if value.is_nan() => ".nan".to_owned(),
            Value::Float(value) if value.is_infinite() => if *value > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
            Value::Float(value) => format!("{value:?}"),
            Value::Text(text) => quoted(&without_password(&with_dollars(text))),
        }
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::Uint(_) | Value::Float(_))
}

/// `${` and `$$` as they must be written to stand for themselves.
fn with_dollars(text: &str) -> String {
    let next = text.chars().skip(1).map(Some).chain([None]);
    let doubled = |(c, next): (char, Option<char>)| (c == '$' && matches!(next, Some('$' | '{'))).then_some('$');
    text.chars().zip(next).flat_map(|pair| [doubled(pair), Some(pair.0)]).flatten().collect()
}

/// `https://user:password@host` without the password.
fn without_password(text: &str) -> String {
    let hidden = || {
        let (scheme, rest) = text.split_once("://")?;
        let mut authority = rest.split(['/', '?']).next()?;
        let is_whole = match authority.rsplit_once('@') {
            Some((_, host)) => !host.is_empty(),
            None => authority.split_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok()),
        };
        if !is_whole {
            // A password that should have been escaped goes on.
            authority = rest;
        }
        let (user, host) = authority.rsplit_once('@')?;
        let (name, _) = user.split_once(':')?;
        let path = &rest[authority.len()..];
        Some(format!("{scheme}://{name}:{}@{host}{path}", Secret::REDACTED))
    };
    hidden().unwrap_or_else(|| text.to_owned())
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
    let is_place = WHERE.iter().any(|end| key.ends_with(end));
    SECRET_MAPS.contains(&key.as_str()) || (!is_place && SECRET.iter().any(|secret| key.contains(secret)))
}
