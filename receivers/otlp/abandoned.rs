//! Requests whose clients hung up before their outcome was known.
//!
//! A client that times out sends the same bytes again. While its first attempt is still on its way, or soon after that
//! was delivered, the second one is not sent on: it waits for the outcome of the first. So a destination that is slow or
//! away makes no duplicates, though what a client gave up waiting for is still delivered.
//!
//! Telling equal requests apart costs a hash of their bytes, so it is done only while something is wrong.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pipelines::batch::Acked;
use pipelines::outcome::Outcome;
use pipelines::runtime::{Instant, now};
use pipelines::{Identity, Signal};

/// A request that waits this long has a client that may give up.
const SLOW: Duration = Duration::from_secs(1);

/// How long requests are told apart after something was wrong.
const WATCH: Duration = Duration::from_secs(60);

/// How long an abandoned request is remembered: longer than clients try.
const KEEP: Duration = Duration::from_secs(600);

/// Abandoned requests that are remembered, of some 100 bytes each.
const MOST: usize = 8192;

/// What tells requests apart: their bytes, signal and who sent them, under two keys of this process. Another's request
/// that happens to be the same, or was made to be, is another.
pub(super) type Key = (u64, u64);

/// What became of an abandoned request.
pub(super) enum Earlier {
    Ended(Outcome),
    OnItsWay(Acked),
}

/// The abandoned requests of a receiver.
pub(super) struct Abandoned {
    keys: (RandomState, RandomState),
    is_watching: AtomicBool,
    left: Mutex<Left>,
}

#[derive(Default)]
struct Left {
    watch_until: Option<Instant>,
    acked: HashMap<Key, Acked>,
    order: VecDeque<(Key, Instant)>,
}

// === impl Abandoned ===

impl Abandoned {
    /// What tells a request apart from others; `None` while all is well.
    pub(super) fn key(&self, signal: Signal, request: &[u8], sender: Option<&Identity>) -> Option<Key> {
        if !self.is_watching.load(Ordering::Relaxed) {
            return None;
        }
        let mut left = self.lock();
        if left.watch_until.is_none_or(|until| until < now()) && left.acked.is_empty() {
            self.is_watching.store(false, Ordering::Relaxed);
            return None;
        }
        left.forget_old();
        drop(left);
        let with =
            |key: &RandomState| key.hash_one((signal as usize, request, sender.map(|sender| &sender.attributes)));
        Some((with(&self.keys.0), with(&self.keys.1)))
    }

    /// Notes how long a request waited, and so whether others may be abandoned.
    pub(super) fn waited(&self, since: Instant) {
        if since.elapsed() >= SLOW {
            self.lock().watch_until = Some(now() + WATCH);
            self.is_watching.store(true, Ordering::Relaxed);
        }
    }

    /// Remembers a request whose client hung up.
    pub(super) fn keep(&self, key: Option<Key>, acked: Acked) {
        let mut left = self.lock();
        left.watch_until = Some(now() + WATCH);
        if let Some(key) = key {
            left.order.push_back((key, now()));
            left.acked.insert(key, acked);
            left.forget_old();
        }
        drop(left);
        self.is_watching.store(true, Ordering::Relaxed);
    }

    /// The attempt that a client made before and hung up on; `None` also if that was refused for now, so that the
    /// client's next one is as good as its first.
    pub(super) fn take(&self, key: Key) -> Option<Earlier> {
        let mut left = self.lock();
        let outcome = left.acked.get_mut(&key)?.now();
        match outcome {
            // It stays, as the client may not have heard this answer either.
            Some(outcome) if outcome.is_final() => {
                left.acked.insert(key, Acked::of(outcome.clone()));
                Some(Earlier::Ended(outcome))
            }
            Some(_) => {
                left.acked.remove(&key);
                None
            }
            None => left.acked.remove(&key).map(Earlier::OnItsWay),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Abandoned {
    fn default() -> Self {
        Self {
            keys: (RandomState::new(), RandomState::new()),
            is_watching: AtomicBool::new(false),
            left: Mutex::default(),
        }
    }
}

// === impl Left ===

impl Left {
    fn forget_old(&mut self) {
        while let Some((key, since)) = self.order.front()
            && (self.order.len() > MOST || since.elapsed() > KEEP)
        {
            self.acked.remove(key);
            self.order.pop_front();
        }
    }
}
