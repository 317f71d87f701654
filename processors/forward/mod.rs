//! The `forward` connector: joins pipelines of one signal, so that many feed one or one feeds many.
//!
//! ```yaml
//! connectors:
//!   forward:
//! service:
//!   pipelines:
//!     logs/in: { receivers: [otlp], exporters: [forward] }
//!     logs/out: { receivers: [forward], exporters: [otlp] }
//! ```

use std::sync::Arc;

use pipelines::component::{About, BuildContext, ConnectorFactory, Failure, Processor, Stability};
use pipelines::runtime::Output;
use pipelines::{Batch, Signal};
use schemars::JsonSchema;
use serde::Deserialize;

/// Makes `forward` connectors.
#[derive(Debug)]
pub struct Forward;

/// `forward` has nothing to set.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {}

struct Pass;

// === impl Forward ===

impl pipelines::component::Config for Config {}

impl ConnectorFactory for Forward {
    const ABOUT: About = About {
        name: "forward",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "passes telemetry from pipelines to other pipelines of the same signal",
        example: "",
    };
    type Config = Config;

    fn build(_: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Pass))
    }
}

// === impl Pass ===

impl Processor for Pass {
    fn process(&self, batch: Batch, out: &Output) {
        out.send(batch);
    }
}
