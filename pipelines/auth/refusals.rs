//! [`Refusals`]: tells of refused requests now and then.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::component::Denied;
use crate::runtime::{Instant, now};

/// Logs that requests were refused, and why. What is logged does not grow with their number: whoever sends junk must
/// not be able to fill a disk.
#[derive(Debug)]
pub struct Refusals {
    since: Instant,
    /// Milliseconds from `since` before which nothing more is said.
    quiet: AtomicU64,
    /// Refusals that nothing was said of.
    untold: AtomicU64,
}

/// The least time between two lines of the log, in milliseconds.
const QUIET: u64 = 10_000;

// === impl Refusals ===

impl Refusals {
    /// No refusals yet.
    #[must_use]
    pub fn new() -> Self {
        Self { since: now(), quiet: AtomicU64::new(0), untold: AtomicU64::new(0) }
    }

    /// Notes a refusal of what listens as `protocol`, and logs it unless one was logged a moment ago. Returns how many
    /// the log tells of.
    pub fn add(&self, protocol: &str, denied: &Denied, client: Option<SocketAddr>) -> Option<u64> {
        self.untold.fetch_add(1, Ordering::Relaxed);
        let elapsed = u64::try_from(now().saturating_duration_since(self.since).as_millis()).unwrap_or(u64::MAX);
        let is_due = |until: u64| (until <= elapsed).then_some(elapsed.saturating_add(QUIET));
        self.quiet.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_due).ok()?;
        let requests = self.untold.swap(0, Ordering::Relaxed);
        let reason = match denied {
            Denied::Missing(reason) | Denied::Unauthenticated(reason) | Denied::Refused(reason) => reason,
            Denied::Exhausted { reason, .. } => reason,
        };
        match client.map(|client| client.ip()) {
            Some(client) => tracing::warn!(protocol, requests, %client, "requests were refused: {reason}"),
            None => tracing::warn!(protocol, requests, "requests were refused: {reason}"),
        }
        Some(requests)
    }
}

impl Default for Refusals {
    fn default() -> Self {
        Self::new()
    }
}
