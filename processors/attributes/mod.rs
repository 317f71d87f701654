//! The `attributes` processor: changes attributes of spans, log records and data points.
//!
//! ```yaml
//! processors:
//!   attributes:
//!     include: { match_type: strict, services: [checkout] }
//!     actions:
//!       - { key: db.statement, action: delete }
//!       - { key: enduser.id, action: hash }
//!       - { key: exception.type, new_key: error.type, action: rename }
//! ```

#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::component::{About, BuildContext, Failure, Problems, Processor, ProcessorFactory, Stability};
use pipelines::otlp::edit::{ItemCx, Level};
use pipelines::runtime::Output;
use pipelines::{Batch, Signal};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::actions::{self, Action, Actions};
use crate::matching::{Match, Rule};

/// Makes `attributes` processors.
#[derive(Debug)]
pub struct Attributes;

/// Changes to the attributes of spans, log records and data points.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The changes, in order. Required.
    pub actions: Vec<Action>,
    /// Only what matches is changed. Default everything.
    pub include: Option<Match>,
    /// What matches is not changed, even if `include` matches it as well. Default nothing.
    pub exclude: Option<Match>,
}

struct Editor {
    actions: Actions,
    include: Option<Rule>,
    exclude: Option<Rule>,
}

// === impl Config ===

impl Config {
    fn rules(&self) -> impl Iterator<Item = (&'static str, &Match)> {
        [("include", &self.include), ("exclude", &self.exclude)]
            .into_iter()
            .filter_map(|(key, rule)| Some((key, rule.as_ref()?)))
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        actions::validate(&self.actions, "actions", problems);
        for (key, rule) in self.rules() {
            problems.nest(key, |problems| rule.validate(problems));
        }
    }
}

// === impl Attributes ===

impl ProcessorFactory for Attributes {
    const ABOUT: About = About {
        name: "attributes",
        aliases: &[],
        signals: &[Signal::Traces, Signal::Metrics, Signal::Logs],
        stability: Stability::Beta,
        summary: "changes attributes of spans, log records and data points",
        example: "actions:\n  - { key: exception.type, new_key: error.type, action: rename }\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        for (key, rule) in config.rules() {
            if let Some((signal, property)) = cx.signal.and_then(|signal| Some((signal, rule.foreign(signal)?))) {
                return Err(Failure(format!("{key}.{property} matches nothing in a pipeline of {signal}; remove it")));
            }
        }
        Ok(Box::new(Editor {
            actions: Actions::new(&config.actions)?,
            include: config.include.as_ref().map(Rule::new).transpose()?,
            exclude: config.exclude.as_ref().map(Rule::new).transpose()?,
        }))
    }
}

// === impl Editor ===

impl Editor {
    fn chooses(&self, cx: &ItemCx<'_>) -> bool {
        self.include.as_ref().is_none_or(|rule| rule.matches(cx))
            && !self.exclude.as_ref().is_some_and(|rule| rule.matches(cx))
    }
}

impl Processor for Editor {
    fn process(&self, batch: Batch, out: &Output) {
        let (telemetry, context) = (batch.telemetry(), batch.context());
        let edited = match (&self.include, &self.exclude) {
            (None, None) => self.actions.apply(telemetry, Level::Record, context),
            _ => self.actions.apply_where(telemetry, Level::Record, context, |cx| self.chooses(cx)),
        };
        out.send(batch.with(edited));
    }
}
