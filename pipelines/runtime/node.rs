//! A processor in its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::clock::now;
use super::gauges::Gauges;
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
    calls: Calls,
}

/// Calls into a processor: when none is under way, all that is missing from the ledger was lost to a panic.
#[derive(Default)]
struct Calls {
    begun: AtomicU64,
    ended: AtomicU64,
    panicked: AtomicBool,
}

// === impl ProcessorNode ===

impl ProcessorNode {
    /// Puts a processor in its place; `name` is for messages.
    #[must_use]
    pub fn new(name: String, processor: Box<dyn Processor>, out: Output) -> Self {
        out.announce(processor.drops());
        Self { name, processor, out, calls: Calls::default() }
    }

    pub(super) fn output(&self) -> &Output {
        &self.out
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
    /// go on.
    fn guard(&self, step: &'static str, call: impl FnOnce()) {
        self.calls.begun.fetch_add(1, Ordering::SeqCst);
        if let Err(reason) = caught(call) {
            tracing::error!(node = %self.name, step, %reason, "what it had in hand was refused and can be sent again");
            self.calls.panicked.store(true, Ordering::SeqCst);
        }
        self.calls.ended.fetch_add(1, Ordering::SeqCst);
        if self.calls.panicked.load(Ordering::SeqCst) {
            self.settle();
        }
    }

    /// Counts what a panic cost. A part of what was in hand may have been sent on before, and others may be at work, so
    /// whoever leaves last counts what is missing; somebody who comes in meanwhile leaves after it, and counts then.
    fn settle(&self) {
        let Calls { begun, ended, panicked } = &self.calls;
        let begins = begun.load(Ordering::SeqCst);
        if ended.load(Ordering::SeqCst) != begins {
            return;
        }
        let missing = self.out.missing(self.held());
        if begun.load(Ordering::SeqCst) == begins && panicked.swap(false, Ordering::SeqCst) {
            self.out.refused(usize::try_from(missing).unwrap_or(0), 0);
        }
    }
}

impl Gauges for ProcessorNode {
    fn held(&self) -> u64 {
        self.processor.held()
    }
}

impl Accept for ProcessorNode {
    fn accept(&self, batch: Batch) {
        self.guard("process", || {
            self.out.received(&batch);
            self.processor.process(batch, &self.out);
        });
    }
}
