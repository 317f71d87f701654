//! The `memory_limiter` processor: bounds the bytes that may be on their way through the engine at one time.
//!
//! The engine accounts every request before it reads its body and refuses what does not fit, with a status that tells
//! the client to try again. So nothing needs to be measured at intervals; this processor translates the Collector's
//! settings into that bound, which holds for the whole engine wherever the processor stands.
//!
//! ```yaml
//! processors:
//!   memory_limiter:
//!     check_interval: 1s
//!     limit_percentage: 80
//!     spike_limit_percentage: 25
//! ```

mod config;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use pipelines::component::{
    About, BoxFuture, BuildContext, Check, CheckContext, Failure, Finding, Processor, ProcessorFactory, Stability,
};
use pipelines::runtime::{Budget, Choice, Memory, Output};
use pipelines::{Batch, Signal};

pub use self::config::Config;
use self::config::Limit;

/// Makes `memory_limiter` processors.
#[derive(Debug)]
pub struct MemoryLimiter;

struct Limiter {
    limit: Limit,
    budget: Budget,
    /// Held while this processor is there, so that a reload can raise the bound, too.
    choice: OnceLock<Choice>,
}

// === impl MemoryLimiter ===

impl ProcessorFactory for MemoryLimiter {
    const ABOUT: About = About {
        name: "memory_limiter",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "bounds the bytes that are on their way through the engine",
        example: "check_interval: 1s\nlimit_percentage: 80\nspike_limit_percentage: 25\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Limiter { limit: config.limit(), budget: cx.budget.clone(), choice: OnceLock::new() }))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move {
            vec![match resolve(config.limit()) {
                Ok(bytes) => Finding::new(Check::Passed, format!("telemetry may take {} MiB at one time", bytes >> 20)),
                Err(failure) => Finding::new(Check::Failed, failure.0),
            }]
        })
    }
}

// === impl Limiter ===

impl Processor for Limiter {
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let bytes = resolve(self.limit)?;
            // It is started once.
            let _ = self.choice.set(self.budget.set(bytes));
            Ok(())
        })
    }

    fn process(&self, batch: Batch, out: &Output) {
        out.send(batch);
    }
}

fn resolve(limit: Limit) -> Result<u64, Failure> {
    match limit {
        Limit::Bytes(bytes) => Ok(bytes),
        Limit::Percent(percent) => {
            let memory = Memory::of_this_process(std::path::Path::new("/"));
            let total =
                memory.ok_or("neither a cgroup nor /proc/meminfo says how much memory there is; set limit_mib")?;
            Ok(total.bytes / 100 * u64::from(percent))
        }
    }
}
