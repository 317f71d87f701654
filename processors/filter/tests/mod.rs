//! The filter from YAML to what leaves it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conditions;
mod data;
mod properties;
mod reference;
mod refused;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use pipelines::component::{Problem, ProcessorFactory};
use pipelines::runtime::{Accept, Output, Stats};
use pipelines::{Batch, Outcome, Telemetry};

use super::{Config, Filter};
use crate::testing;

/// What came out of a filter for one batch.
struct Ran {
    /// What went on; `None` if nothing did.
    kept: Option<Telemetry>,
    dropped: Vec<(&'static str, u64)>,
    outcome: Outcome,
}

#[derive(Default)]
struct Sink(Mutex<Option<Telemetry>>);

impl Accept for Sink {
    fn accept(&self, batch: Batch) {
        *self.0.lock().unwrap() = Some(batch.telemetry().clone());
        batch.resolve(Outcome::Delivered);
    }
}

/// What a validation says of a configuration.
fn problems(yaml: &str) -> Vec<Problem> {
    testing::problems::<Config>(yaml)
}

/// Sends one batch through a filter.
fn run(yaml: &str, telemetry: &Telemetry) -> Ran {
    assert_eq!(problems(yaml).iter().filter(|problem| !problem.warning).collect::<Vec<_>>(), Vec::<&Problem>::new());
    let config = Arc::new(testing::config(yaml));
    let filter = Filter::build(&config, &testing::build_context(telemetry.signal())).expect(yaml);
    let (sink, stats) = (Arc::new(Sink::default()), Arc::new(Stats::default()));
    let out = Output::new(stats.clone(), vec![sink.clone()], None);
    let (batch, acked) = Batch::tracked(telemetry.clone(), pipelines::Context::default());
    filter.process(batch, &out);
    let Poll::Ready(outcome) = pin!(acked).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the batch was not resolved")
    };
    let kept = sink.0.lock().unwrap().take();
    Ran { kept, dropped: stats.dropped.by_reason(), outcome }
}
