//! [`Engine`]: starts a [`Plan`] and stops it again without losing what it took in.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Budget;
use super::clock::now;
use super::node::ProcessorNode;
use super::queue::ExporterNode;
use super::start;
use super::status::{Health, Status};
use super::stop::Stopper;
use super::tasks::Tasks;
use crate::Plan;
use crate::component::{ComponentId, Exporter, Failure};

/// How often what processors hold back is sent on while the engine stops.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);

/// Share of the time to stop in which clients may finish their requests; the rest is for what was acknowledged already.
const INTAKE_SHARE: f64 = 0.6;

/// Starts plans.
#[derive(Debug)]
pub struct Engine;

/// A plan that runs. Dropping it without [`Running::stop`] aborts it.
pub struct Running {
    pub(super) status: Status,
    pub(super) health: watch::Sender<Health>,
    pub(super) places: Vec<(ComponentId, Vec<String>)>,
    pub(super) failures: mpsc::Receiver<(ComponentId, Failure)>,
    pub(super) budget: Budget,
    pub(super) intake: Stage,
    pub(super) transit: Stage,
    pub(super) delivery: Stage,
    pub(super) services: Stage,
    pub(super) processors: Vec<Arc<ProcessorNode>>,
    pub(super) queues: Vec<Arc<ExporterNode>>,
    pub(super) exporters: Vec<(ComponentId, Arc<dyn Exporter>)>,
}

/// Tasks that stop together.
pub(super) struct Stage {
    pub(super) stopper: Stopper,
    pub(super) tasks: Tasks,
}

/// Why a plan did not start. What had started was stopped again.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A component could not be made.
    #[error("{id} cannot be built: {failure}")]
    Build {
        /// The component.
        id: ComponentId,
        /// Why.
        failure: Failure,
    },
    /// A component could not be started.
    #[error("{id} cannot start: {failure}")]
    Start {
        /// The component.
        id: ComponentId,
        /// Why.
        failure: Failure,
    },
}

// === impl Engine ===

impl Engine {
    /// Builds every node of the plan and starts extensions, exporters, processors and receivers, in this order.
    ///
    /// # Errors
    /// The first component that cannot be built or started.
    pub async fn start(plan: &Plan) -> Result<Running, StartError> {
        start::start(plan).await
    }
}

// === impl Running ===

impl Running {
    /// What the engine is doing.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Where receivers and extensions listen.
    #[must_use]
    pub fn places(&self) -> &[(ComponentId, Vec<String>)] {
        &self.places
    }

    /// The engine's bytes in flight.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Waits until a component fails; never ends while all is well.
    pub async fn failed(&mut self) -> (ComponentId, Failure) {
        match self.failures.recv().await {
            Some(failure) => {
                self.health.send_replace(Health::Failed(format!("{}: {}", failure.0, failure.1)));
                failure
            }
            None => std::future::pending().await,
        }
    }

    /// Takes in nothing new, delivers what is held, answers whoever waits, and ends, within `deadline`.
    ///
    /// Returns how many tasks had to be cut off; what those held was refused, so that its senders can send it again.
    pub async fn stop(self, deadline: Duration) -> usize {
        let until = now() + deadline;
        let left = || until.saturating_duration_since(now());
        self.health.send_replace(Health::Stopping);
        self.intake.stopper.stop();
        self.delivery.stopper.stop();
        let mut cut = tokio::select! {
            cut = self.intake.tasks.finish(deadline.mul_f64(INTAKE_SHARE)) => cut,
            () = self.keep_flushing() => 0,
        };
        self.transit.stopper.stop();
        cut += self.transit.tasks.finish(left()).await;
        self.flush();
        self.queues.iter().for_each(|queue| queue.close());
        cut += self.delivery.tasks.finish(left()).await;
        for queue in &self.queues {
            if tokio::time::timeout(left().max(FLUSH_INTERVAL), queue.ended()).await.is_err() {
                tracing::error!(node = queue.name(), "the queue on disk did not close in time");
            }
        }
        for (id, exporter) in &self.exporters {
            match tokio::time::timeout(left().max(FLUSH_INTERVAL), exporter.shutdown()).await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => tracing::error!(%id, %failure, "did not close cleanly"),
                Err(_) => tracing::error!(%id, "did not close in time"),
            }
        }
        self.services.stopper.stop();
        cut + self.services.tasks.finish(left().max(FLUSH_INTERVAL)).await
    }

    /// Requests in flight wait for what processors hold back, so it is sent on while receivers finish.
    async fn keep_flushing(&self) {
        loop {
            self.flush();
            tokio::time::sleep(FLUSH_INTERVAL).await;
        }
    }

    fn flush(&self) {
        self.processors.iter().for_each(|processor| processor.flush());
    }
}

// === impl Stage ===

impl Stage {
    pub(super) fn new() -> Self {
        Self { stopper: Stopper::new().0, tasks: Tasks::default() }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Tasks share the set they are in, so it would outlive its owner.
        self.tasks.abort();
    }
}
