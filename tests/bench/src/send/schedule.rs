//! When the next request is due and when it is enough.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The shared plan of all workers.
pub(super) struct Schedule {
    started: Instant,
    /// Time between two requests; without it they follow each other as answers come.
    interval: Option<Duration>,
    until: Option<Duration>,
    requests: Option<u64>,
    issued: Cell<u64>,
}

/// One request to send.
pub(super) struct Turn {
    /// Number of the request, from 0.
    pub(super) number: u64,
    /// When it should leave. Latency is counted from here, so a slow receiver cannot hide the queue it causes.
    pub(super) due: Instant,
}

// === impl Schedule ===

impl Schedule {
    pub(super) fn new(
        started: Instant,
        interval: Option<Duration>,
        until: Option<Duration>,
        requests: Option<u64>,
    ) -> Self {
        Self { started, interval, until, requests, issued: Cell::new(0) }
    }

    /// The next request, or `None` when the time or the number is reached.
    pub(super) async fn next(&self) -> Option<Turn> {
        let number = self.issued.get();
        let now = Instant::now();
        let due = self.interval.map_or(now, |interval| self.started + interval.mul_f64(number as f64));
        if self.requests.is_some_and(|requests| number >= requests)
            || self.until.is_some_and(|until| due.max(now) >= self.started + until)
        {
            return None;
        }
        self.issued.set(number + 1);
        if due > now {
            tokio::time::sleep_until(due.into()).await;
        }
        Some(Turn { number, due })
    }
}
