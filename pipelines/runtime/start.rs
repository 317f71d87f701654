//! Bringing up what was built, from the sinks to the sources. What runs already is left alone.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::build::Built;
use super::error::StartError;
use super::panic::caught_async;
use super::part::{Body, Node, Part, exporters};
use super::present::Present;
use super::ready::{Readiness, Ready};
use super::status::Status;
use crate::component::{ComponentId, ExtensionHost, Failure, Outputs, Receiver, ReceiverHost};

/// What parts are brought up with.
pub(super) struct Starter<'a> {
    pub(super) status: &'a Status,
    pub(super) failing: &'a mpsc::Sender<(ComponentId, Failure)>,
    pub(super) present: &'a Present,
}

// === impl Starter ===

impl Starter<'_> {
    /// Starts extensions, exporters, queues, processors and receivers, in this order.
    pub(super) async fn bring_up(&self, built: &mut Built) -> Result<(), StartError> {
        for (attached, extension) in built.attaching.drain(..) {
            let (ready, readiness) = Ready::pair();
            let part = &attached.part;
            let host = ExtensionHost {
                id: part.id.clone(),
                status: self.status.clone(),
                stop: part.stage.stopper.listen(),
                ready,
                tasks: part.stage.tasks.clone(),
                sockets: part.sockets.clone(),
            };
            self.run(part, extension.run(host), readiness).await?;
        }
        let new = |at: &usize| !self.present.nodes.contains_key(at);
        let new: Vec<Arc<Node>> = (0..built.nodes.len()).filter(new).map(|at| built.nodes[at].clone()).collect();
        let running: Vec<_> = self.present.exporters.values().collect();
        for (id, exporter) in exporters(&new) {
            if !running.iter().any(|there| Arc::ptr_eq(there, &exporter)) {
                exporter.start().await.map_err(|failure| StartError::Start { id, failure })?;
            }
        }
        let waits = |node: &Arc<Node>| built.waiting.iter().any(|waiting| Arc::ptr_eq(waiting, node));
        for node in new.iter().filter(|node| !waits(node)) {
            start(node).await?;
        }
        for (at, receiver) in built.receivers.drain(..) {
            let node = &built.nodes[at];
            if let Body::Receiver(outputs) = &node.body {
                self.receive(&node.part, receiver, outputs).await?;
            }
        }
        Ok(())
    }

    async fn receive(&self, part: &Part, receiver: Box<dyn Receiver>, outputs: &Outputs) -> Result<(), StartError> {
        let (ready, readiness) = Ready::pair();
        let host = ReceiverHost {
            id: part.id.clone(),
            outputs: outputs.clone(),
            stop: part.stage.stopper.listen(),
            ready,
            tasks: part.stage.tasks.clone(),
            budget: self.present.budget.shared(),
            sockets: part.sockets.clone(),
        };
        self.run(part, receiver.run(host), readiness).await
    }

    /// Spawns a component and waits until it is ready or has failed.
    async fn run(
        &self,
        part: &Part,
        run: impl Future<Output = Result<(), Failure>> + Send + 'static,
        readiness: Readiness,
    ) -> Result<(), StartError> {
        let (failing, id) = (self.failing.clone(), part.id.clone());
        let (ending, mut ended) = oneshot::channel();
        let stop = part.stage.stopper.listen();
        part.stage.tasks.spawn(async move {
            // Whoever starts the component hears of an early end; afterwards it goes to whoever watches the engine.
            let mut ended = caught_async(run).await.unwrap_or_else(|panic| Err(panic.into()));
            if ended.is_ok() && !stop.is_requested() {
                ended = Err("it ended without being asked to".into());
            }
            if let Err(Err(failure)) = ending.send(ended) {
                if stop.is_requested() {
                    return tracing::error!(%id, %failure, "did not end cleanly");
                }
                // Full means that a failure is already waiting, and one is enough to stop.
                let _ = failing.try_send((id, failure));
            }
        });
        let failed = |failure| StartError::Start { id: part.id.clone(), failure };
        if let Some(places) = readiness.places().await {
            // From here on a failure goes to whoever watches the engine, unless it came right after the component was
            // ready.
            ended.close();
            return match ended.try_recv() {
                Ok(Err(failure)) => Err(failed(failure)),
                _ => {
                    let _ = part.places.set(places);
                    Ok(())
                }
            };
        }
        match ended.await {
            Ok(Err(failure)) => Err(failed(failure)),
            _ => Err(failed("it ended before it was ready".into())),
        }
    }
}

/// Starts a processor or a queue.
pub(super) async fn start(node: &Node) -> Result<(), StartError> {
    let stage = &node.part.stage;
    let failed = |failure| StartError::Start { id: node.part.id.clone(), failure };
    match &node.body {
        Body::Exporter(queue, _) => {
            queue.start().await.map_err(failed)?;
            for _ in 0..queue.workers() {
                stage.tasks.spawn(queue.clone().work(stage.stopper.listen()));
            }
        }
        Body::Processor(processor, wake) => {
            processor.start().await.map_err(failed)?;
            stage.tasks.spawn(processor.clone().tick(wake.waking(), stage.stopper.listen()));
        }
        Body::Receiver(_) | Body::Instead(_) => {}
    }
    Ok(())
}
