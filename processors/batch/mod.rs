//! The `batch` processor: joins small requests into larger ones and splits those that are too large.
//!
//! Requests are held back until there are enough items or bytes, or until the oldest has waited long enough. Joining
//! copies nothing. A sender is answered only after the batch that holds its data was delivered, so nothing that was
//! acknowledged is lost with the process.
//!
//! ```yaml
//! processors:
//!   batch:
//!     timeout: 200ms
//!     send_batch_size: 8192
//!     metadata_keys: [x-tenant]
//! ```

mod config;
mod groups;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use pipelines::Signal;
use pipelines::component::{About, BuildContext, Failure, Processor, ProcessorFactory, Stability};
use pipelines::runtime::{Instant, Output, Wake, now};

pub use self::config::Config;
use self::groups::Groups;

/// Makes `batch` processors.
#[derive(Debug)]
pub struct Batch;

struct Batching {
    groups: Mutex<Groups>,
    wake: Wake,
}

// === impl Batch ===

impl ProcessorFactory for Batch {
    const ABOUT: About = About {
        name: "batch",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "joins small requests into larger ones and splits those that are too large",
        example: "timeout: 200ms\nsend_batch_size: 8192\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Batching { groups: Mutex::new(Groups::new(config)), wake: cx.wake.clone() }))
    }
}

// === impl Batching ===

impl Batching {
    /// Changes the groups and sends what they give, outside the lock, since sending runs the rest of the pipeline.
    fn with_groups(&self, out: &Output, change: impl FnOnce(&mut Groups) -> Vec<pipelines::Batch>) {
        let (ready, due) = {
            let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            (change(&mut groups), groups.due())
        };
        if let Some(due) = due {
            self.wake.at(due);
        }
        ready.into_iter().for_each(|batch| out.send(batch));
    }
}

impl Processor for Batching {
    fn process(&self, batch: pipelines::Batch, out: &Output) {
        let mut refused = None;
        self.with_groups(out, |groups| {
            groups.push(batch, now()).unwrap_or_else(|one| {
                refused = Some(one);
                Vec::new()
            })
        });
        if let Some((batch, refusal)) = refused.map(|one| *one) {
            out.refuse(batch, refusal);
        }
    }

    fn tick(&self, now: Instant, out: &Output) {
        self.with_groups(out, |groups| groups.take_due(now));
    }

    fn flush(&self, out: &Output) {
        self.with_groups(out, Groups::take_all);
    }

    fn held(&self) -> u64 {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).items()
    }
}
