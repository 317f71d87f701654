//! The contract of processors and connectors.

use std::sync::Arc;

use super::about::About;
use super::check::{CheckContext, Finding};
use super::config::Config;
use super::context::BuildContext;
use super::{BoxFuture, Failure};
use crate::Batch;
use crate::runtime::{Instant, Output};

/// A step that changes, drops, regroups or delays telemetry.
///
/// It runs inline on the task of whoever sends: it never blocks and never spawns. It must account for every item that
/// comes in: send it on, hold it, report it to [`Output::dropped`], or give its batch to [`Output::refuse`]. A batch that
/// is dropped is refused, so a panic harms only the batches in hand; its state has to survive one. One that holds
/// batches back asks [`BuildContext::wake`] for a tick.
pub trait Processor: Send + Sync {
    /// Looks up what it needs once before any batch comes, e.g. facts about the host. It may wait, within bounds.
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    /// Takes a batch and sends on what becomes of it, any number of batches, now or later.
    fn process(&self, batch: Batch, out: &Output);

    /// Called at or after the time asked for by `wake`; `now` is the engine's clock.
    fn tick(&self, now: Instant, out: &Output) {
        let _ = (now, out);
    }

    /// Sends on everything held back, at shutdown and at the end of a dry run.
    fn flush(&self, out: &Output) {
        let _ = out;
    }

    /// How many items it holds back now.
    fn held(&self) -> u64 {
        0
    }

    /// Every reason it gives to [`Output::dropped`], so that each is counted from zero on.
    fn drops(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What makes processors of one type. Every pipeline that names a processor gets an instance of its own.
pub trait ProcessorFactory: 'static {
    /// What the component says about itself.
    const ABOUT: About;
    /// What users write.
    type Config: Config;

    /// Makes a processor; no I/O, nothing spawned.
    ///
    /// # Errors
    /// Only for what [`Config::validate`] cannot see; the text reaches the user as it is.
    fn build(config: &Arc<Self::Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure>;

    /// Probes what it will need; leaves no trace.
    fn check(config: Arc<Self::Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        let _ = (config, cx);
        Box::pin(async { Vec::new() })
    }
}

/// What makes connectors of one type: the exporter of some pipelines and the receiver of others of the same signal.
pub trait ConnectorFactory: 'static {
    /// What the component says about itself.
    const ABOUT: About;
    /// What users write.
    type Config: Config;

    /// Makes the connector's processing step; no I/O, nothing spawned.
    ///
    /// # Errors
    /// Only for what [`Config::validate`] cannot see; the text reaches the user as it is.
    fn build(config: &Arc<Self::Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure>;
}
