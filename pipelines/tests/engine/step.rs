//! A processor that tells which instance of it runs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use pipelines::component::*;
use pipelines::runtime::Output;
use pipelines::{Batch, Signal};
use schemars::JsonSchema;
use serde::Deserialize;

static INSTANCES: AtomicU64 = AtomicU64::new(1);
static PASSED: LazyLock<Mutex<HashMap<String, Vec<Pass>>>> = LazyLock::new(Mutex::default);

/// A batch that passed a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    /// Which instance of the step it was, over all that ever started.
    pub(crate) instance: u64,
    /// How that one was configured.
    pub(crate) setting: u64,
}

/// What passed a step, by id.
pub(crate) fn passed(step: &str) -> Vec<Pass> {
    PASSED.lock().unwrap().get(step).cloned().unwrap_or_default()
}

/// Lets batches pass, or holds them back until it is flushed.
pub(crate) struct Step(Arc<StepConfig>, String, AtomicU64, Mutex<Vec<Batch>>);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StepConfig {
    /// Tells configurations apart.
    setting: u64,
    /// Holds batches back until it is flushed.
    holds: bool,
    /// Why it cannot start.
    fails: Option<String>,
}

impl Config for StepConfig {}

impl ProcessorFactory for Step {
    const ABOUT: About = About {
        name: "step",
        aliases: &[],
        signals: &[Signal::Traces, Signal::Logs],
        stability: Stability::Alpha,
        summary: "for tests",
        example: "",
    };
    type Config = StepConfig;

    fn build(config: &Arc<StepConfig>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Self(config.clone(), cx.id.to_string(), AtomicU64::new(0), Mutex::default())))
    }
}

impl Processor for Step {
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            self.2.store(INSTANCES.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            self.0.fails.as_ref().map_or(Ok(()), |reason| Err(Failure(reason.clone())))
        })
    }

    fn process(&self, batch: Batch, out: &Output) {
        let pass = Pass { instance: self.2.load(Ordering::Relaxed), setting: self.0.setting };
        PASSED.lock().unwrap().entry(self.1.clone()).or_default().push(pass);
        if self.0.holds {
            self.3.lock().unwrap().push(batch);
        } else {
            out.send(batch);
        }
    }

    fn flush(&self, out: &Output) {
        let held = std::mem::take(&mut *self.3.lock().unwrap());
        held.into_iter().for_each(|batch| out.send(batch));
    }

    fn held(&self) -> u64 {
        self.3.lock().unwrap().iter().map(|batch| batch.items() as u64).sum()
    }
}
