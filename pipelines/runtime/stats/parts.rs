//! What a receiver took in, apart by signal and transport.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Requests, Stats};
use crate::Signal;

/// What a receiver took in, apart by signal and transport.
#[derive(Debug, Default)]
pub struct Parts(Mutex<Inner>);

/// One signal over one transport.
#[derive(Clone, Debug)]
pub struct Part {
    /// The signal.
    pub signal: Signal,
    /// The transport, e.g. `grpc`; empty for a receiver that has but one and does not name it.
    pub transport: &'static str,
    /// What was counted.
    pub stats: Arc<Stats>,
}

#[derive(Debug, Default)]
struct Inner {
    parts: Vec<Part>,
    requests: Vec<Arc<Requests>>,
}

// === impl Parts ===

impl Parts {
    /// The counters of a signal over a transport.
    #[must_use]
    pub fn of(&self, signal: Signal, transport: &'static str) -> Arc<Stats> {
        let mut inner = self.lock();
        let known = inner.parts.iter().find(|part| part.signal == signal && part.transport == transport);
        if let Some(part) = known {
            return part.stats.clone();
        }
        let stats = Arc::<Stats>::default();
        inner.parts.push(Part { signal, transport, stats: stats.clone() });
        stats
    }

    /// The requests over a transport.
    #[must_use]
    pub fn requests_over(&self, transport: &'static str) -> Arc<Requests> {
        let mut inner = self.lock();
        if let Some(known) = inner.requests.iter().find(|requests| requests.transport == transport) {
            return known.clone();
        }
        let requests = Arc::new(Requests::over(transport));
        inner.requests.push(requests.clone());
        requests
    }

    /// Every part. The one without a transport is left out where others are and nothing came over it.
    #[must_use]
    pub fn all(&self) -> Vec<Part> {
        let parts = self.lock().parts.clone();
        let named = |signal| parts.iter().any(|part| part.signal == signal && !part.transport.is_empty());
        let is_shown =
            |part: &&Part| !part.transport.is_empty() || part.stats.received.batches() > 0 || !named(part.signal);
        parts.iter().filter(is_shown).cloned().collect()
    }

    /// The requests over every transport.
    #[must_use]
    pub fn requests(&self) -> Vec<Arc<Requests>> {
        self.lock().requests.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
