//! Buffers that are used again.

use std::sync::{Mutex, PoisonError};

/// What was made for one batch and waits for the next; as many as are used at the same time.
pub(super) struct Pool<T>(Mutex<Vec<T>>);

// === impl Pool ===

impl<T> Pool<T> {
    /// One that waits, or a new one.
    pub(super) fn take(&self, make: impl FnOnce() -> T) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_else(make)
    }

    /// Keeps one for later.
    pub(super) fn put(&self, one: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}
