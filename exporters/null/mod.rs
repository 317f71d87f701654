//! `null` (`nop`): takes everything and sends nothing, to measure and to try a pipeline without a destination.
//!
//! ```yaml
//! exporters:
//!   null:
//! ```

use std::sync::Arc;

use pipelines::component::{
    About, BoxFuture, BuildContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure, Stability,
};
use pipelines::runtime::Delivery;
use pipelines::{BatchId, Context, Signal, Telemetry};
use schemars::JsonSchema;
use serde::Deserialize;

/// The factory of the `null` exporter.
#[derive(Debug)]
pub struct Null;

/// The factory of the same exporter under the Collector's name, which is as good.
#[derive(Debug)]
pub struct Nop;

/// Takes no settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {}

#[derive(Debug)]
struct Nowhere;

// === impl Null ===

impl pipelines::component::Config for Config {}

impl ExporterFactory for Null {
    const ABOUT: About = About {
        name: "null",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Stable,
        summary: "takes everything and sends nothing",
        example: "",
    };

    type Config = Config;

    fn build(_config: &Arc<Config>, _cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Ok(Arc::new(Nowhere))
    }
}

// === impl Nop ===

impl ExporterFactory for Nop {
    const ABOUT: About = About { name: "nop", ..Null::ABOUT };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Null::build(config, cx)
    }
}

// === impl Nowhere ===

impl Exporter for Nowhere {
    fn export<'a>(
        &'a self,
        _: BatchId,
        _: &'a Telemetry,
        _: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(std::future::ready(Ok(Exported::default())))
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let body = telemetry.to_bytes();
        Ok(Encoded { format: "OTLP protobuf".into(), destination: "nowhere".into(), body })
    }

    fn delivery(&self) -> Delivery {
        Delivery::default()
    }
}
