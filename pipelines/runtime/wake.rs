//! How a processor that holds batches back asks for a tick, without polling when nothing is held.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::clock::Instant;

/// Lets a processor ask the engine for a tick. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Inner>);

/// The engine's end of a [`Wake`].
#[derive(Debug)]
pub struct Waking(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    due: Mutex<Option<Instant>>,
    changed: Notify,
}

// === impl Wake ===

impl Wake {
    /// Asks for a tick at `due` or soon after. A tick that is already due earlier stands.
    pub fn at(&self, due: Instant) {
        let mut earliest = self.0.due.lock().unwrap_or_else(PoisonError::into_inner);
        if earliest.is_none_or(|earliest| due < earliest) {
            *earliest = Some(due);
            self.0.changed.notify_one();
        }
    }

    /// The engine's end.
    #[must_use]
    pub fn waking(&self) -> Waking {
        Waking(self.0.clone())
    }
}

// === impl Waking ===

impl Waking {
    /// Waits for the next time a tick is due.
    pub async fn due(&self) {
        loop {
            let due = *self.0.due.lock().unwrap_or_else(PoisonError::into_inner);
            match due {
                None => self.0.changed.notified().await,
                Some(due) => tokio::select! {
                    () = tokio::time::sleep_until(due) => {
                        *self.0.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
                        return;
                    }
                    () = self.0.changed.notified() => {}
                },
            }
        }
    }
}
