//! Requests whose clients hung up before their outcome was known.
//!
//! A client that times out sends the same bytes again. While its first attempt is still on its way, or soon after that
//! was delivered, the second one is not sent on: it waits for the outcome of the first. So a destination that is slow or
//! away makes no duplicates, though what a client gave up waiting for is still delivered.
//!
//! Telling equal requests apart costs two hashes of their bytes, so it is done only while clients wait long: something is
//! wrong, or an exporter that gathers large batches makes them wait.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::quality::RandomState;
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
    /// Each with its place in the order.
    acked: HashMap<Key, (u64, Acked)>,
    /// When each was left last, the oldest first.
    order: BTreeMap<u64, (Key, Instant)>,
    next: u64,
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
            left.insert(key, acked);
            left.forget_old();
        }
        drop(left);
        self.is_watching.store(true, Ordering::Relaxed);
    }

    /// The attempt that a client made before and hung up on; `None` also if that was refused for now, so that the
    /// client's next one is as good as its first.
    pub(super) fn take(&self, key: Key) -> Option<Earlier> {
        // Told once: whoever sends the same bytes after that means them.
        let mut acked = self.lock().remove(key)?;
        match acked.now() {
            Some(outcome) => outcome.is_final().then_some(Earlier::Ended(outcome)),
            None => Some(Earlier::OnItsWay(acked)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Abandoned {
    fn default() -> Self {
        Self {
            keys: (RandomState::default(), RandomState::default()),
            is_watching: AtomicBool::new(false),
            left: Mutex::default(),
        }
    }
}

// === impl Left ===

impl Left {
    /// A client that hangs up again and again is in the order once, as of the last time.
    fn insert(&mut self, key: Key, acked: Acked) {
        self.remove(key);
        self.next += 1;
        self.order.insert(self.next, (key, now()));
        self.acked.insert(key, (self.next, acked));
    }

    fn remove(&mut self, key: Key) -> Option<Acked> {
        let (place, acked) = self.acked.remove(&key)?;
        self.order.remove(&place);
        Some(acked)
    }

    fn forget_old(&mut self) {
        while let Some(oldest) = self.order.first_entry()
            && (self.acked.len() > MOST || oldest.get().1.elapsed() > KEEP)
        {
            let (key, _) = oldest.remove();
            self.acked.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use pipelines::Acknowledge;
    use pipelines::batch::Ack;

    use super::*;

    /// Scenario: more clients than a few hang up and come again, more often than requests are remembered. Guarantee: each
    /// attempt finds the one before, so none is sent twice; and of more requests than are remembered the newest stay.
    #[test]
    fn attempts_are_no_more_to_remember_than_requests() {
        let abandoned = Abandoned::default();
        let (acks, waiting): (Vec<_>, Vec<_>) = (0..2000).map(|_| Ack::pair(Acknowledge::Delivered)).unzip();
        for (key, acked) in (0..).zip(waiting) {
            abandoned.keep(Some((key, 0)), acked);
        }
        for attempt in 0..10 {
            for key in 0..acks.len() as u64 {
                let Some(Earlier::OnItsWay(acked)) = abandoned.take((key, 0)) else {
                    panic!("attempt {attempt} of {key} does not find the one before");
                };
                abandoned.keep(Some((key, 0)), acked);
            }
        }
        for key in 0..MOST as u64 {
            let (ack, acked) = Ack::pair(Acknowledge::Delivered);
            ack.resolve(Outcome::Delivered);
            abandoned.keep(Some((key, 1)), acked);
        }
        assert!(abandoned.take((acks.len() as u64 - 1, 0)).is_none());
        assert!(matches!(abandoned.take((0, 1)), Some(Earlier::Ended(Outcome::Delivered))));
        let left = abandoned.lock();
        assert_eq!((left.acked.len(), left.order.len()), (MOST - 1, MOST - 1), "told once");
    }
}
