//! [`Hold`]: the share of the engine's bytes in flight that a batch keeps until it is gone from memory.

use std::sync::Arc;

use crate::runtime::Permit;

/// Permits that are given back when the last clone is dropped, however early the sender was answered.
#[derive(Clone, Default)]
pub(super) struct Hold(Option<Arc<Held>>);

/// Only kept for what happens when they are dropped.
enum Held {
    One { _permit: Permit },
    Joined { _holds: Vec<Hold> },
}

// === impl Hold ===

impl Hold {
    pub(super) fn of(permit: Permit) -> Self {
        Self(Some(Arc::new(Held::One { _permit: permit })))
    }

    /// What several batches hold that travel on as one.
    pub(super) fn join(holds: impl Iterator<Item = Self>) -> Self {
        let mut holds: Vec<Self> = holds.filter(|hold| hold.0.is_some()).collect();
        match holds.len() {
            0 | 1 => holds.pop().unwrap_or_default(),
            _ => Self(Some(Arc::new(Held::Joined { _holds: holds }))),
        }
    }
}
