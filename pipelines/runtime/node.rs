//! A processor in its place.

use std::sync::Arc;

use super::clock::now;
use super::output::{Accept, Output};
use super::panic::caught;
use super::stop::Stop;
use super::wake::Waking;
use crate::Batch;
use crate::component::{Failure, Processor};

/// A processor and where it sends.
pub struct ProcessorNode {
    name: String,
    processor: Box<dyn Processor>,
    out: Output,
}

// === impl ProcessorNode ===

impl ProcessorNode {
    /// Puts a processor in its place; `name` is for messages.
    #[must_use]
    pub fn new(name: String, processor: Box<dyn Processor>, out: Output) -> Self {
        Self { name, processor, out }
    }

    /// Lets the processor look up what it needs.
    ///
    /// # Errors
    /// Whatever keeps the processor from working.
    pub async fn start(&self) -> Result<(), Failure> {
        self.processor.start().await
    }

    /// Sends on everything the processor holds back.
    pub fn flush(&self) {
        self.guard("flush", || self.processor.flush(&self.out));
    }

    /// How many items the processor holds back.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.processor.held()
    }

    /// Ticks the processor whenever it asked for it, until the stop is requested.
    pub async fn tick(self: Arc<Self>, waking: Waking, mut stop: Stop) {
        loop {
            tokio::select! {
                () = waking.due() => {
                    self.guard("tick", || self.processor.tick(now(), &self.out));
                }
                () = stop.requested() => return,
            }
        }
    }

    /// Runs the processor's code. Batches it had in hand when it panics are refused by being dropped; everybody else's
    /// go on. Returns whether all went well.
    fn guard(&self, step: &'static str, call: impl FnOnce()) -> bool {
        let ended = caught(call);
        if let Err(reason) = &ended {
            tracing::error!(node = %self.name, step, %reason, "what it had in hand was refused and can be sent again");
        }
        ended.is_ok()
    }
}

impl Accept for ProcessorNode {
    fn accept(&self, batch: Batch) {
        let (items, bytes) = (batch.items(), batch.bytes());
        self.out.received(&batch);
        if !self.guard("process", || self.processor.process(batch, &self.out)) {
            self.out.refused(items, bytes);
        }
    }
}
