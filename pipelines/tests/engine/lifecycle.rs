//! Starting and stopping.

use std::time::Duration;

use pipelines::Outcome;
use pipelines::runtime::{Engine, Health};

use super::components::delivered;
use super::{logs, plan, send};

/// Scenario: a receiver cannot start. Guarantee: the engine does not start and says which one and why.
#[tokio::test(start_paused = true)]
async fn a_failing_receiver_keeps_the_engine_from_starting() {
    let plan = plan(
        "receivers: { source/bad: { fails: the port is taken }, source/good: }
exporters: { sink: }
service: { pipelines: { logs: { receivers: [source/good, source/bad], exporters: [sink] } } }",
    )
    .unwrap();
    let error = Engine::start(&plan).await.err().expect("it does not start");
    assert_eq!(error.to_string(), "source/bad cannot start: the port is taken");
}

/// Scenario: the engine stops while a queue holds batches back. Guarantee: they are delivered first and the senders
/// hear of it.
#[tokio::test(start_paused = true)]
async fn delivers_what_is_held_before_it_stops() {
    let plan = plan(
        "receivers: { source/held: }
exporters: { sink/held: { sending_queue: { batch: { min_size: 1000, flush_timeout: 1h } } } }
service: { pipelines: { logs: { receivers: [source/held], exporters: [sink/held] } } }",
    )
    .unwrap();
    let running = Engine::start(&plan).await.unwrap();
    assert_eq!(running.status().health(), Health::Running);
    let acked = send("source/held", logs(5));
    let cut = running.stop(Duration::from_secs(5)).await;
    assert_eq!((cut, acked.await, delivered("sink/held")), (0, Outcome::Delivered, vec![5]));
}

/// Scenario: batches keep coming after the stop. Guarantee: they are refused for now, never taken and lost.
#[tokio::test(start_paused = true)]
async fn refuses_after_the_stop() {
    let plan = plan(
        "receivers: { source/late: }
exporters: { sink/late: }
service: { pipelines: { logs: { receivers: [source/late], exporters: [sink/late] } } }",
    )
    .unwrap();
    let running = Engine::start(&plan).await.unwrap();
    running.stop(Duration::from_secs(1)).await;
    let Outcome::Refused(refusal) = send("source/late", logs(1)).await else { panic!("it is refused") };
    assert!(refusal.is_retryable() && delivered("sink/late").is_empty());
}
