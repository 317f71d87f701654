//! The only place that spawns: every task of the engine and its components is known and awaited.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

/// A set of tasks that is awaited, or aborted after a deadline, when its owner stops. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Mutex<JoinSet<()>>>);

// === impl Tasks ===

impl Tasks {
    /// Spawns a task onto the current runtime.
    #[allow(clippy::disallowed_methods)]
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(ended) = set.try_join_next() {
            report(ended);
        }
        set.spawn(task);
    }

    /// How many tasks have not been seen to end.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether no task is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until every task has ended, at most `deadline`, then aborts the rest. Returns how many were aborted.
    pub async fn finish(&self, deadline: Duration) -> usize {
        let mut set = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async {
            while let Some(ended) = set.join_next().await {
                report(ended);
            }
        };
        if tokio::time::timeout(deadline, all).await.is_ok() {
            return 0;
        }
        let left = set.len();
        set.shutdown().await;
        left
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a task panicked; what it held was refused and can be sent again");
    }
}
