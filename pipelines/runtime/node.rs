//! A processor in its place.

use std::sync::Arc;

use super::clock::now;
use super::output::{Accept, Output};
use super::stop::Stop;
use super::wake::Waking;
use crate::Batch;
use crate::component::{Failure, Processor};

/// A processor and where it sends.
pub struct ProcessorNode {
    processor: Box<dyn Processor>,
    out: Output,
}

// === impl ProcessorNode ===

impl ProcessorNode {
    /// Puts a processor in its place.
    #[must_use]
    pub fn new(processor: Box<dyn Processor>, out: Output) -> Self {
        Self { processor, out }
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
        self.processor.flush(&self.out);
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
                () = waking.due() => self.processor.tick(now(), &self.out),
                () = stop.requested() => return,
            }
        }
    }
}

impl Accept for ProcessorNode {
    fn accept(&self, batch: Batch) {
        self.out.received(&batch);
        self.processor.process(batch, &self.out);
    }
}
