//! Running the lanes.

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::{BoxFuture, ComponentId, Failure, Outputs, Receiver, ReceiverHost};
use pipelines::runtime::{Budget, Instant, Stop, now};
use pipelines::{Acknowledge, Batch, Context, Signal, Telemetry};
use tokio::time::MissedTickBehavior;

use super::config::Config;
use super::lane::{Course, Lane, courses};
use super::sample;

/// A receiver that measures the machine.
pub(super) struct NodeReceiver {
    pub(super) config: Arc<Config>,
}

/// What a lane needs to send.
#[derive(Clone)]
struct Way {
    id: ComponentId,
    outputs: Outputs,
    budget: Budget,
    stop: Stop,
}

// === impl NodeReceiver ===

impl Receiver for NodeReceiver {
    fn run(self: Box<Self>, host: ReceiverHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(run(self.config, host))
    }

    fn sample(&self, signal: Signal) -> Option<Telemetry> {
        (signal == Signal::Metrics).then(|| sample::sample(self.config.naming))
    }
}

async fn run(config: Arc<Config>, mut host: ReceiverHost) -> Result<(), Failure> {
    let way = Way { id: host.id, outputs: host.outputs, budget: host.budget, stop: host.stop.clone() };
    for course in courses(&config) {
        host.tasks.spawn(follow(config.clone(), course, way.clone()));
    }
    host.ready.tell(Vec::new());
    host.stop.requested().await;
    Ok(())
}

/// Scrapes at each tick. One that takes longer leaves out the ticks that pass meanwhile.
async fn follow(config: Arc<Config>, course: Course, mut way: Way) {
    let mut ticks = tokio::time::interval_at(now() + config.initial_delay.get(), course.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut before: Option<Instant> = None;
    let mut lane = None;
    let mut skipped = 0;
    loop {
        let tick = tokio::select! {
            () = way.stop.requested() => return,
            tick = ticks.tick() => tick,
        };
        skipped += before.replace(tick).map_or(0, |before| left_out(tick - before, course.interval));
        let taken = lane.take();
        let (id, config, course) = (way.id.clone(), config.clone(), course.clone());
        let scraping = tokio::task::spawn_blocking(move || {
            let mut lane = taken.unwrap_or_else(|| Lane::new(id, &config, &course));
            lane.skip(skipped);
            let telemetry = lane.scrape();
            (lane, telemetry)
        });
        let scraped = tokio::select! {
            // What hangs in the kernel cannot be ended; it is left alone.
            () = way.stop.requested() => return,
            scraped = scraping => scraped,
        };
        match scraped {
            Ok((used, telemetry)) => {
                lane = Some(used);
                skipped = u64::from(!way.send(telemetry));
            }
            Err(error) => tracing::error!(id = %way.id, %error, "a scrape failed; the next one begins anew"),
        }
    }
}

/// How many ticks lie between two that took place.
fn left_out(between: Duration, interval: Duration) -> u64 {
    let ticks = (between.as_secs_f64() / interval.as_secs_f64()).round() as u64;
    ticks.saturating_sub(1)
}

// === impl Way ===

impl Way {
    /// Sends a scrape on; false if there was no room for it. What is refused is not sent again: the next scrape says more.
    fn send(&self, telemetry: Telemetry) -> bool {
        let Some(output) = self.outputs.signal(Signal::Metrics) else { return true };
        let Some(permit) = self.budget.try_acquire(telemetry.len() as u64) else {
            tracing::warn!(id = %self.id, "a scrape is left out: too many bytes are in flight");
            return false;
        };
        let (batch, _acked) = Batch::tracked_until(telemetry, Context::default(), Acknowledge::Received);
        output.send(batch.holding(permit));
        true
    }
}
