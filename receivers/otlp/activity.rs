//! What one connection is doing, so that slow, idle and old ones can be ended without a timer per request.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use pipelines::runtime::{Instant, now};

/// How long a connection may take for what; `None` is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// From the first byte of a request to the end of its headers, and from the connection to its first byte.
    pub(super) header: Option<Duration>,
    /// Without an open request.
    pub(super) idle: Option<Duration>,
    /// Since the connection was made.
    pub(super) age: Option<Duration>,
    /// To finish open requests after it was asked to end because of its age.
    pub(super) grace: Option<Duration>,
}

/// What every client of HTTP/2 sends first (RFC 9113, section 3.4).
const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Its length.
const GREETED: u8 = 24;

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Activity {
    born: Instant,
    /// Open requests.
    open: AtomicU32,
    /// When a request last began or ended, in milliseconds after `born`.
    changed: AtomicU64,
    /// When the first byte of a request came whose headers are not complete, in milliseconds after `born` plus one.
    partial: AtomicU64,
    /// Bytes of the greeting of HTTP/2 that came; all of them, too, if the connection began with something else.
    greeting: AtomicU8,
    /// Whether it is HTTP/2, where bytes come without requests, too.
    multiplexed: AtomicBool,
    /// Whether the next answer over HTTP/1 is the last.
    ending: AtomicBool,
    /// Whether `changed` is kept up to date, which only a limit on idle connections needs.
    is_timed: bool,
}

/// What is to be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// End it when its requests are answered, within the time if there is one.
    Drain(Option<Duration>),
    /// Close it now.
    Close,
}

/// An open request; closed when dropped.
pub(super) struct Open<'a>(&'a Activity);

// === impl Activity ===

impl Activity {
    /// A connection that was just made; `multiplexed` if it is known to be HTTP/2, `is_timed` if there is a limit on
    /// idle connections.
    pub(super) fn new(multiplexed: bool, is_timed: bool) -> Self {
        Self {
            born: now(),
            open: AtomicU32::new(0),
            changed: AtomicU64::new(0),
            partial: AtomicU64::new(0),
            greeting: AtomicU8::new(0),
            multiplexed: AtomicBool::new(multiplexed),
            ending: AtomicBool::new(false),
            is_timed,
        }
    }

    /// Makes the next answer the last. Returns whether that is how the connection can be ended without cutting off a
    /// request that is on its way: HTTP/2 has better means once it has begun.
    pub(super) fn end(&self) -> bool {
        self.ending.store(true, Ordering::Relaxed);
        let has_begun = self.greeting.load(Ordering::Relaxed) == GREETED;
        !(has_begun && self.multiplexed.load(Ordering::Relaxed))
    }

    /// Whether the next answer is the last.
    pub(super) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Bytes came in.
    #[inline]
    pub(super) fn read(&self, bytes: &[u8]) {
        if self.greeting.load(Ordering::Relaxed) < GREETED {
            self.greet(bytes);
        }
        if !self.multiplexed.load(Ordering::Relaxed)
            && self.open.load(Ordering::Relaxed) == 0
            && self.partial.load(Ordering::Relaxed) == 0
        {
            self.partial.store(self.age() + 1, Ordering::Relaxed);
        }
    }

    /// Until the greeting is complete the connection is under the same limit as one that sends headers.
    #[cold]
    fn greet(&self, bytes: &[u8]) {
        let seen = self.greeting.load(Ordering::Relaxed);
        let missing = GREETING.get(usize::from(seen)..).unwrap_or_default();
        let common = missing.iter().zip(bytes).take_while(|(one, other)| one == other).count();
        if common < missing.len().min(bytes.len()) {
            return self.greeting.store(GREETED, Ordering::Relaxed);
        }
        // No more than what was missing of 24.
        let seen = seen.saturating_add(u8::try_from(common).unwrap_or(GREETED));
        self.greeting.store(seen, Ordering::Relaxed);
        if seen == GREETED {
            self.multiplexed.store(true, Ordering::Relaxed);
            self.partial.store(0, Ordering::Relaxed);
        } else if self.partial.load(Ordering::Relaxed) == 0 {
            self.partial.store(self.age() + 1, Ordering::Relaxed);
        }
    }

    /// The headers of a request are complete.
    #[inline]
    pub(super) fn open(&self) -> Open<'_> {
        self.partial.store(0, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(self)
    }

    /// Whether no request is open.
    pub(super) fn is_quiet(&self) -> bool {
        self.open.load(Ordering::Relaxed) == 0
    }

    /// Waits until one of the limits is reached.
    pub(super) async fn expired(&self, limits: &Limits) -> Verdict {
        loop {
            let Some((due, verdict)) = self.due(limits) else { return std::future::pending().await };
            match verdict {
                Some(verdict) if due <= now() => return verdict,
                _ => tokio::time::sleep_until(due).await,
            }
        }
    }

    /// The next time to look, and what is due then if nothing changes; only a time when it is just to look again.
    fn due(&self, limits: &Limits) -> Option<(Instant, Option<Verdict>)> {
        let at = |millis: u64, limit: Duration| self.born + Duration::from_millis(millis) + limit;
        let mut due: Option<(Instant, Option<Verdict>)> = None;
        let mut consider = |when: Instant, verdict: Option<Verdict>| {
            if due.is_none_or(|(earliest, _)| when < earliest) {
                due = Some((when, verdict));
            }
        };
        let (open, partial) = (self.open.load(Ordering::Relaxed), self.partial.load(Ordering::Relaxed));
        if let Some(limit) = limits.header {
            if self.greeting.load(Ordering::Relaxed) == 0 {
                consider(at(0, limit), Some(Verdict::Close));
            } else if partial > 0 {
                consider(at(partial - 1, limit), Some(Verdict::Close));
            } else if !self.multiplexed.load(Ordering::Relaxed) {
                consider(now() + limit, None);
            }
        }
        if let Some(limit) = limits.idle {
            match open {
                0 => consider(at(self.changed.load(Ordering::Relaxed), limit), Some(Verdict::Drain(None))),
                _ => consider(now() + limit, None),
            }
        }
        if let Some(limit) = limits.age {
            consider(at(0, limit), Some(Verdict::Drain(limits.grace)));
        }
        due
    }

    fn age(&self) -> u64 {
        u64::try_from(now().saturating_duration_since(self.born).as_millis()).unwrap_or(u64::MAX - 1)
    }
}

// === impl Open ===

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.0.is_timed {
            self.0.changed.store(self.0.age(), Ordering::Relaxed);
        }
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
