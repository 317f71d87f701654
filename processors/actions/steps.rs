//! [`Actions`]: a list of actions made ready to run.

use pipelines::Context;
use pipelines::component::Failure;
use pipelines::otlp::edit::{AttributeEdit, ConstantEdits, EncodedAttribute, EncodedValue, Mode};
use regex::Regex;

use super::config::last_line;
use super::{Action, Convert, Verb, literal};

/// A list of actions made ready to run.
#[derive(Debug)]
pub(crate) struct Actions {
    pub(super) steps: Vec<Step>,
    /// The same in one look at the keys of each message, where every step is constant.
    pub(super) constant: Option<ConstantEdits>,
}

#[derive(Debug)]
pub(super) enum Step {
    Set { mode: Mode, key: String, source: Source },
    Delete(Keys),
    Hash(Keys),
    Extract { key: String, pattern: Regex },
    Convert { key: String, to: Convert },
    Rename { from: String, to: String },
}

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Source {
    Value(EncodedValue),
    Attribute(String),
    /// The same for all records of a batch.
    Context(FromContext),
}

#[derive(Debug)]
pub(super) enum FromContext {
    ClientAddress,
    /// A header, in lower case.
    Metadata(String),
}

/// Which attributes are meant.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) key: String,
    pub(super) pattern: Option<Regex>,
}

// === impl Actions ===

impl Actions {
    /// Makes actions that passed validation ready to run.
    pub(crate) fn new(actions: &[Action]) -> Result<Self, Failure> {
        let steps = actions.iter().map(Step::new).collect::<Result<Vec<_>, _>>()?;
        let constant = constant(&steps);
        Ok(Self { steps, constant })
    }
}

/// The same changes as constant edits; `None` if one of them depends on more than keys.
fn constant(steps: &[Step]) -> Option<ConstantEdits> {
    let mut edits = Vec::with_capacity(steps.len());
    let mut steps = steps.iter().peekable();
    while let Some(step) = steps.next() {
        edits.push(match step {
            Step::Set { mode, key, source: Source::Value(value) } => {
                AttributeEdit::Set(*mode, EncodedAttribute::new(key.as_str(), value))
            }
            Step::Set { mode, key, source: Source::Attribute(from) } if key != from => {
                // A copy whose source is deleted right away: how a rename is written for the Collector.
                steps.next_if(|next| next.deletes(from))?;
                AttributeEdit::Move { mode: *mode, from: from.clone(), to: key.clone() }
            }
            Step::Rename { from, to } => AttributeEdit::Rename { from: from.clone(), to: to.clone() },
            Step::Delete(Keys { key, pattern: None }) => AttributeEdit::Delete(key.clone()),
            _ => return None,
        });
    }
    Some(ConstantEdits::new(edits))
}

// === impl Step ===

impl Step {
    fn new(action: &Action) -> Result<Self, Failure> {
        let key = action.key.clone();
        Ok(match action.action {
            Verb::Insert => Self::Set { mode: Mode::Insert, key, source: Source::new(action) },
            Verb::Update => Self::Set { mode: Mode::Update, key, source: Source::new(action) },
            Verb::Upsert => Self::Set { mode: Mode::Upsert, key, source: Source::new(action) },
            Verb::Delete => Self::Delete(Keys::new(action)?),
            Verb::Hash => Self::Hash(Keys::new(action)?),
            Verb::Extract => Self::Extract { key, pattern: regex(&action.pattern)? },
            Verb::Convert => {
                let to = action.converted_type.ok_or("convert needs `converted_type`: int, double or string")?;
                Self::Convert { key, to }
            }
            Verb::Rename => Self::Rename { from: key, to: action.new_key.clone() },
        })
    }

    /// Whether it removes the attribute with this key and nothing else.
    fn deletes(&self, own: &str) -> bool {
        matches!(self, Self::Delete(Keys { key, pattern: None }) if key == own)
    }
}

// === impl Source ===

impl Source {
    fn new(action: &Action) -> Self {
        match &action.value {
            Some(value) => Self::Value(literal(value)),
            None if !action.from_attribute.is_empty() => Self::Attribute(action.from_attribute.clone()),
            None => Self::Context(FromContext::new(&action.from_context)),
        }
    }
}

// === impl FromContext ===

impl FromContext {
    /// A name without a known prefix is a header too, as in old files of the Collector.
    fn new(name: &str) -> Self {
        match name {
            "client.address" => Self::ClientAddress,
            _ => Self::Metadata(name.strip_prefix("metadata.").unwrap_or(name).to_ascii_lowercase()),
        }
    }

    /// The value in this request, if it has one.
    pub(super) fn read(&self, context: &Context) -> Option<String> {
        match self {
            Self::ClientAddress => context.client().map(|client| client.ip().to_string()),
            Self::Metadata(key) => {
                let values: Vec<_> = context.metadata(key).collect();
                (!values.is_empty()).then(|| values.join(";"))
            }
        }
    }
}

// === impl Keys ===

impl Keys {
    fn new(action: &Action) -> Result<Self, Failure> {
        let pattern = if action.pattern.is_empty() { None } else { Some(regex(&action.pattern)?) };
        Ok(Self { key: action.key.clone(), pattern })
    }

    pub(super) fn meant(&self, key: &str) -> bool {
        (key == self.key && !key.is_empty()) || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(key))
    }
}

fn regex(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(pattern)
        .map_err(|error| Failure(format!("`{pattern}` is not a regular expression: {}", last_line(&error))))
}
