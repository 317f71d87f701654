//! [`Tally`]: counts refused requests and tells of them now and then.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::component::Denied;
use crate::runtime::{Instant, now};

/// How many requests were refused, and why. What is logged does not grow with their number: whoever sends junk must not
/// be able to fill a disk.
#[derive(Debug)]
pub struct Tally {
    missing: AtomicU64,
    refused: AtomicU64,
    exhausted: AtomicU64,
    since: Instant,
    /// Milliseconds from `since` before which nothing more is said.
    quiet: AtomicU64,
    /// Refusals that were told.
    told: AtomicU64,
}

/// The least time between two lines of the log.
const QUIET: Duration = Duration::from_secs(10);

// === impl Tally ===

impl Tally {
    /// No refusals yet.
    #[must_use]
    pub fn new() -> Self {
        let zero = || AtomicU64::new(0);
        let (missing, refused, exhausted, quiet, told) = (zero(), zero(), zero(), zero(), zero());
        Self { missing, refused, exhausted, since: now(), quiet, told }
    }

    /// Counts a refusal of what listens as `protocol`, and logs it unless one was logged a moment ago.
    pub fn add(&self, protocol: &str, denied: &Denied, client: Option<SocketAddr>) {
        let (counter, reason) = match denied {
            Denied::Missing(reason) | Denied::Unauthenticated(reason) => (&self.missing, reason),
            Denied::Refused(reason) => (&self.refused, reason),
            Denied::Exhausted { reason, .. } => (&self.exhausted, reason),
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let elapsed = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let quiet = elapsed.saturating_add(u64::try_from(QUIET.as_millis()).unwrap_or(u64::MAX));
        let is_due = |until: u64| (until <= elapsed).then_some(quiet);
        if self.quiet.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_due).is_err() {
            return;
        }
        let all = self.total();
        let requests = all.saturating_sub(self.told.swap(all, Ordering::Relaxed));
        match client {
            Some(client) => {
                tracing::warn!(protocol, requests, client = %client.ip(), "requests were refused: {reason}")
            }
            None => tracing::warn!(protocol, requests, "requests were refused: {reason}"),
        }
    }

    /// Requests without a credential that could be one, with a wrong one, and with one that sends too much.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.missing), load(&self.refused), load(&self.exhausted))
    }

    fn total(&self) -> u64 {
        let (missing, refused, exhausted) = self.counts();
        missing.saturating_add(refused).saturating_add(exhausted)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}
