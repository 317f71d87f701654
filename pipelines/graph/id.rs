//! Component and pipeline ids: `type[/name]` and `signal[/name]`.

use super::plan::PipelineId;
use crate::Signal;
use crate::component::ComponentId;

/// Longest component type, as in the Collector.
const MAX_TYPE: usize = 63;
/// Longest name behind the slash, in characters, as in the Collector.
const MAX_NAME: usize = 1024;

/// Reads `type[/name]`; blanks around both are dropped.
///
/// # Errors
/// What is wrong with it: one lowercase sentence without a final dot.
pub fn component_id(text: &str) -> Result<ComponentId, String> {
    let (kind, name) = split(text)?;
    let mut letters = kind.chars();
    let starts_well = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
    if !starts_well || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') || kind.len() > MAX_TYPE {
        return Err(format!(
            "`{kind}` is not a component type: a letter, then at most {} letters, digits or underscores",
            MAX_TYPE - 1
        ));
    }
    Ok(ComponentId { kind: kind.into(), name: name.map(Into::into) })
}

/// Reads `signal[/name]`.
///
/// # Errors
/// What is wrong with it: one lowercase sentence without a final dot.
pub fn pipeline_id(text: &str) -> Result<PipelineId, String> {
    let (signal, name) = split(text)?;
    let Some(signal) = Signal::from_name(signal) else {
        return Err(format!("`{signal}` is not a signal: expected traces, metrics, logs or profiles"));
    };
    Ok(PipelineId { signal, name: name.map(Into::into) })
}

fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    let Some((kind, name)) = text.split_once('/') else { return Ok((text.trim(), None)) };
    let (kind, name) = (kind.trim(), name.trim());
    if name.is_empty() {
        return Err(format!("`{text}` has nothing behind its slash: drop the slash or add a name"));
    }
    let bad = |c: &char| c.is_whitespace() || c.is_control();
    if let Some(bad) = name.chars().find(bad) {
        return Err(format!("the name in `{text}` contains {bad:?}: blanks and control characters are not allowed"));
    }
    if name.chars().count() > MAX_NAME {
        return Err(format!("the name in `{text}` is longer than {MAX_NAME} characters"));
    }
    Ok((kind, Some(name)))
}
