//! One batch and its attempts: timeout, retry with backoff, and when to give up.

use std::sync::atomic::Ordering;

use super::super::clock::now;
use super::super::panic::caught_async;
use super::super::retry::Backoff;
use super::super::stop::Stop;
use super::ExporterNode;
use crate::component::{ExportError, Exported};
use crate::outcome::{Outcome, Refusal, RefusalKind};
use crate::{Batch, BatchId};

// === impl ExporterNode ===

impl ExporterNode {
    /// Tries until the batch is delivered, rejected for good or given back to its sender. What is on disk and nobody
    /// else has (`is_ours`) is tried until it is one of the first two, or the engine stops.
    pub(super) async fn deliver(&self, id: BatchId, batch: &Batch, is_ours: bool, stop: &mut Stop) -> Outcome {
        let seed = std::ptr::from_ref(batch).addr() as u64 ^ batch.bytes() as u64;
        let mut backoff = Backoff::new(&self.delivery.retry, seed);
        let started = now();
        loop {
            let attempted = caught_async(self.attempt(id, batch)).await;
            let panicked = attempted.is_err();
            let (after, reason) = match attempted.unwrap_or_else(|panic| Err(ExportError::retry(panic))) {
                Ok(exported) => {
                    self.stats.attempts.succeeded();
                    return delivered(&self.name, exported);
                }
                Err(ExportError::Reject { reason }) => {
                    tracing::error!(node = %self.name, items = batch.items(), %reason, "rejected for good");
                    self.stats.attempts.failed(&reason);
                    return Outcome::permanent(reason);
                }
                Err(ExportError::Retry { after, reason }) => (after, reason),
            };
            self.stats.attempts.failed(&reason);
            let wait = if stop.is_requested() {
                None
            } else if !is_ours {
                // Trying the same data on the same code again at once would panic again.
                if panicked { None } else { backoff.next(started.elapsed(), after) }
            } else {
                Some(backoff.again(after))
            };
            let Some(wait) = wait else {
                let (node, items) = (&self.name, batch.items());
                if is_ours {
                    tracing::warn!(%node, items, %reason, "kept on disk");
                } else if batch.is_told() {
                    tracing::error!(%node, items, %reason, "dropped, and its sender was told that all is well");
                } else {
                    tracing::warn!(%node, items, %reason, "given back to the sender");
                }
                let reason = if panicked { format!("{} failed: {reason}", self.name) } else { reason };
                return Refusal { kind: RefusalKind::Unavailable, reason: reason.into(), after }.into();
            };
            self.stats.retries.fetch_add(1, Ordering::Relaxed);
            tracing::info!(node = %self.name, items = batch.items(), %reason, ?wait, "will be tried again");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.requested() => {}
            }
        }
    }

    async fn attempt(&self, id: BatchId, batch: &Batch) -> Result<Exported, ExportError> {
        let export = self.exporter.export(id, batch.telemetry(), batch.context());
        match self.delivery.timeout {
            Some(timeout) => tokio::time::timeout(timeout, export)
                .await
                .unwrap_or_else(|_| Err(ExportError::retry(format!("no answer within {timeout:?}")))),
            None => export.await,
        }
    }
}

fn delivered(name: &str, exported: Exported) -> Outcome {
    let Exported { rejected, message } = exported;
    if let Some(message) = &message {
        tracing::warn!(node = name, rejected, %message, "partial success response");
    }
    match rejected {
        0 => Outcome::Delivered,
        rejected => Outcome::Partial { rejected, reason: message.unwrap_or_default().into() },
    }
}
