//! The parts of the runtime alone; the engine as a whole is tested in `tests/engine`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::renewal::Renewals;
use crate::{Batch, Context, Outcome, RefusalKind, Signal, Telemetry};

const SECOND: Duration = Duration::from_secs(1);

/// One log record without content: `resource_logs { scope_logs { log_records {} } }`.
fn record() -> Telemetry {
    Telemetry::from_wire(Signal::Logs, Bytes::from_static(b"\x0a\x04\x12\x02\x12\x00")).unwrap()
}

/// Ends every batch as it is told to.
struct Listener(Outcome);

impl Accept for Listener {
    fn accept(&self, batch: Batch) {
        batch.resolve(self.0.clone());
    }
}

fn output(listeners: Vec<Outcome>) -> (Output, Arc<Stats>) {
    let stats = Arc::new(Stats::default());
    let listeners = listeners.into_iter().map(|outcome| Arc::new(Listener(outcome)) as Arc<dyn Accept>).collect();
    (Output::new(stats.clone(), listeners, None), stats)
}

/// Scenario: permits are taken, grown and dropped. Guarantee: never more than the limit is out, and all comes back.
#[test]
fn budgets_bound_and_come_back() {
    let budget = Budget::new(100);
    let mut first = budget.try_acquire(60).unwrap();
    assert!(budget.try_acquire(41).is_none() && budget.try_acquire(u64::MAX).is_none());
    let second = budget.try_acquire(30).unwrap();
    assert!(!first.grow(11) && first.grow(10));
    assert_eq!(budget.used(), 100);
    drop(first);
    assert_eq!(budget.used(), 30);
    drop(second);
    assert_eq!(budget.used(), 0);
}

/// Scenario: two receivers share a budget and one is flooded. Guarantee: it takes what is free, but half of the other's
/// even share stays free for the other; once one of them is gone the whole is free again.
#[test]
fn a_flooded_receiver_leaves_room_for_others() {
    let budget = Budget::new(100);
    let (flooded, other) = (budget.shared(), budget.shared());
    assert_eq!((flooded.largest(), Budget::new(100).largest()), (75, 100));
    let held = flooded.try_acquire(flooded.largest()).unwrap();
    assert!(flooded.try_acquire(1).is_none());
    let more = other.try_acquire(20).unwrap();
    assert!(flooded.try_acquire(1).is_none() && other.try_acquire(6).is_none());
    assert_eq!(budget.used(), 95);
    drop((more, held));
    drop(other);
    assert!(budget.shared().try_acquire(76).is_none());
    assert!(flooded.try_acquire(100).is_some());
    assert_eq!(budget.used(), 0);
}

/// Scenario: a container with little memory. Guarantee: the default is half of it; a bound that was chosen stands.
#[test]
fn the_default_budget_fits_the_memory() {
    let small = Memory { bytes: 64 << 20, source: "memory.max".into() };
    let (default, chosen) = (Budget::default(), Budget::default());
    default.fit(&small);
    assert_eq!(default.limit(), 32 << 20);
    let _choice = chosen.set(48 << 20);
    chosen.fit(&small);
    assert_eq!(chosen.limit(), 48 << 20);
}

/// Scenario: several processors set the budget. Guarantee: the first choice replaces the default, even upwards; of
/// several the lowest counts, for as long as it is held; a lowered limit takes nothing back but gives nothing out.
#[test]
fn the_lowest_budget_counts() {
    let budget = Budget::default();
    let permit = budget.try_acquire(Budget::DEFAULT).unwrap();
    let high = budget.set(2 * Budget::DEFAULT);
    assert_eq!(budget.limit(), 2 * Budget::DEFAULT);
    let (low, middle) = (budget.set(10), budget.set(20));
    assert_eq!((budget.limit(), budget.used()), (10, Budget::DEFAULT));
    assert!(budget.try_acquire(1).is_none());
    drop(permit);
    assert!(budget.try_acquire(10).is_some());
    drop(low);
    assert_eq!(budget.limit(), 20);
    drop((high, middle));
    assert_eq!(budget.limit(), Budget::DEFAULT);
}

/// Scenario: ticks are asked for in any order. Guarantee: the earliest is kept, also when it is asked for while the
/// engine waits for a later one; once due it is gone.
#[tokio::test(start_paused = true)]
async fn the_earliest_tick_is_due() {
    let (wake, start) = (Wake::default(), now());
    let waking = wake.waking();
    wake.at(start + 5 * SECOND);
    wake.at(start + 9 * SECOND);
    let sooner = async {
        tokio::time::sleep(SECOND).await;
        wake.at(start + 2 * SECOND);
    };
    tokio::join!(waking.due(), sooner);
    assert_eq!(now() - start, 2 * SECOND);
    assert!(tokio::time::timeout(60 * SECOND, waking.due()).await.is_err(), "nobody asked for another tick");
}

/// Scenario: a tick is asked for while nobody waits. Guarantee: it is not missed.
#[tokio::test(start_paused = true)]
async fn no_tick_is_missed() {
    let wake = Wake::default();
    wake.at(now());
    tokio::time::timeout(SECOND, wake.waking().due()).await.expect("it is due at once");
}

/// Scenario: a task spawns another one while the set is awaited. Guarantee: both are awaited.
#[tokio::test(start_paused = true)]
async fn tasks_spawned_while_finishing_are_awaited() {
    let (tasks, ended) = (Tasks::default(), Arc::new(AtomicU32::new(0)));
    let (inner, count) = (tasks.clone(), ended.clone());
    tasks.spawn(async move {
        tokio::time::sleep(SECOND).await;
        inner.spawn(async move {
            tokio::time::sleep(SECOND).await;
            count.fetch_add(1, Ordering::Relaxed);
        });
    });
    assert_eq!((tasks.finish(5 * SECOND).await, ended.load(Ordering::Relaxed)), (0, 1));
    assert!(tasks.is_empty());
}

/// Scenario: a task outlives the deadline, and dropping it spawns another. Guarantee: both are aborted, one is counted.
#[tokio::test(start_paused = true)]
async fn the_deadline_aborts_everything() {
    struct SpawnsWhenDropped(Tasks);
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            self.0.spawn(std::future::pending());
        }
    }
    let tasks = Tasks::default();
    let guard = SpawnsWhenDropped(tasks.clone());
    tasks.spawn(async move {
        let _guard = guard;
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
    assert_eq!(tasks.finish(SECOND).await, 1);
    assert!(tasks.is_empty());
}

/// Scenario: a task panics. Guarantee: the others are awaited all the same.
#[tokio::test(start_paused = true)]
async fn a_panic_ends_one_task() {
    let tasks = Tasks::default();
    tasks.spawn(async { panic!("on purpose") });
    tasks.spawn(tokio::time::sleep(SECOND));
    assert_eq!(tasks.finish(5 * SECOND).await, 0);
}

/// Scenario: the stop is requested, or whoever could request it is gone. Guarantee: every listener sees it, now and
/// later.
#[tokio::test(start_paused = true)]
async fn stops_reach_every_listener() {
    let (stopper, first) = Stopper::new();
    let mut second = stopper.listen();
    assert!(!first.is_requested());
    assert!(tokio::time::timeout(SECOND, second.requested()).await.is_err());
    stopper.stop();
    second.requested().await;
    assert!(first.is_requested() && stopper.listen().is_requested());
    let (stopper, mut orphan) = Stopper::new();
    drop(stopper);
    orphan.requested().await;
    assert!(orphan.is_requested());
}

/// Scenario: a component tells that it listens, or ends before. Guarantee: the other end knows which.
#[tokio::test]
async fn readiness_is_told_or_not() {
    let (mut ready, readiness) = Ready::pair();
    ready.tell(vec!["grpc 127.0.0.1:4317".to_owned()]);
    ready.tell(vec!["too late".to_owned()]);
    assert_eq!(readiness.places().await.unwrap(), ["grpc 127.0.0.1:4317"]);
    let (ready, readiness) = Ready::pair();
    drop(ready);
    assert_eq!(readiness.places().await, None);
}

/// Scenario: two of three listeners take a batch. Guarantee: it is counted once, and the sender hears the refusal.
#[tokio::test]
async fn fan_out_tells_the_worst() {
    let (out, stats) = output(vec![Outcome::Delivered, Outcome::unavailable("down"), Outcome::Delivered]);
    let (batch, acked) = Batch::tracked(record(), Context::default());
    out.send(batch);
    let Outcome::Refused(refusal) = acked.await else { panic!("one listener refused it") };
    assert_eq!((refusal.kind, &*refusal.reason), (RefusalKind::Unavailable, "down"));
    assert_eq!((stats.sent.batches(), stats.sent.items()), (1, 1));
}

/// Scenario: a batch without items. Guarantee: it is delivered and not counted.
#[tokio::test]
async fn nothing_to_deliver_is_delivered() {
    let (out, stats) = output(vec![Outcome::permanent("it is never asked")]);
    let empty = Telemetry::from_wire(Signal::Logs, Bytes::new()).unwrap();
    let (batch, acked) = Batch::tracked(empty, Context::default());
    out.send(batch);
    assert_eq!((acked.await, stats.sent.batches()), (Outcome::Delivered, 0));
}

/// Guarantee: drops are counted by reason and seen by an observer; dropping nothing is no drop.
#[test]
fn drops_are_counted_by_reason() {
    struct Seen(Mutex<Vec<(&'static str, u64)>>);
    impl Observer for Seen {
        fn received(&self, _: &Batch) {}
        fn sent(&self, _: &Batch) {}
        fn dropped(&self, reason: &'static str, items: u64) {
            self.0.lock().unwrap().push((reason, items));
        }
    }
    let (stats, seen) = (Arc::new(Stats::default()), Arc::new(Seen(Mutex::default())));
    let out = Output::new(stats.clone(), Vec::new(), Some(seen.clone()));
    for (reason, items) in [("filtered", 2), ("filtered", 0), ("sampled", 1), ("filtered", 3)] {
        out.dropped(reason, items);
    }
    assert_eq!(stats.dropped.by_reason(), [("filtered", 5), ("sampled", 1)]);
    assert_eq!(stats.dropped.total(), 6);
    assert_eq!(*seen.0.lock().unwrap(), [("filtered", 2), ("sampled", 1), ("filtered", 3)]);
}

/// Guarantee: the status shows the health of the moment, and of each node what it counted and holds.
#[test]
fn status_follows_the_engine() {
    let (health, watch) = tokio::sync::watch::channel(Health::Starting);
    let stats = Arc::new(Stats::default());
    struct Seven;
    impl Gauges for Seven {
        fn held(&self) -> u64 {
            7
        }
    }
    let node = status::NodeStatus {
        id: "batch".to_owned(),
        kind: crate::component::Kind::Processor,
        place: Some("logs".to_owned()),
        signals: vec![Signal::Logs],
        stats: stats.clone(),
        gauges: Arc::new(Seven),
        is_leaving: false,
    };
    let status = Status::new(watch, vec![node], Renewals::default());
    stats.received.add(3, 100);
    health.send_replace(Health::Failed("otlp: gone".to_owned()));
    assert_eq!(status.health(), Health::Failed("otlp: gone".to_owned()));
    assert_eq!((status.nodes()[0].stats.received.items(), status.nodes()[0].held()), (3, 7));
}

/// Scenario: an output gets another listener while a send is on its way to the first. Guarantee: later batches go to the
/// new one at once, and the first one is known to be left alone only when that send has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listeners_change_while_batches_flow() {
    struct Slow(Arc<AtomicBool>);
    impl Accept for Slow {
        fn accept(&self, batch: Batch) {
            std::thread::sleep(Duration::from_millis(50));
            self.0.store(true, Ordering::Release);
            batch.resolve(Outcome::unavailable("slow"));
        }
    }
    let ended = Arc::new(AtomicBool::new(false));
    let out = Output::new(Arc::new(Stats::default()), vec![Arc::new(Slow(ended.clone()))], None);
    let (slow, first) = Batch::tracked(record(), Context::default());
    let sending = {
        let out = out.clone();
        tokio::task::spawn_blocking(move || out.send(slow))
    };
    tokio::time::sleep(Duration::from_millis(10)).await;
    let former = out.rewire(vec![Arc::new(Listener(Outcome::Delivered))]);
    let (batch, second) = Batch::tracked(record(), Context::default());
    out.send(batch);
    assert_eq!(second.await, Outcome::Delivered);
    former.quiet().await;
    assert!(ended.load(Ordering::Acquire));
    assert!(matches!(first.await, Outcome::Refused(_)));
    sending.await.unwrap();
    drop(out.rewire(Vec::new()));
    let (batch, nobody) = Batch::tracked(record(), Context::default());
    out.send(batch);
    assert!(!out.is_heard() && matches!(nobody.await, Outcome::Refused(refusal) if refusal.is_retryable()));
}
