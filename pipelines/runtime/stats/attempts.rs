//! How the attempts of an exporter go: since when none has succeeded, and why.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime::clock::{Instant, now};

/// How the attempts of an exporter go.
#[derive(Debug, Default)]
pub struct Attempts {
    /// Whether there is anything in `failing`, so that success costs one load.
    is_failing: AtomicBool,
    failing: Mutex<Option<Failing>>,
}

/// Attempts that have all failed.
#[derive(Clone, Debug)]
pub struct Failing {
    /// When the first of them failed.
    pub since: Instant,
    /// When the last of them failed.
    pub last: Instant,
    /// How many there were.
    pub attempts: u64,
    /// Why the last of them failed.
    pub reason: Arc<str>,
}

// === impl Attempts ===

impl Attempts {
    /// An attempt failed, for now or for good.
    pub fn failed(&self, reason: &str) {
        let now = now();
        let mut failing = self.lock();
        match &mut *failing {
            Some(failing) => {
                failing.last = now;
                failing.attempts += 1;
                if *failing.reason != *reason {
                    failing.reason = reason.into();
                }
            }
            none => *none = Some(Failing { since: now, last: now, attempts: 1, reason: reason.into() }),
        }
        self.is_failing.store(true, Ordering::Relaxed);
    }

    /// An attempt succeeded.
    pub fn succeeded(&self) {
        if self.is_failing.load(Ordering::Relaxed) {
            let mut failing = self.lock();
            *failing = None;
            self.is_failing.store(false, Ordering::Relaxed);
        }
    }

    /// The attempts since the last that succeeded, if all of them failed.
    #[must_use]
    pub fn failing(&self) -> Option<Failing> {
        self.is_failing.load(Ordering::Relaxed).then(|| self.lock().clone()).flatten()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Failing ===

impl Failing {
    /// Whether every attempt has failed for `bound` and there is reason to believe that the next one will, too: one
    /// failed lately, or what waits is still to be tried. An exporter nobody sends to any more is not known to be dead,
    /// and must not keep an engine from being sent to.
    #[must_use]
    pub fn is_dead(&self, bound: Duration, held: u64) -> bool {
        self.since.elapsed() >= bound && (held > 0 || self.last.elapsed() <= bound.max(Duration::from_secs(1)))
    }
}
