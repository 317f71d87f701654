//! The only place that spawns: every task of the engine and its components is known and awaited.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

/// A set of tasks that is awaited, or aborted after a deadline, when its owner stops. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    inner: Arc<Mutex<Inner>>,
    /// Whoever waits for the set: it wakes one only.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Inner {
    set: JoinSet<()>,
    /// The deadline has passed: what is spawned now is aborted too.
    is_cut: bool,
}

// === impl Tasks ===

impl Tasks {
    /// Spawns a task onto the current runtime.
    #[allow(clippy::disallowed_methods)]
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut inner = self.lock();
        while let Some(ended) = inner.set.try_join_next() {
            report(ended);
        }
        let spawned = inner.set.spawn(task);
        if inner.is_cut {
            spawned.abort();
        }
    }

    /// How many tasks have not been seen to end.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().set.len()
    }

    /// Whether no task is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until every task has ended, those spawned meanwhile too, at most `deadline`, then aborts the rest and
    /// whatever is spawned later. Returns how many were aborted.
    pub async fn finish(&self, deadline: Duration) -> usize {
        if tokio::time::timeout(deadline, self.all()).await.is_ok() {
            return 0;
        }
        let left = self.abort();
        self.all().await;
        left
    }

    /// Aborts every task and whatever is spawned later. Returns how many there were.
    pub(super) fn abort(&self) -> usize {
        let mut inner = self.lock();
        inner.is_cut = true;
        inner.set.abort_all();
        inner.set.len()
    }

    async fn all(&self) {
        let _turn = self.turn.lock().await;
        // The set stays in its place, so that a task spawned while others are awaited is awaited too.
        while let Some(ended) = poll_fn(|cx| self.lock().set.poll_join_next(cx)).await {
            report(ended);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a task panicked; what it held was refused and can be sent again");
    }
}
