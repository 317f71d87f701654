//! Running the lanes.

use std::sync::Arc;

use pipelines::component::{BoxFuture, CheckContext, Failure, Finding, Receiver, ReceiverHost};
use pipelines::{Signal, Telemetry};

use super::config::Config;
use super::lane::{Lane, courses};
use super::sample;
use crate::scrape::{Pace, Way, follow, probe};

/// A receiver that measures the machine.
pub(super) struct NodeReceiver {
    pub(super) config: Arc<Config>,
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
    for course in courses(&config) {
        let initial_delay = config.initial_delay.get();
        let pace = Pace { initial_delay, interval: course.interval, timeout: std::time::Duration::ZERO };
        let (id, config) = (host.id.clone(), config.clone());
        host.tasks.spawn(follow(pace, Way::new(&host), move || Lane::new(id.clone(), &config, &course)));
    }
    host.ready.tell(Vec::new());
    host.stop.requested().await;
    Ok(())
}

/// Collects every group once and says what is missing.
pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let lanes = courses(&config).into_iter().map(move |course| Lane::new(cx.id.clone(), &config, &course));
    probe(cx.timeout, lanes).await
}
