//! The `resource` processor: changes resource attributes.
//!
//! ```yaml
//! processors:
//!   resource:
//!     attributes:
//!       - { key: deployment.environment.name, value: production, action: upsert }
//!       - { key: host.name, from_attribute: k8s.node.name, action: insert }
//!       - { key: process.command_args, action: delete }
//! ```

#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::component::{About, BuildContext, Failure, Problems, Processor, ProcessorFactory, Stability};
use pipelines::otlp::edit::Level;
use pipelines::runtime::Output;
use pipelines::{Batch, Signal};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::actions::{self, Action, Actions};

/// Makes `resource` processors.
#[derive(Debug)]
pub struct Resource;

/// Changes to resource attributes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The changes, in order. Required.
    pub attributes: Vec<Action>,
}

struct Editor(Actions);

// === impl Config ===

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        actions::validate(&self.attributes, "attributes", problems);
    }
}

// === impl Resource ===

impl ProcessorFactory for Resource {
    const ABOUT: About = About {
        name: "resource",
        aliases: &[],
        signals: &[Signal::Traces, Signal::Metrics, Signal::Logs],
        stability: Stability::Beta,
        summary: "changes resource attributes",
        example: "attributes:\n  - { key: deployment.environment.name, value: production, action: upsert }\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Editor(Actions::new(&config.attributes)?)))
    }
}

// === impl Editor ===

impl Processor for Editor {
    fn process(&self, batch: Batch, out: &Output) {
        let edited = self.0.apply(batch.telemetry(), Level::Resource, batch.context());
        out.send(batch.with(edited));
    }
}
