//! Running the lanes.

use std::sync::Arc;

use pipelines::component::{BoxFuture, CheckContext, Failure, Finding, Receiver, ReceiverHost};
use pipelines::{Signal, Telemetry};

use super::config::Config;
use super::lane::Lane;
use super::sample;
use super::scrapers::Course;
use crate::scrape::{Pace, Way, follow, probe};

/// A receiver that measures the machine.
pub(super) struct SystemReceiver {
    pub(super) config: Arc<Config>,
}

// === impl SystemReceiver ===

impl Receiver for SystemReceiver {
    fn run(self: Box<Self>, host: ReceiverHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(run(self.config, host))
    }

    fn sample(&self, signal: Signal) -> Option<Telemetry> {
        (signal == Signal::Metrics).then(|| sample::sample(self.config.naming))
    }
}

async fn run(config: Arc<Config>, mut host: ReceiverHost) -> Result<(), Failure> {
    let pace = Pace {
        initial_delay: config.initial_delay.get(),
        interval: config.collection_interval.get(),
        timeout: config.timeout.get(),
    };
    for course in courses(&config) {
        let (id, config) = (host.id.clone(), config.clone());
        host.tasks.spawn(follow(pace, Way::new(&host), move || Lane::new(id.clone(), &config, course)));
    }
    host.ready.tell(Vec::new());
    host.stop.requested().await;
    Ok(())
}

/// The lanes that have something to do.
fn courses(config: &Config) -> Vec<Course> {
    let scrapers = &config.scrapers;
    let is_used = |course: &Course| match course {
        Course::Quick => scrapers.has_quick(),
        Course::Filesystems => scrapers.filesystem.is_some(),
        Course::Processes => scrapers.process.is_some(),
    };
    Course::ALL.into_iter().filter(is_used).collect()
}

/// Scrapes once and says what is missing.
pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let lanes = courses(&config).into_iter().map(move |course| Lane::new(cx.id.clone(), &config, course));
    probe(cx.timeout, lanes).await
}
