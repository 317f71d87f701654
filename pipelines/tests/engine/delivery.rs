//! Queues, retry, timeout and what senders hear of them.

use std::time::Duration;

use pipelines::runtime::Engine;
use pipelines::{Outcome, RefusalKind};

use super::components::{attempts, delivered};
use super::{logs, plan, send};

fn one(source: &str, sink: &str, body: &str) -> pipelines::Plan {
    plan(&format!(
        "receivers: {{ {source}: }}\nexporters: {{ {sink}: {body} }}\n\
         service: {{ pipelines: {{ logs: {{ receivers: [{source}], exporters: [{sink}] }} }} }}"
    ))
    .unwrap()
}

fn kind(outcome: Outcome) -> Option<RefusalKind> {
    match outcome {
        Outcome::Refused(refusal) => Some(refusal.kind),
        _ => None,
    }
}

/// Scenario: a destination fails twice. Guarantee: the sender hears of the third attempt only, which succeeds.
#[tokio::test(start_paused = true)]
async fn tries_again() {
    let running = Engine::start(&one("source/again", "sink/again", "{ fails: 2 }")).await.unwrap();
    assert_eq!(send("source/again", logs(3)).await, Outcome::Delivered);
    assert_eq!((attempts("sink/again"), delivered("sink/again")), (3, vec![3]));
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: a destination fails for longer than the retry time. Guarantee: the sender is told to try again.
#[tokio::test(start_paused = true)]
async fn gives_back_when_the_time_is_up() {
    let body = "{ fails: 1000, retry_on_failure: { max_elapsed_time: 20s } }";
    let running = Engine::start(&one("source/up", "sink/up", body)).await.unwrap();
    assert_eq!(kind(send("source/up", logs(1)).await), Some(RefusalKind::Unavailable));
    assert!(attempts("sink/up") > 1);
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: a destination rejects for good. Guarantee: one attempt, and the sender is told not to try again.
#[tokio::test(start_paused = true)]
async fn rejects_once() {
    let running = Engine::start(&one("source/no", "sink/no", "{ rejects: true }")).await.unwrap();
    assert_eq!(kind(send("source/no", logs(1)).await), Some(RefusalKind::Permanent));
    assert_eq!(attempts("sink/no"), 1);
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: a destination takes some items. Guarantee: the sender hears how many it did not take.
#[tokio::test(start_paused = true)]
async fn tells_of_partial_success() {
    let running = Engine::start(&one("source/part", "sink/part", "{ partly: 2 }")).await.unwrap();
    assert_eq!(send("source/part", logs(5)).await, Outcome::Partial { rejected: 2, reason: "some".into() });
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: a destination never answers. Guarantee: the attempt ends at the timeout and is retryable.
#[tokio::test(start_paused = true)]
async fn attempts_time_out() {
    let body = "{ hangs: true, timeout: 2s, retry_on_failure: { enabled: false } }";
    let running = Engine::start(&one("source/slow", "sink/slow", body)).await.unwrap();
    assert_eq!(kind(send("source/slow", logs(1)).await), Some(RefusalKind::Unavailable));
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: one of two destinations is dead. Guarantee: the other one gets everything; the dead one fills its own
/// bound and then the sender is told at once to try again later.
#[tokio::test(start_paused = true)]
async fn a_dead_branch_fills_only_its_own_bound() {
    let plan = plan(
        "receivers: { source/two: }
exporters:
  sink/dead: { hangs: true, sending_queue: { queue_size: 3, sizer: requests } }
  sink/fine:
service: { pipelines: { logs: { receivers: [source/two], exporters: [sink/dead, sink/fine] } } }",
    )
    .unwrap();
    let running = Engine::start(&plan).await.unwrap();
    let waiting: Vec<_> = (0..3).map(|_| send("source/two", logs(1))).collect();
    let refused = send("source/two", logs(7));
    assert_eq!(kind(refused.await), Some(RefusalKind::Exhausted));
    assert_eq!(delivered("sink/fine"), [1, 1, 1, 7]);
    running.stop(Duration::from_secs(1)).await;
    for acked in waiting {
        assert_eq!(kind(acked.await), Some(RefusalKind::Unavailable), "what was cut off can be sent again");
    }
}

/// Scenario: `wait_for_result: false`. Guarantee: the sender is answered as soon as the batch is queued.
#[tokio::test(start_paused = true)]
async fn answers_when_queued_if_told_so() {
    let body = "{ hangs: true, sending_queue: { wait_for_result: false } }";
    let running = Engine::start(&one("source/early", "sink/early", body)).await.unwrap();
    assert_eq!(send("source/early", logs(1)).await, Outcome::Delivered);
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: a queue that groups. Guarantee: requests leave together when the size or the time is reached, in pieces
/// of at most the maximum, and every sender hears the outcome.
#[tokio::test(start_paused = true)]
async fn queues_group() {
    let body = "{ sending_queue: { num_consumers: 1, batch: { min_size: 10, max_size: 8, flush_timeout: 1s } } }";
    let running = Engine::start(&one("source/group", "sink/group", body)).await.unwrap();
    let first = [send("source/group", logs(6)), send("source/group", logs(6))];
    for acked in first {
        assert_eq!(acked.await, Outcome::Delivered);
    }
    assert_eq!(delivered("sink/group"), [8, 4]);
    assert_eq!(send("source/group", logs(2)).await, Outcome::Delivered);
    assert_eq!(delivered("sink/group"), [8, 4, 2]);
    running.stop(Duration::from_secs(1)).await;
}

/// Scenario: of a large batch a part is exported and fails for now, the rest is below the minimum. Guarantee: the rest
/// leaves when its time is reached, and does not wait for the worker that has the other part.
#[tokio::test(start_paused = true)]
async fn the_rest_of_a_group_waits_for_nobody() {
    let body = "{ fails: 1, sending_queue: { num_consumers: 2, \
        batch: { min_size: 10, max_size: 10, flush_timeout: 1s } } }";
    let running = Engine::start(&one("source/rest", "sink/rest", body)).await.unwrap();
    assert_eq!(send("source/rest", logs(15)).await, Outcome::Delivered);
    assert_eq!(delivered("sink/rest"), [5, 10]);
    running.stop(Duration::from_secs(1)).await;
}
