//! How long to wait before the next attempt.

use std::time::Duration;

/// Exponential backoff with jitter, with the Collector's defaults (`retry_on_failure`).
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Whether to try again at all.
    pub enabled: bool,
    /// Wait before the second attempt.
    pub initial_interval: Duration,
    /// Each wait is drawn from `interval * (1 - factor) ..= interval * (1 + factor)`.
    pub randomization_factor: f64,
    /// Growth of the interval from one attempt to the next.
    pub multiplier: f64,
    /// The interval grows no further than this.
    pub max_interval: Duration,
    /// Time after which the batch is given back to its sender; zero means never.
    pub max_elapsed_time: Duration,
    /// Attempts after which it is, too; zero for no such bound.
    pub max_attempts: u32,
}

/// The waits of one batch.
#[derive(Debug)]
pub(crate) struct Backoff<'a> {
    retry: &'a Retry,
    interval: Duration,
    /// Waits there have been.
    waits: u32,
    seed: u64,
}

/// Longest wait a destination can ask for where nothing else bounds it: it must not be able to switch a queue off by
/// mistake.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

// === impl Retry ===

impl Default for Retry {
    fn default() -> Self {
        Self {
            enabled: true,
            initial_interval: Duration::from_secs(5),
            randomization_factor: 0.5,
            multiplier: 1.5,
            max_interval: Duration::from_secs(30),
            max_elapsed_time: Duration::from_secs(300),
            max_attempts: 0,
        }
    }
}

// === impl Backoff ===

impl<'a> Backoff<'a> {
    /// `seed` makes batches that failed together come back apart.
    pub(crate) fn new(retry: &'a Retry, seed: u64) -> Self {
        Self { retry, interval: retry.initial_interval, waits: 0, seed }
    }

    /// The wait before the next attempt, at least `asked`; `None` when it is time to give up.
    pub(crate) fn next(&mut self, elapsed: Duration, asked: Option<Duration>) -> Option<Duration> {
        let limit = self.retry.max_elapsed_time;
        let most = self.retry.max_attempts;
        if !self.retry.enabled || (most > 0 && self.waits + 1 >= most) {
            return None;
        }
        if limit.is_zero() {
            return Some(self.again(asked));
        }
        let wait = self.jittered().max(asked.unwrap_or_default());
        if elapsed + wait > limit {
            return None;
        }
        self.grow();
        Some(wait)
    }

    /// The wait before the next attempt where giving up is no choice.
    pub(crate) fn again(&mut self, asked: Option<Duration>) -> Duration {
        let wait = self.jittered().max(asked.unwrap_or_default().min(LONGEST_WAIT));
        self.grow();
        wait
    }

    fn grow(&mut self) {
        self.waits = self.waits.saturating_add(1);
        let (most, seconds) = (self.retry.max_interval, self.interval.as_secs_f64() * self.retry.multiplier.max(1.0));
        // What is longer than a duration can say is longer than the longest interval.
        self.interval = Duration::try_from_secs_f64(seconds).map_or(most, |grown| grown.min(most));
    }

    fn jittered(&mut self) -> Duration {
        let factor = self.retry.randomization_factor.clamp(0.0, 1.0);
        self.interval.mul_f64(1.0 - factor + 2.0 * factor * self.uniform())
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): good enough to spread retries, and no dependency.
    fn uniform(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a destination fails for long. Guarantee: waits grow to the bound, stay within the jitter, and end.
    #[test]
    fn waits_grow_and_end() {
        let retry = Retry::default();
        let mut backoff = Backoff::new(&retry, 7);
        let mut elapsed = Duration::ZERO;
        let mut waits = Vec::new();
        while let Some(wait) = backoff.next(elapsed, None) {
            elapsed += wait;
            waits.push(wait);
        }
        assert!(waits.len() > 8 && elapsed <= retry.max_elapsed_time, "{waits:?}");
        assert!(waits[0] >= Duration::from_millis(2500) && waits[0] <= Duration::from_millis(7500));
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(45)));
    }

    /// Scenario: a bound on attempts. Guarantee: there are that many, the first one included.
    #[test]
    fn attempts_are_counted() {
        for (max_attempts, waits) in [(1, 0), (3, 2)] {
            let retry = Retry { max_attempts, ..Retry::default() };
            let mut backoff = Backoff::new(&retry, 7);
            let given = std::iter::from_fn(|| backoff.next(Duration::ZERO, None)).take(9).count();
            assert_eq!(given, waits, "{max_attempts} attempts");
        }
    }

    /// Scenario: the largest multiplier and interval there are. Guarantee: the interval stays at its bound.
    #[test]
    fn no_multiplier_is_too_large() {
        let long = Duration::from_nanos(i64::MAX.unsigned_abs());
        for (initial_interval, max_interval) in [(Duration::from_secs(5), Duration::from_secs(30)), (long, long)] {
            let retry = Retry { multiplier: f64::MAX, initial_interval, max_interval, ..Retry::default() };
            let mut backoff = Backoff::new(&retry, 3);
            assert!((0..3).all(|_| backoff.again(None) <= 2 * max_interval));
        }
    }

    /// Scenario: the destination asks for a longer wait, and for a day where nothing ends the attempts. Guarantee: it is
    /// honoured; a day is not believed.
    #[test]
    fn honours_the_wait_asked_for() {
        let retry = Retry::default();
        let wait = Backoff::new(&retry, 1).next(Duration::ZERO, Some(Duration::from_secs(60)));
        assert_eq!(wait, Some(Duration::from_secs(60)));
        let never = Retry { max_elapsed_time: Duration::ZERO, ..Retry::default() };
        let wait = Backoff::new(&never, 1).next(Duration::ZERO, Some(Duration::from_secs(86_400)));
        assert_eq!(wait, Some(LONGEST_WAIT));
    }
}
