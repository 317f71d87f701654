//! [`Engine`]: starts a [`Plan`] and stops it again without losing what it took in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::build::{Plain, build};
use super::clock::now;
use super::error::StartError;
use super::leaving::Leaving;
use super::output::Former;
use super::part::{Graph, Node, Stage};
use super::present::Present;
use super::start::Starter;
use super::status::{Health, Status};
use super::stop::Stop;
use super::{Budget, Memory};
use crate::Plan;
use crate::component::{ComponentId, Failure};
use crate::net::Sockets;
use crate::renewal::Renewals;
use crate::storage::orphans;

/// Failures that wait to be looked at; the first one stops the engine, so few are ever needed.
const FAILURES: usize = 16;
/// How long parts that were started in vain may take to stop again.
pub(super) const GIVE_UP: Duration = Duration::from_secs(5);

/// Starts plans.
#[derive(Debug)]
pub struct Engine;

/// A plan that runs. Dropping it without [`Running::stop`] aborts it.
pub struct Running {
    pub(super) status: Status,
    pub(super) health: watch::Sender<Health>,
    pub(super) failing: mpsc::Sender<(ComponentId, Failure)>,
    pub(super) failures: mpsc::Receiver<(ComponentId, Failure)>,
    pub(super) budget: Budget,
    pub(super) renewals: Renewals,
    pub(super) sockets: Sockets,
    /// What serves all parts.
    own: Stage,
    pub(super) graph: Graph,
    /// Where parts end that were replaced.
    pub(super) leaving: Stage,
    /// Those of them that have not ended yet.
    pub(super) lingering: Vec<Weak<Node>>,
    /// What may still be on its way to listeners that reloads have replaced.
    pub(super) former: Vec<Former>,
    /// For every reload of late, whether all that it replaced has sent on what it held.
    pub(super) emptied: Vec<Stop>,
}

// === impl Engine ===

impl Engine {
    /// Builds every node of the plan and starts extensions, exporters, processors and receivers, in this order.
    ///
    /// # Errors
    /// The first component that cannot be built or started.
    pub async fn start(plan: &Plan) -> Result<Running, StartError> {
        let present = Present::default();
        let mut built = build(plan, &Plain, &present)?;
        if let Some(memory) = Memory::of_this_process(Path::new("/")) {
            present.budget.fit(&memory);
        }
        let (health, watch) = watch::channel(Health::Starting);
        let (failing, failures) = mpsc::channel(FAILURES);
        let nodes = built.nodes.iter().map(|node| node.status.clone()).collect();
        let running = Running {
            status: Status::new(watch, nodes, present.renewals.clone()),
            health,
            failing,
            failures,
            budget: present.budget.clone(),
            renewals: present.renewals.clone(),
            sockets: present.sockets.clone(),
            own: Stage::new(),
            graph: Graph { plan: plan.clone(), nodes: built.nodes.clone(), extensions: built.extensions.clone() },
            leaving: Stage::new(),
            lingering: Vec::new(),
            former: Vec::new(),
            emptied: Vec::new(),
        };
        running.own.tasks.spawn(running.renewals.clone().watch(running.own.stopper.listen()));
        let starter = Starter { status: &running.status, failing: &running.failing, present: &present };
        match starter.bring_up(&mut built).await {
            Ok(()) => {
                running.tell_of_orphans().await;
                running.health.send_replace(Health::Running);
                Ok(running)
            }
            Err(error) => {
                running.stop(GIVE_UP).await;
                Err(error)
            }
        }
    }
}

// === impl Running ===

impl Running {
    /// What the engine is doing.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Where extensions and receivers listen.
    #[must_use]
    pub fn places(&self) -> Vec<(ComponentId, Vec<String>)> {
        let listening = |part: &super::part::Part| Some((part.id.clone(), part.places.get()?.clone()));
        self.graph.parts().filter_map(listening).collect()
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
    pub async fn stop(mut self, deadline: Duration) -> usize {
        let until = now() + deadline;
        self.health.send_replace(Health::Stopping);
        // What a reload replaced ends along with the rest, and no later.
        self.leaving.stopper.stop();
        let extensions = self.graph.extensions.iter().map(|(_, extension)| extension.clone()).collect();
        let all = Leaving {
            nodes: self.graph.nodes.clone(),
            exporters: self.graph.exporters(),
            earlier: self.earlier(),
            ..Leaving::default()
        };
        let (cut, late) =
            tokio::join!(all.end(deadline, self.leaving.stopper.listen()), self.leaving.tasks.finish(deadline));
        let detached = Leaving::detach(extensions, until).await;
        self.own.stopper.stop();
        cut + late + detached + self.own.tasks.finish(GIVE_UP).await
    }

    /// The reloads that may still send what they replaced held.
    pub(super) fn earlier(&mut self) -> Vec<Stop> {
        self.emptied.retain(|emptied| !emptied.is_requested());
        self.emptied.clone()
    }

    /// Says which queues on disk hold what no exporter will deliver.
    async fn tell_of_orphans(&self) {
        let storages = self.graph.extensions.iter().filter_map(|(_, extension)| extension.services.storage.as_ref());
        let bases: BTreeSet<PathBuf> = storages.map(|storage| storage.directory.clone()).collect();
        let looking = tokio::task::spawn_blocking(move || bases.iter().flat_map(|base| orphans(base)).collect());
        let found: Vec<(PathBuf, u64)> = looking.await.unwrap_or_default();
        for (queue, bytes) in found {
            let queue = queue.display();
            tracing::warn!(%queue, bytes, "no exporter delivers what is left here; declare the one it belongs to again, or delete it");
        }
    }
}
