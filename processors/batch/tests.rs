//! Batches by items, bytes, time and metadata; every sender hears what became of its data.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use pipelines::runtime::now;
use pipelines::{Batch as Sent, Outcome, RefusalKind, Signal};

use super::{Batch, Config};
use crate::testing::{Bench, config, context, logs, problems};

fn bench(yaml: &str) -> Bench {
    Bench::new::<Batch>(Signal::Logs, yaml)
}

fn items(batches: &[Sent]) -> Vec<usize> {
    batches.iter().map(Sent::items).collect()
}

fn deliver(batches: Vec<Sent>) {
    batches.into_iter().for_each(|batch| batch.resolve(Outcome::Delivered));
}

/// Scenario: requests come in until there are enough items. Guarantee: they leave as one, in order.
#[tokio::test(start_paused = true)]
async fn sends_when_there_are_enough_items() {
    let bench = bench("send_batch_size: 5");
    let first = bench.send(logs([1, 2]));
    let second = bench.send(logs([3, 4]));
    assert_eq!((bench.received().len(), bench.processor.held()), (0, 4));
    let third = bench.send(logs([5]));
    let received = bench.received();
    assert_eq!((items(&received), bench.processor.held()), (vec![5], 0));
    deliver(received);
    for acked in [first, second, third] {
        assert_eq!(acked.await, Outcome::Delivered);
    }
}

/// Scenario: few items, but large ones. Guarantee: bytes trigger as well.
#[tokio::test(start_paused = true)]
async fn sends_when_there_are_enough_bytes() {
    let bench = bench("send_batch_bytes: 100");
    let _first = bench.send(logs([1]));
    assert!(bench.received().is_empty());
    let _second = bench.send(logs(2..20));
    assert_eq!(items(&bench.received()), [19]);
}

/// Scenario: nothing more comes. Guarantee: the oldest waits for the timeout and no longer.
#[tokio::test(start_paused = true)]
async fn sends_when_the_time_is_up() {
    let bench = bench("timeout: 1s");
    let start = now();
    let waking = bench.wake.waking();
    let acked = bench.send(logs([1]));
    tokio::time::advance(Duration::from_millis(600)).await;
    let _second = bench.send(logs([2]));
    bench.processor.tick(now(), &bench.out);
    assert!(bench.received().is_empty());
    waking.due().await;
    assert_eq!((now() - start).as_millis(), 1000);
    bench.processor.tick(now(), &bench.out);
    let received = bench.received();
    assert_eq!(items(&received), [2]);
    deliver(received);
    assert_eq!(acked.await, Outcome::Delivered);
}

/// Scenario: a group was sent by size and filled again before its old tick. Guarantee: it gets a tick of its own.
#[tokio::test(start_paused = true)]
async fn a_stale_tick_asks_for_the_next() {
    let bench = bench("timeout: 1s\nsend_batch_size: 2");
    let waking = bench.wake.waking();
    let _first = bench.send(logs([1]));
    tokio::time::advance(Duration::from_millis(500)).await;
    let _second = bench.send(logs([2]));
    assert_eq!(items(&bench.received()), [2]);
    let _third = bench.send(logs([3]));
    waking.due().await;
    bench.processor.tick(now(), &bench.out);
    assert!(bench.received().is_empty());
    waking.due().await;
    bench.processor.tick(now(), &bench.out);
    assert_eq!(items(&bench.received()), [1]);
}

/// Scenario: timeout or size zero. Guarantee: every request leaves at once.
#[tokio::test]
async fn zero_sends_at_once() {
    for yaml in ["timeout: 0s", "send_batch_size: 0"] {
        let bench = bench(yaml);
        let _acked = bench.send(logs([1]));
        assert_eq!(items(&bench.received()), [1], "{yaml}");
    }
}

/// Scenario: the engine stops. Guarantee: what is held is sent.
#[tokio::test]
async fn flush_sends_what_is_held() {
    let bench = bench("timeout: 1h");
    let _acked = bench.send(logs([1, 2]));
    bench.processor.flush(&bench.out);
    assert_eq!(items(&bench.received()), [2]);
    assert_eq!(bench.processor.held(), 0);
}

/// Scenario: one of three requests in a batch is refused downstream, with all of them. Guarantee: all hear it.
#[tokio::test]
async fn a_refusal_reaches_every_sender() {
    let bench = bench("send_batch_size: 2");
    let (first, second) = (bench.send(logs([1])), bench.send(logs([2])));
    for batch in bench.received() {
        batch.resolve(Outcome::unavailable("down"));
    }
    assert_eq!(first.await, Outcome::unavailable("down"));
    assert_eq!(second.await, Outcome::unavailable("down"));
}

/// Scenario: tenants share a pipeline. Guarantee: their data never share a batch, and the batch carries on the
/// metadata that its requests share and nothing else.
#[tokio::test]
async fn metadata_keeps_batches_apart() {
    let bench = bench("metadata_keys: [X-Tenant]\nsend_batch_size: 2");
    let _a = bench.send_from(logs([1]), context(&[("x-tenant", "a"), ("authorization", "of a")]));
    let _b = bench.send_from(logs([2]), context(&[("x-tenant", "b")]));
    assert!(bench.received().is_empty());
    let _more = bench.send_from(logs([3]), context(&[("x-tenant", "a"), ("authorization", "of another")]));
    let received = bench.received();
    assert_eq!(items(&received), [2]);
    let context = received[0].context();
    assert_eq!(context.metadata("x-tenant").collect::<Vec<_>>(), ["a"]);
    assert_eq!((context.metadata("authorization").count(), context.client()), (0, None));
}

/// Scenario: clients without metadata keys are joined. Guarantee: nobody's headers travel with another's data.
#[tokio::test]
async fn a_joined_batch_belongs_to_nobody() {
    let bench = bench("send_batch_size: 1");
    let _acked = bench.send_from(logs([1]), context(&[("authorization", "secret")]));
    assert_eq!(bench.received()[0].context().metadata("authorization").count(), 0);
}

/// Scenario: more tenants than allowed. Guarantee: the batch of one more is refused for now with a reason, and is
/// taken once a group has left.
#[tokio::test]
async fn too_many_combinations_are_refused() {
    let bench = bench("metadata_keys: [tenant]\nmetadata_cardinality_limit: 2");
    let _a = bench.send_from(logs([1]), context(&[("tenant", "a")]));
    let _b = bench.send_from(logs([2]), context(&[("tenant", "b")]));
    let Outcome::Refused(refusal) = bench.send_from(logs([3]), context(&[("tenant", "c")])).await else {
        panic!("refused")
    };
    assert_eq!(refusal.kind, RefusalKind::Exhausted);
    assert!(refusal.reason.contains("metadata_cardinality_limit"), "{}", refusal.reason);
    bench.processor.flush(&bench.out);
    assert_eq!(bench.received().len(), 2);
    let _c = bench.send_from(logs([3]), context(&[("tenant", "c")]));
    assert_eq!(bench.processor.held(), 1);
}

/// Scenario: limits that contradict each other. Guarantee: each is named by its key.
#[test]
fn contradictions_are_named() {
    let yaml = "send_batch_size: 10\nsend_batch_max_size: 5\nsend_batch_max_bytes: 1\nmetadata_keys: [a, A]";
    let paths: Vec<_> = problems::<Config>(yaml).into_iter().map(|problem| problem.path).collect();
    assert_eq!(paths, ["send_batch_max_size", "send_batch_max_bytes", "metadata_keys.1"]);
    assert!(problems::<Config>("").is_empty());
    assert_eq!(config::<Config>("timeout: 10s").send_batch_size, 8192);
}

/// Scenario: a request larger than the most items, then one larger than the most bytes. Guarantee: pieces within the
/// limit leave in order, a rest below the trigger stays, and the sender hears of all pieces together.
#[tokio::test(start_paused = true)]
async fn splits_what_is_too_large() {
    let by_items = bench("send_batch_size: 3\nsend_batch_max_size: 3");
    let acked = by_items.send(logs(0..7));
    let received = by_items.received();
    assert_eq!((items(&received), by_items.processor.held()), (vec![3, 3], 1));
    deliver(received);
    by_items.processor.flush(&by_items.out);
    by_items.received().remove(0).resolve(Outcome::permanent("bad"));
    assert_eq!(acked.await, Outcome::permanent("bad"));

    let by_bytes = bench("timeout: 0s\nsend_batch_bytes: 50\nsend_batch_max_bytes: 50");
    let _acked = by_bytes.send(logs(0..9));
    let received = by_bytes.received();
    assert!(received.len() > 1 && received.iter().all(|batch| batch.bytes() <= 50));
    assert_eq!(items(&received).iter().sum::<usize>(), 9);
}
