//! [`Rates`]: what happened between two looks.

use std::time::Duration;

/// What the last look saw, and how long ago that was.
pub(super) struct Rates<'a, T> {
    since: Option<Duration>,
    before: Option<&'a T>,
}

// === impl Rates ===

impl<'a, T> Rates<'a, T> {
    pub(super) fn new(since: Option<Duration>, before: Option<&'a T>) -> Self {
        Self { since, before }
    }

    /// By how much a counter grew; none if it was not seen before, or began anew.
    pub(super) fn growth(&self, now: u64, of: impl Fn(&T) -> u64) -> Option<u64> {
        now.checked_sub(of(self.before?))
    }

    /// By how much it grew in a second.
    pub(super) fn per_second(&self, now: u64, of: impl Fn(&T) -> u64) -> Option<f64> {
        let growth = self.growth(now, of)? as f64;
        Some(super::facts::rounded(growth / self.since?.as_secs_f64()))
    }
}
