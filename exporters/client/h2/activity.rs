//! [`Activity`]: what keepalive needs to know about a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use pipelines::runtime::{Instant, now};

/// Requests on their way over a connection and when it was last heard from.
#[derive(Debug)]
pub(super) struct Activity {
    since: Instant,
    /// Milliseconds after `since`.
    heard: AtomicU64,
    waiting: AtomicUsize,
}

/// Counts one request as long as it lives.
pub(super) struct Waiting(Arc<Activity>);

// === impl Activity ===

impl Activity {
    pub(super) fn new() -> Self {
        Self { since: now(), heard: AtomicU64::new(0), waiting: AtomicUsize::new(0) }
    }

    /// A request starts; the connection counts as heard from if nothing else is on its way.
    pub(super) fn request(self: &Arc<Self>) -> Waiting {
        if self.waiting.fetch_add(1, Ordering::Relaxed) == 0 {
            self.hear();
        }
        Waiting(self.clone())
    }

    /// Something arrived.
    pub(super) fn hear(&self) {
        let elapsed = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.heard.store(elapsed, Ordering::Relaxed);
    }

    /// When the connection will have been silent for `time`.
    pub(super) fn silent_at(&self, time: Duration) -> Instant {
        self.since + Duration::from_millis(self.heard.load(Ordering::Relaxed)) + time
    }

    /// Whether a request is on its way.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

// === impl Waiting ===

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.hear();
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
