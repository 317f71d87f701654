//! [`Bucket`]: how many requests a key may make, in eight bytes.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::runtime::Instant;

/// A token bucket of one minute's requests that refills evenly.
///
/// What is kept is not the number of tokens but the moment the bucket will be full again (GCRA): one number, no lock,
/// and a bucket nobody touches needs no upkeep.
#[derive(Debug)]
pub struct Bucket {
    rate: NonZeroU32,
    since: Instant,
    /// Nanoseconds from `since` until it is full.
    full: AtomicU64,
}

/// The time in which `rate` requests may be made, in nanoseconds.
const MINUTE: u64 = 60_000_000_000;

// === impl Bucket ===

impl Bucket {
    /// A full bucket for so many requests a minute.
    #[must_use]
    pub fn new(rate: NonZeroU32, now: Instant) -> Self {
        Self { rate, since: now, full: AtomicU64::new(0) }
    }

    /// Requests a minute.
    #[must_use]
    pub fn rate(&self) -> NonZeroU32 {
        self.rate
    }

    /// Takes one token.
    ///
    /// # Errors
    /// The time until there is one, if there is none.
    pub fn take(&self, now: Instant) -> Result<(), Duration> {
        let now = u64::try_from(now.saturating_duration_since(self.since).as_nanos()).unwrap_or(u64::MAX);
        let token = MINUTE / u64::from(self.rate.get());
        let with_one_less = |full: u64| full.max(now).saturating_add(token);
        let enough = |full: u64| Some(with_one_less(full)).filter(|later| later.saturating_sub(now) <= MINUTE);
        match self.full.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enough) {
            Ok(_) => Ok(()),
            Err(full) => Err(Duration::from_nanos(with_one_less(full).saturating_sub(now).saturating_sub(MINUTE))),
        }
    }
}
