//! What may stand in a remote configuration. Platform and agent hold it against the same rules, so that neither needs to
//! trust the other: what leads elsewhere, opens files or shows secrets stays in the hands of whoever has the host.

use pipelines::config::{Diagnostics, Node, Severity, Sources, Span, Value, did_you_mean, parse};

/// Sections of an agent file that may be set from afar.
const SECTIONS: [&str; 6] = ["collectors", "exporter", "heartbeat", "buffer", "logging", "agent"];
/// All that may be set of `agent`.
const OF_AGENT: [&str; 1] = ["tags"];
/// Keys of any depth that may not, and how such keys begin and end.
const KEYS: [&str; 12] = [
    "endpoint",
    "endpoints",
    "tls",
    "headers",
    "auth",
    "api_key",
    "password",
    "path",
    "paths",
    "directory",
    "procfs",
    "sysfs",
];
const BEGINNINGS: [&str; 2] = ["insecure", "api_key_"];
const ENDINGS: [&str; 8] = ["_endpoint", "_path", "_paths", "_file", "_dir", "_directory", "_secret", "_token"];
/// Longest text, in bytes.
const LONGEST: usize = 256 << 10;

/// Reads a remote configuration and holds it against the rules; whether an agent can work with it is for the agent to say.
///
/// # Errors
/// The first thing that is wrong, with its line: one lowercase sentence without a final dot.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("the configuration has {} bytes, more than {LONGEST}", text.len()));
    }
    let is_control = |character: &char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    if let Some(control) = text.chars().find(is_control) {
        return Err(format!("the configuration holds the control character {control:?}"));
    }
    let mut sources = Sources::default();
    let source = sources.add("configuration", text);
    let mut diagnostics = Diagnostics::default();
    let root = parse(&sources, source, &mut diagnostics);
    let wrong = diagnostics.sorted(&sources).into_iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    if let Some(wrong) = wrong {
        return Err(match wrong.span {
            Some(span) => at(&sources, span, &wrong.message),
            None => wrong.message.clone(),
        });
    }
    let root = root
        .filter(|root| !root.is_null() && root.as_map().is_none_or(|sections| !sections.is_empty()))
        .ok_or("the configuration holds no section")?;
    let said = |(span, message): (Span, String)| at(&sources, span, &message);
    sections(&root, &SECTIONS).map_err(said)?;
    each_is_map(&root).map_err(said)?;
    if let Some((_, agent)) = root.find("agent") {
        sections(agent, &OF_AGENT).map_err(said)?;
        agent.find("tags").map_or(Ok(()), |(_, tags)| each_is_text(tags)).map_err(said)?;
    }
    // The names of tags are not keys.
    root.as_map().into_iter().flatten().try_for_each(|(key, value)| values(value, key.text() != "agent")).map_err(said)
}

fn sections(node: &Node, allowed: &[&str]) -> Result<(), (Span, String)> {
    let Some(entries) = node.as_map() else {
        return Err((node.span, format!("expected a map with {}", allowed.join(", "))));
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| !allowed.contains(&key.text())) {
        let meant = did_you_mean(key.text(), allowed.iter().copied());
        let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        let text = format!("`{}` may not be set from afar: expected {}{meant}", key.text(), allowed.join(", "));
        return Err((key.span, text));
    }
    Ok(())
}

fn each_is_map(root: &Node) -> Result<(), (Span, String)> {
    let mut entries = root.as_map().into_iter().flatten();
    match entries.find(|(_, section)| section.as_map().is_none()) {
        Some((key, section)) => Err((section.span, format!("expected a map of the keys of `{}`", key.text()))),
        None => Ok(()),
    }
}

/// Whether a node is a map to what can be written without brackets.
fn each_is_text(tags: &Node) -> Result<(), (Span, String)> {
    let Some(entries) = tags.as_map() else { return Err((tags.span, "expected a map of tags".to_owned())) };
    let is_text = |node: &Node| !matches!(node.value, Value::Null | Value::Seq(_) | Value::Map(_));
    match entries.iter().find(|(_, value)| !is_text(value)) {
        Some((key, value)) => Err((value.span, format!("the tag `{}` has no text as its value", key.text()))),
        None => Ok(()),
    }
}

fn values(node: &Node, has_keys: bool) -> Result<(), (Span, String)> {
    match &node.value {
        Value::Text(text) if text.contains("${") => {
            Err((node.span, "`${` is not filled in here, so that nothing of the agent's host can be read".to_owned()))
        }
        Value::Seq(elements) => elements.iter().try_for_each(|element| values(element, has_keys)),
        Value::Map(entries) => entries.iter().try_for_each(|(key, value)| {
            if has_keys && is_local(key.text()) {
                let text = format!("`{}` may not be set from afar: it belongs into the agent's own file", key.text());
                return Err((key.span, text));
            }
            values(value, has_keys)
        }),
        _ => Ok(()),
    }
}

fn is_local(key: &str) -> bool {
    KEYS.contains(&key)
        || BEGINNINGS.iter().any(|beginning| key.starts_with(beginning))
        || ENDINGS.iter().any(|ending| key.ends_with(ending))
}

fn at(sources: &Sources, span: Span, message: &str) -> String {
    let position = sources.position(span);
    format!("line {}, column {}: {message}", position.line, position.column)
}
