//! [`Sampler`]: which batches are printed when there are too many to read.

use std::time::Duration;

use pipelines::Signal;
use pipelines::runtime::Instant;

/// Lets the first batches of every second through, then one of so many.
#[derive(Debug)]
pub(super) struct Sampler {
    initial: u64,
    thereafter: u64,
    seconds: [Option<(Instant, u64)>; Signal::ALL.len()],
}

const SECOND: Duration = Duration::from_secs(1);

// === impl Sampler ===

impl Sampler {
    /// `thereafter` 0 lets nothing through after the first `initial` ones.
    pub(super) fn new(initial: u64, thereafter: u64) -> Self {
        Self { initial, thereafter, seconds: [None; Signal::ALL.len()] }
    }

    /// Whether the next batch of the signal is printed.
    pub(super) fn admits(&mut self, signal: Signal, now: Instant) -> bool {
        let slot = &mut self.seconds[signal as usize];
        let (since, seen) = slot.filter(|(since, _)| now < *since + SECOND).unwrap_or((now, 0));
        *slot = Some((since, seen + 1));
        seen < self.initial || (self.thereafter > 0 && (seen - self.initial + 1).is_multiple_of(self.thereafter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipelines::runtime::now;

    /// Scenario: a burst within one second, then the next second. Guarantee: the first two, every third after them,
    /// and the count starts again; signals do not share it.
    #[test]
    fn first_ones_then_every_third() {
        let (mut sampler, start) = (Sampler::new(2, 3), now());
        let printed: Vec<bool> = (0..8).map(|_| sampler.admits(Signal::Logs, start)).collect();
        assert_eq!(printed, [true, true, false, false, true, false, false, true]);
        assert!(sampler.admits(Signal::Traces, start));
        assert!(sampler.admits(Signal::Logs, start + SECOND));
        let mut none = Sampler::new(0, 0);
        assert!(!none.admits(Signal::Logs, start));
    }
}
