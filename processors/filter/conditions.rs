//! Conditions as users write them, and how they become rules.

use std::fmt;
use std::sync::atomic::AtomicBool;

use pipelines::Signal;
use pipelines::component::Problems;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::rules::{Rule, Test};
use crate::ottl::{Code, Condition, Context};

/// One condition, or a group of them.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Conditions {
    /// A condition whose paths begin with their context.
    One(String),
    /// Conditions of one context.
    Group(ConditionGroup),
}

/// Conditions of one context, any one of which suffices.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConditionGroup {
    /// `resource`, `scope`, `span`, `spanevent`, `metric`, `datapoint` or `log`; paths may then stand without prefix.
    /// Default: told from the prefixes.
    pub context: Option<String>,
    /// The conditions.
    pub conditions: Vec<String>,
    /// What happens when one of them has no answer. Default: the processor's `error_mode`.
    pub error_mode: Option<ErrorMode>,
}

/// What happens when a condition has no answer for a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErrorMode {
    /// The condition counts as not fulfilled; a warning is logged the first time, later a line for debugging.
    #[default]
    Ignore,
    /// The condition counts as not fulfilled.
    Silent,
    /// The whole batch is refused for good.
    Propagate,
}

/// The rules of `log_conditions` and its like.
pub(super) fn inferred(
    all: &[Conditions],
    key: &str,
    signal: Signal,
    error_mode: ErrorMode,
    problems: &mut Problems,
) -> Vec<Rule> {
    let contexts = Context::of(signal);
    let mut rules = Vec::new();
    let groups = all.iter().filter(|conditions| matches!(conditions, Conditions::Group(_))).count();
    if groups > 0 && groups < all.len() {
        let message = "conditions and groups of conditions stand in one list, expected one or the other";
        problems.error(key, message).help("write the single conditions as a group too: `- conditions: [...]`");
    }
    for (index, conditions) in all.iter().enumerate() {
        let path = format!("{key}.{index}");
        match conditions {
            Conditions::One(source) => rules.extend(rule(source, None, contexts, error_mode, &path, problems)),
            Conditions::Group(group) => {
                let context = group.context.as_deref().map(|name| (name, Context::named(name)));
                let context = match context {
                    None => None,
                    Some((_, Some(context))) if contexts.contains(&context) => Some(context),
                    Some((name, _)) => {
                        let names: Vec<&str> = contexts.iter().map(|context| context.name()).collect();
                        let message = format!("`{name}` is not a context here, expected one of {}", names.join(", "));
                        problems.error(format!("{path}.context"), message).code(Code::Context.name());
                        continue;
                    }
                };
                let error_mode = group.error_mode.unwrap_or(error_mode);
                for (index, source) in group.conditions.iter().enumerate() {
                    let path = format!("{path}.conditions.{index}");
                    rules.extend(rule(source, context, contexts, error_mode, &path, problems));
                }
            }
        }
    }
    rules
}

/// The rules of a list of conditions of a known context, such as `traces.span`.
pub(super) fn listed(
    all: Option<&Vec<String>>,
    key: &str,
    context: Context,
    error_mode: ErrorMode,
    problems: &mut Problems,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (index, source) in all.into_iter().flatten().enumerate() {
        rules.extend(rule(source, Some(context), &[], error_mode, &format!("{key}.{index}"), problems));
    }
    rules
}

fn rule(
    source: &str,
    context: Option<Context>,
    contexts: &[Context],
    error_mode: ErrorMode,
    path: &str,
    problems: &mut Problems,
) -> Option<Rule> {
    let compiled = match context {
        Some(context) => Condition::compile(source, context),
        None => Condition::infer(source, contexts),
    };
    match compiled {
        Ok(condition) => Some(Rule {
            context: condition.context(),
            test: Test::Condition(condition),
            error_mode,
            told: AtomicBool::new(false),
        }),
        Err(errors) => {
            errors.iter().for_each(|error| error.report(source, path, problems));
            None
        }
    }
}

// === impl Conditions ===

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrGroup;

        impl<'de> Visitor<'de> for OneOrGroup {
            type Value = Conditions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a condition or a map with `context` and `conditions`")
            }

            fn visit_str<E: Error>(self, source: &str) -> Result<Conditions, E> {
                Ok(Conditions::One(source.to_owned()))
            }

            fn visit_bool<E: Error>(self, constant: bool) -> Result<Conditions, E> {
                Ok(Conditions::One(constant.to_string()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Conditions, A::Error> {
                ConditionGroup::deserialize(MapAccessDeserializer::new(map)).map(Conditions::Group)
            }
        }

        deserializer.deserialize_any(OneOrGroup)
    }
}
