//! Running actions over telemetry.

use pipelines::otlp::edit::{AttributeEdits, EncodedValue, ItemCx, Level, edit_attributes};
use pipelines::{Context, Telemetry};
use regex::Regex;

use super::hash::hash;
use super::steps::{Actions, Keys, Source, Step};
use super::text::convert;

// === impl Actions ===

impl Actions {
    /// Runs the actions on everything of this level. Without a change the same bytes are given back.
    pub(crate) fn apply(&self, telemetry: &Telemetry, level: Level, context: &Context) -> Telemetry {
        match &self.constant {
            Some(edits) => edits.apply(telemetry, level),
            None => self.apply_where(telemetry, level, context, |_| true),
        }
    }

    /// Runs the actions on what `chosen` says true for.
    pub(crate) fn apply_where(
        &self,
        telemetry: &Telemetry,
        level: Level,
        context: &Context,
        chosen: impl Fn(&ItemCx<'_>) -> bool,
    ) -> Telemetry {
        let from_context: Vec<_> = self.steps.iter().map(|step| step.read_context(context)).collect();
        edit_attributes(telemetry, level, |cx, edits| {
            if chosen(cx) {
                self.steps.iter().zip(&from_context).for_each(|(step, value)| step.apply(edits, value.as_ref()));
            }
        })
    }
}

// === impl Step ===

impl Step {
    /// The value this step takes from the request.
    fn read_context(&self, context: &Context) -> Option<EncodedValue> {
        match self {
            Self::Set { source: Source::Context(source), .. } => {
                source.read(context).map(|value| EncodedValue::new(&value))
            }
            _ => None,
        }
    }

    fn apply(&self, edits: &mut AttributeEdits<'_>, from_context: Option<&EncodedValue>) {
        match self {
            Self::Set { mode, key, source } => match source {
                Source::Value(value) => {
                    edits.set(*mode, key, value);
                }
                Source::Attribute(from) => {
                    edits.copy(*mode, from, key);
                }
                Source::Context(_) => {
                    if let Some(value) = from_context {
                        edits.set(*mode, key, value);
                    }
                }
            },
            Self::Delete(Keys { key, pattern: None }) => {
                edits.delete(key);
            }
            Self::Delete(keys) => {
                edits.retain(|key, _| !keys.meant(key));
            }
            Self::Hash(keys) => hash_all(keys, edits),
            Self::Extract { key, pattern } => extract(key, pattern, edits),
            Self::Convert { key, to } => {
                if let Some(converted) = edits.get(key).and_then(|value| convert(value, *to)) {
                    edits.update(key, &converted);
                }
            }
            Self::Rename { from, to } => {
                edits.rename(from, to);
            }
        }
    }
}

fn hash_all(keys: &Keys, edits: &mut AttributeEdits<'_>) {
    if keys.pattern.is_none() {
        if let Some(hashed) = edits.get(&keys.key).map(hash) {
            edits.update(&keys.key, &hashed);
        }
        return;
    }
    let meant = edits.iter().filter(|(key, _)| keys.meant(key));
    let mut hashed: Vec<_> = meant.map(|(key, value)| (key.to_owned(), hash(value))).collect();
    // Of several attributes with one key only the first is changed, so it must be hashed once.
    let mut seen = std::collections::HashSet::new();
    hashed.retain(|(key, _)| seen.insert(key.clone()));
    for (key, hashed) in &hashed {
        edits.update(key, hashed);
    }
}

fn extract(key: &str, pattern: &Regex, edits: &mut AttributeEdits<'_>) {
    let Some(text) = edits.get(key).and_then(|value| value.as_str()) else { return };
    let Some(captures) = pattern.captures(text) else { return };
    let groups = pattern.capture_names().enumerate().skip(1);
    let found: Vec<_> = groups
        .filter_map(|(index, name)| {
            Some((name?, captures.get(index).map_or_else(String::new, |found| found.as_str().to_owned())))
        })
        .collect();
    for (name, value) in &found {
        edits.upsert(name, value);
    }
}
