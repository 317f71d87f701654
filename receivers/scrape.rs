//! What receivers share that look at something again and again: ticks, lanes and the way on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pipelines::component::{Check, ComponentId, Finding, Outputs, Problems, ReceiverHost};
use pipelines::config;
use pipelines::runtime::{Budget, Instant, Stop, now};
use pipelines::{Acknowledge, Batch, Context, Signal, Telemetry};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::MissedTickBehavior;

use crate::kernel::Unavailable;

/// What is looked at in one go. Lanes know nothing of each other: one that is held up delays no other.
pub(crate) trait Scrape: Send + 'static {
    /// Counts scrapes that were left out.
    fn skip(&mut self, scrapes: u64);
    /// Looks once. It may block.
    fn scrape(&mut self) -> Telemetry;
    /// What it looks at, as users call it.
    fn names(&self) -> Vec<&'static str>;
    /// What could not be collected the last time, and why.
    fn missing(&self) -> Vec<(&'static str, &Unavailable)>;
}

/// When a lane is to be scraped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Time before the first scrape.
    pub(crate) initial_delay: Duration,
    /// Time between two scrapes.
    pub(crate) interval: Duration,
    /// Time after which what a scrape found is given up; zero for never.
    pub(crate) timeout: Duration,
}

/// Shortest time between two scrapes. A unit that was mistyped (`15ns`) must not take a processor for itself.
pub const SHORTEST_INTERVAL: config::Duration = config::Duration::from_millis(1);

/// A scrape takes milliseconds, and a few seconds where filesystems do not answer.
const LONG: Duration = Duration::from_secs(15);

/// What a lane needs to send.
#[derive(Clone)]
pub(crate) struct Way {
    id: ComponentId,
    outputs: Outputs,
    budget: Budget,
    stop: Stop,
}

/// Refuses an interval that is shorter than any scrape.
pub(crate) fn check_interval(key: &str, interval: config::Duration, help: &str, problems: &mut Problems) {
    if interval < SHORTEST_INTERVAL {
        problems.error(key, format!("is {interval}, expected at least {SHORTEST_INTERVAL}")).help(help);
    }
}

/// Scrapes at each tick what `make` makes. One that takes longer leaves out the ticks that pass meanwhile.
pub(crate) async fn follow<L: Scrape>(pace: Pace, mut way: Way, make: impl Fn() -> L + Clone + Send + 'static) {
    let mut ticks = tokio::time::interval_at(now() + pace.initial_delay, pace.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut before: Option<Instant> = None;
    let mut lane: Option<L> = None;
    let mut skipped = 0;
    loop {
        let tick = tokio::select! {
            () = way.stop.requested() => return,
            tick = ticks.tick() => tick,
        };
        skipped += before.replace(tick).map_or(0, |before| left_out(tick - before, pace.interval));
        let (taken, make, begun) = (lane.take(), make.clone(), now());
        let scraping = tokio::task::spawn_blocking(move || {
            let mut lane = taken.unwrap_or_else(make);
            lane.skip(skipped);
            let telemetry = lane.scrape();
            (lane, telemetry)
        });
        let scraped = tokio::select! {
            // What hangs in the kernel cannot be ended; it is left alone.
            () = way.stop.requested() => return,
            scraped = patiently(&way.id, scraping) => scraped,
        };
        match scraped {
            Ok((used, telemetry)) => {
                lane = Some(used);
                if pace.timeout.is_zero() || begun.elapsed() <= pace.timeout {
                    skipped = u64::from(!way.send(telemetry));
                } else {
                    tracing::warn!(id = %way.id, timeout = ?pace.timeout, "a scrape took too long and is given up");
                    skipped = 0;
                }
            }
            Err(error) => tracing::error!(id = %way.id, %error, "a scrape failed; the next one begins anew"),
        }
    }
}

/// Scrapes each lane once within `timeout`, and says what is missing.
pub(crate) async fn probe<L: Scrape>(
    timeout: Duration,
    lanes: impl Iterator<Item = L> + Send + 'static,
) -> Vec<Finding> {
    let probing = tokio::task::spawn_blocking(move || {
        let mut findings = Vec::new();
        for mut lane in lanes {
            let (points, names) = (lane.scrape().items(), lane.names().join(", "));
            findings.push(Finding::new(Check::Passed, format!("{points} points of {names} can be collected")));
            let missing = |(name, why)| Finding::new(Check::Warned, format!("not everything of {name}: {why}"));
            findings.extend(lane.missing().into_iter().map(missing));
        }
        findings
    });
    match tokio::time::timeout(timeout, probing).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(error)) => vec![Finding::new(Check::Failed, format!("collecting failed: {error}"))],
        Err(_) => vec![Finding::new(Check::Failed, format!("collecting took longer than {timeout:?}"))],
    }
}

/// Waits for a scrape. What hangs in the kernel says nothing itself, so it is said here, once.
async fn patiently<T>(id: &ComponentId, mut scraping: JoinHandle<T>) -> Result<T, JoinError> {
    if let Ok(scraped) = tokio::time::timeout(LONG, &mut scraping).await {
        return scraped;
    }
    tracing::warn!(%id, "a scrape has taken {LONG:?} and goes on; until it ends, some groups are not collected");
    let scraped = scraping.await;
    tracing::info!(%id, "the scrape that took long has ended");
    scraped
}

/// Logs what is missing or there again, once.
pub(crate) fn tell(
    id: &ComponentId,
    name: &str,
    missing: &mut Option<Unavailable>,
    collected: Result<(), Unavailable>,
) {
    match (collected, &missing) {
        (Ok(()), Some(_)) => tracing::info!(%id, group = name, "everything of the group can be collected again"),
        (Err(unavailable), before) if before.as_ref().is_none_or(|before| before.path != unavailable.path) => {
            tracing::warn!(%id, group = name, "not everything of the group can be collected: {unavailable}");
            *missing = Some(unavailable);
            return;
        }
        (Ok(()), None) | (Err(_), _) => return,
    }
    *missing = None;
}

/// The time of day, nanoseconds since the Unix epoch.
pub(crate) fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// How many ticks lie between two that took place.
fn left_out(between: Duration, interval: Duration) -> u64 {
    let ticks = (between.as_secs_f64() / interval.as_secs_f64()).round() as u64;
    ticks.saturating_sub(1)
}

// === impl Way ===

impl Way {
    /// The way on for a receiver.
    pub(crate) fn new(host: &ReceiverHost) -> Self {
        let (id, outputs) = (host.id.clone(), host.outputs.clone());
        Self { id, outputs, budget: host.budget.clone(), stop: host.stop.clone() }
    }

    /// Sends a scrape on; false if there was no room for it. What is refused is not sent again: the next scrape says more.
    fn send(&self, telemetry: Telemetry) -> bool {
        let Some(output) = self.outputs.signal(Signal::Metrics) else { return true };
        if telemetry.items() == 0 {
            return true;
        }
        let Some(permit) = self.budget.try_acquire(telemetry.len() as u64) else {
            tracing::warn!(id = %self.id, "a scrape is left out: too many bytes are in flight");
            return false;
        };
        let (batch, _acked) = Batch::tracked_until(telemetry, Context::default(), Acknowledge::Received);
        output.send(batch.holding(permit));
        true
    }
}
