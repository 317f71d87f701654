//! [`Leaving`]: parts that are to end, without losing what they took in. All of them when the engine stops; those that
//! are replaced or removed by a reload; those that were started for nothing when another one failed to start.

use std::sync::Arc;
use std::time::Duration;

use super::clock::{Instant, now};
use super::output::Former;
use super::part::{Attached, Node};
use super::start::start;
use super::stop::{Stop, Stopper};
use crate::component::{ComponentId, Exporter};

/// What a queue on disk gets for its last sync, however little time is left: without it nothing says what is done.
const LAST_SYNC: Duration = Duration::from_secs(2);

/// How often what processors hold back is sent on while receivers finish.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);

/// Share of the time in which clients may finish their requests; the rest is for what was acknowledged already.
const INTAKE_SHARE: f64 = 0.6;

/// Share of the time after which nothing is tried twice any more.
const RETRY_SHARE: f64 = 0.8;

/// How long a queue on disk may take to let go of its directory while another one waits for it. What it has in hand by
/// then is on its way twice.
const HANDOVER: Duration = Duration::from_secs(5);

/// Between two attempts to open a queue on disk in the place of another one.
const REOPEN: Duration = Duration::from_secs(1);

/// A queue on disk that starts when the one before has let go of the directory. Until then it refuses for now.
pub(super) struct Heir {
    pub(super) old: Arc<Node>,
    pub(super) new: Arc<Node>,
}

/// Parts that are to end.
#[derive(Default)]
pub(super) struct Leaving {
    /// Receivers first, each node before those it sends to.
    pub(super) nodes: Vec<Arc<Node>>,
    /// Exporters that no node needs afterwards.
    pub(super) exporters: Vec<(ComponentId, Arc<dyn Exporter>)>,
    /// Extensions that nobody needs afterwards; they are ended by [`Leaving::detach`].
    pub(super) extensions: Vec<Arc<Attached>>,
    /// Those that are sent nothing any more as soon as what is on its way has arrived.
    pub(super) superseded: Vec<Arc<Node>>,
    /// What waits for some of them to end.
    pub(super) heirs: Vec<Heir>,
    /// Whether queues on disk deliver what they hold, because nobody will open them again soon.
    pub(super) drains: bool,
    /// What may still be on its way.
    pub(super) former: Vec<Former>,
    /// Told for those that left earlier, which may still send to these, once they hold nothing back.
    pub(super) earlier: Vec<Stop>,
    /// To be told the same of these.
    pub(super) emptied: Option<Stopper>,
}

// === impl Leaving ===

impl Leaving {
    /// Whether those who take their place may share what they listen on.
    pub(super) fn offer_sockets(&self, on_offer: bool) {
        self.nodes.iter().for_each(|node| node.part.sockets.offer(on_offer));
        self.extensions.iter().for_each(|extension| extension.part.sockets.offer(on_offer));
    }

    /// Takes in nothing new, delivers what is held, answers whoever waits, and ends, within `deadline`. Once `hurry` is
    /// requested nothing is tried twice.
    ///
    /// Returns how many tasks had to be cut off; what those held was refused, so that its senders can send it again.
    pub(super) async fn end(mut self, deadline: Duration, mut hurry: Stop) -> usize {
        let until = now() + deadline;
        for receiver in self.nodes.iter().filter(|node| node.is_receiver()) {
            receiver.part.stage.stopper.stop();
        }
        for former in std::mem::take(&mut self.former) {
            former.quiet().await;
        }
        let inherited = |node: &Arc<Node>| self.heirs.iter().any(|heir| Arc::ptr_eq(&heir.old, node));
        for node in &self.superseded {
            node.queue().into_iter().for_each(|queue| if inherited(node) { queue.close() } else { queue.drain() });
        }
        for heir in std::mem::take(&mut self.heirs) {
            heir.take_over().await;
        }
        let cut = {
            let retries_end = async {
                tokio::select! {
                    () = hurry.requested() => {}
                    () = tokio::time::sleep(deadline.mul_f64(RETRY_SHARE)) => {}
                }
                self.queues().for_each(|node| node.part.stage.stopper.stop());
                self.queues().filter_map(|node| node.queue()).for_each(|queue| queue.keep());
                std::future::pending().await
            };
            tokio::select! {
                biased;
                () = retries_end => 0,
                cut = self.empty(deadline, until) => cut,
            }
        };
        self.report();
        self.close(until).await;
        cut
    }

    /// Ends extensions, which serve others until those are gone.
    pub(super) async fn detach(extensions: Vec<Arc<Attached>>, until: Instant) -> usize {
        extensions.iter().for_each(|extension| extension.part.stage.stopper.stop());
        let mut cut = 0;
        for extension in extensions {
            cut += extension.part.stage.tasks.finish(left(until).max(FLUSH_INTERVAL)).await;
        }
        cut
    }

    /// Empties receivers, then processors, then queues.
    async fn empty(&self, deadline: Duration, until: Instant) -> usize {
        let intake_until = now() + deadline.mul_f64(INTAKE_SHARE);
        let receivers = async {
            let mut cut = 0;
            for receiver in self.nodes.iter().filter(|node| node.is_receiver()) {
                cut += receiver.part.stage.tasks.finish(left(intake_until)).await;
            }
            cut
        };
        let mut cut = tokio::select! {
            cut = receivers => cut,
            () = self.keep_flushing() => 0,
        };
        for node in self.nodes.iter().filter(|node| node.processor().is_some()) {
            node.part.stage.stopper.stop();
            cut += node.part.stage.tasks.finish(left(until)).await;
        }
        self.flush();
        for earlier in &self.earlier {
            // Time is up for those, too, when it is for these.
            let _ = tokio::time::timeout(left(until), earlier.clone().requested()).await;
        }
        self.emptied.iter().for_each(Stopper::stop);
        for queue in self.queues().filter_map(|node| node.queue()) {
            if self.drains { queue.drain() } else { queue.close() }
        }
        for node in self.queues() {
            cut += node.part.stage.tasks.finish(left(until)).await;
        }
        cut
    }

    async fn close(&self, until: Instant) {
        for queue in self.queues().filter_map(|node| node.queue()) {
            queue.keep();
            if tokio::time::timeout(left(until).max(LAST_SYNC), queue.ended()).await.is_err() {
                tracing::error!(node = queue.name(), "the queue on disk did not close in time");
            }
        }
        for (id, exporter) in &self.exporters {
            match tokio::time::timeout(left(until).max(FLUSH_INTERVAL), exporter.shutdown()).await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => tracing::error!(%id, %failure, "did not close cleanly"),
                Err(_) => tracing::error!(%id, "did not close in time"),
            }
        }
    }

    /// Says what is left in each node, which was refused so that its senders send it again, or is on disk.
    fn report(&self) {
        for node in &self.nodes {
            let (id, place, held) = (&node.part.id, node.status.place.as_deref().unwrap_or_default(), node.held());
            if held == 0 {
                continue;
            }
            match node.queue().and_then(|queue| queue.directory()) {
                Some(directory) => {
                    let directory = directory.display();
                    tracing::warn!(%id, place, held, %directory, "left on disk for whoever opens the queue next");
                }
                None => tracing::warn!(%id, place, held, "the time was up with this left"),
            }
        }
    }

    /// Requests in flight wait for what processors hold back, so it is sent on while receivers finish.
    async fn keep_flushing(&self) {
        loop {
            self.flush();
            tokio::time::sleep(FLUSH_INTERVAL).await;
        }
    }

    fn flush(&self) {
        self.nodes.iter().filter_map(|node| node.processor()).for_each(|processor| processor.flush());
    }

    fn queues(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().filter(|node| node.queue().is_some())
    }
}

// === impl Heir ===

impl Heir {
    async fn take_over(self) {
        self.old.part.stage.stopper.stop();
        self.old.queue().into_iter().for_each(|queue| queue.keep());
        let until = now() + HANDOVER;
        self.old.part.stage.tasks.finish(left(until)).await;
        if let Some(queue) = self.old.queue() {
            let _ = tokio::time::timeout(left(until).max(FLUSH_INTERVAL), queue.ended()).await;
        }
        let mut stop = self.new.part.stage.stopper.listen();
        while let Err(error) = start(&self.new).await {
            tracing::error!(%error, "it will be tried again; until then what comes is refused for now");
            tokio::select! {
                () = tokio::time::sleep(REOPEN) => {}
                () = stop.requested() => return,
            }
        }
    }
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(now())
}
