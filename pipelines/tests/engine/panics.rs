//! Components that panic: the batch in hand is refused, everything else goes on.

use std::time::Duration;

use pipelines::runtime::{Engine, Running};
use pipelines::{Outcome, RefusalKind};

use super::components::{attempts, delivered};
use super::{logs, plan, send};

async fn run(name: &str, processor: &str, sink: &str) -> Running {
    let plan = plan(&format!(
        "receivers: {{ source/{name}: }}
processors: {{ fragile: {processor} }}
exporters: {{ sink/{name}: {sink} }}
service: {{ pipelines: {{ logs: {{ receivers: [source/{name}], processors: [fragile], exporters: [sink/{name}] }} }} }}"
    ));
    Engine::start(&plan.unwrap()).await.unwrap()
}

fn assert_can_be_sent_again(outcome: Outcome) {
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal.kind, RefusalKind::Unavailable, "{refusal}");
}

/// Scenario: an exporter panics over a batch, with one worker. Guarantee: the sender is told to try again, and the
/// worker delivers the next batch.
#[tokio::test(start_paused = true)]
async fn an_exporter_that_panics_keeps_its_worker() {
    let sink = "{ panics: 1, sending_queue: { num_consumers: 1 } }";
    let running = run("burst", "{ bears: 9 }", sink).await;
    assert_can_be_sent_again(send("source/burst", logs(2)).await);
    assert_eq!(attempts("sink/burst"), 1, "it is not tried again at once");
    assert_eq!(send("source/burst", logs(3)).await, Outcome::Delivered);
    assert_eq!(delivered("sink/burst"), [3]);
    let node = running.status().nodes().iter().find(|node| node.id == "sink/burst").unwrap().clone();
    assert_eq!((node.stats.refused.items(), node.stats.sent.items(), node.held()), (2, 3, 0));
    assert_eq!(running.stop(Duration::from_secs(1)).await, 0);
}

/// Scenario: a processor panics over a batch. Guarantee: whoever sends goes on, hears that it can try again, and the
/// refusal is counted.
#[tokio::test(start_paused = true)]
async fn a_processor_that_panics_harms_only_its_batch() {
    let running = run("frail", "{ bears: 3 }", "").await;
    assert_can_be_sent_again(send("source/frail", logs(4)).await);
    assert_eq!(send("source/frail", logs(3)).await, Outcome::Delivered);
    let node = running.status().nodes().iter().find(|node| node.id == "fragile").unwrap().clone();
    assert_eq!((node.stats.received.items(), node.stats.refused.items(), node.stats.sent.items()), (7, 4, 3));
    assert_eq!(running.stop(Duration::from_secs(1)).await, 0);
}

/// Scenario: a processor panics when it is ticked. Guarantee: what it held is refused, and it is ticked again for the
/// next batch.
#[tokio::test(start_paused = true)]
async fn a_tick_that_panics_is_not_the_last() {
    let running = run("tick", "{ bears: 3, later: true }", "").await;
    assert_can_be_sent_again(send("source/tick", logs(4)).await);
    assert_eq!(send("source/tick", logs(3)).await, Outcome::Delivered);
    let entries = pipelines::ledger::entries(running.status());
    assert!(entries.iter().all(|entry| entry.balance() == 0), "{entries:?}");
    assert_eq!((entries[1].received.items, entries[1].refused.items, entries[1].sent.items), (7, 4, 3));
    assert_eq!(running.stop(Duration::from_secs(1)).await, 0);
}

/// Scenario: a receiver panics right after it was ready. Guarantee: the engine says which one failed and why.
#[tokio::test(start_paused = true)]
async fn a_receiver_that_panics_is_a_failure() {
    let plan = plan(
        "receivers: { source/broken: { panics: true } }
exporters: { sink: }
service: { pipelines: { logs: { receivers: [source/broken], exporters: [sink] } } }",
    );
    let error = Engine::start(&plan.unwrap()).await.err().expect("it does not start");
    assert_eq!(error.to_string(), "source/broken cannot start: it panicked: the source is broken");
}
