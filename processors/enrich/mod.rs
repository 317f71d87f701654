//! The `enrich` processor: adds facts about this host, and tags, to every resource. `resource_detection` is the same
//! under the Collector's name, and detects from the environment unless told otherwise.
//!
//! Facts are looked up once, before any data comes.
//!
//! ```yaml
//! processors:
//!   enrich:
//!     tags: { deployment.environment.name: production }
//!     detectors: [env, system]
//!     override: false
//! ```

mod config;
mod detect;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use pipelines::component::{
    About, BoxFuture, BuildContext, Check, CheckContext, Depth, Failure, Finding, Processor, ProcessorFactory,
    Stability,
};
use pipelines::otlp::edit::{EncodedAttribute, Level, insert_attributes, upsert_attributes};
use pipelines::runtime::Output;
use pipelines::{Batch, Signal};

use self::config::Detector;
pub use self::config::{Config, DetectorConfig, InstanceConfig, SystemConfig, Toggle};
use self::detect::Facts;
use crate::actions::literal;

/// Makes `enrich` processors.
#[derive(Debug)]
pub struct Enrich;

/// Makes `resource_detection` processors.
#[derive(Debug)]
pub struct ResourceDetection;

struct Enricher {
    config: Arc<Config>,
    detectors: Vec<Detector>,
    attributes: OnceLock<Vec<EncodedAttribute>>,
    is_rehearsal: bool,
}

const SIGNALS: &[Signal] = &[Signal::Traces, Signal::Metrics, Signal::Logs];

// === impl Enrich ===

impl ProcessorFactory for Enrich {
    const ABOUT: About = About {
        name: "enrich",
        aliases: &[],
        signals: SIGNALS,
        stability: Stability::Beta,
        summary: "adds facts about this host, and tags, to every resource",
        example: "tags:\n  deployment.environment.name: production\ndetectors: [env, system]\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Enricher { is_rehearsal: cx.is_rehearsal, ..Enricher::new(config, &[]) }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        check(Enricher::new(&config, &[]), cx)
    }
}

// === impl ResourceDetection ===

impl ProcessorFactory for ResourceDetection {
    const ABOUT: About = About {
        name: "resource_detection",
        aliases: &["resourcedetection"],
        summary: "adds facts about this host to every resource; `enrich` under the Collector's name",
        example: "detectors: [env, system]\n",
        ..Enrich::ABOUT
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Enricher { is_rehearsal: cx.is_rehearsal, ..Enricher::new(config, &[Detector::Env]) }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        check(Enricher::new(&config, &[Detector::Env]), cx)
    }
}

// === impl Enricher ===

impl Enricher {
    fn new(config: &Arc<Config>, default: &[Detector]) -> Self {
        let detectors = config.detectors().unwrap_or_else(|| default.to_vec());
        Self { config: config.clone(), detectors, attributes: OnceLock::new(), is_rehearsal: false }
    }

    /// What every resource gets: the tags, then what the detectors found, the first one of each key.
    fn attributes(&self, found: Facts) -> Vec<EncodedAttribute> {
        let tags = self.config.tags.iter().map(|(key, value)| (key.clone(), literal(value)));
        let mut attributes: Vec<EncodedAttribute> = Vec::new();
        for (key, value) in tags.chain(found) {
            if attributes.iter().all(|attribute| attribute.key() != key) {
                attributes.push(EncodedAttribute::new(key, &value));
            }
        }
        attributes
    }

    async fn detect(&self, detectors: &[Detector]) -> (Facts, Vec<String>) {
        let (mut facts, mut troubles) = (Facts::new(), Vec::new());
        for detector in detectors {
            match detect::detect(*detector, &self.config).await {
                Ok(found) => facts.extend(found),
                Err(trouble) => troubles.push(format!("detector {} found nothing: {trouble}", detector.name())),
            }
        }
        (facts, troubles)
    }
}

impl Processor for Enricher {
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            // Without it the data of this host could be taken for another's.
            if self.detectors.contains(&Detector::Instance) && !self.is_rehearsal {
                detect::instance::prepare(&self.config).map_err(Failure)?;
            }
            let (facts, troubles) = self.detect(&self.detectors).await;
            if self.config.fail_on_missing_metadata && !troubles.is_empty() {
                return Err(Failure(troubles.join("; ")));
            }
            troubles.iter().for_each(|trouble| tracing::warn!("{trouble}"));
            let _ = self.attributes.set(self.attributes(facts));
            Ok(())
        })
    }

    fn process(&self, batch: Batch, out: &Output) {
        let attributes = self.attributes.get_or_init(|| {
            // Not started, as in a dry run: only what needs no waiting.
            let root = Path::new("/");
            let found = self.detectors.iter().filter_map(|detector| detect::local(*detector, &self.config, root).ok());
            self.attributes(found.flatten().collect())
        });
        if attributes.is_empty() {
            return out.send(batch);
        }
        let edited = if self.config.overrides {
            upsert_attributes(batch.telemetry(), Level::Resource, attributes)
        } else {
            insert_attributes(batch.telemetry(), Level::Resource, attributes)
        };
        out.send(batch.with(edited));
    }
}

fn check(enricher: Enricher, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
    Box::pin(async move {
        let reachable = |detector: &&Detector| **detector != Detector::Docker || cx.depth >= Depth::Connect;
        let detectors: Vec<_> = enricher.detectors.iter().filter(reachable).copied().collect();
        let (facts, troubles) = enricher.detect(&detectors).await;
        let keys: Vec<_> = facts.iter().map(|(key, _)| key.as_str()).collect();
        let detected = (!keys.is_empty()).then(|| Finding::new(Check::Passed, format!("detected {}", keys.join(", "))));
        detected.into_iter().chain(troubles.into_iter().map(|trouble| Finding::new(Check::Warned, trouble))).collect()
    })
}
