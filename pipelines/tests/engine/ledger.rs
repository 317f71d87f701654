//! What comes in is what goes out, is dropped, rejected, refused or held: for every node, to the item.

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::*;
use pipelines::ledger::{Entry, entries, summary, table};
use pipelines::runtime::{Engine, Output, Running};
use pipelines::{Acknowledge, Batch, Outcome, Refusal, RefusalKind, Signal};
use schemars::JsonSchema;
use serde::Deserialize;

use super::components::outputs;
use super::{logs, plan, send};

/// Drops, refuses or panics by the number of items, after it has sent on what it keeps.
pub(crate) struct Sieve(Arc<SieveConfig>);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SieveConfig {
    /// Most items it keeps of one batch.
    keeps: usize,
    /// Refuses batches with more items.
    bears: usize,
    /// Panics instead of dropping.
    panics: bool,
}

impl Config for SieveConfig {}

impl ProcessorFactory for Sieve {
    const ABOUT: About = About {
        name: "sieve",
        aliases: &[],
        signals: &[Signal::Logs],
        stability: Stability::Alpha,
        summary: "for tests",
        example: "",
    };
    type Config = SieveConfig;

    fn build(config: &Arc<SieveConfig>, _: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        Ok(Box::new(Self(config.clone())))
    }
}

impl Processor for Sieve {
    fn process(&self, batch: Batch, out: &Output) {
        if batch.items() > self.0.bears {
            return out.refuse(batch, Refusal::new(RefusalKind::Invalid, "too many items"));
        }
        let dropped = batch.items().saturating_sub(self.0.keeps);
        let mut pieces = batch.split(Some(self.0.keeps), None).into_iter();
        if let Some(kept) = pieces.next() {
            out.send(kept);
        }
        if dropped > 0 {
            assert!(!self.0.panics, "{dropped} items too many");
            out.dropped("sieved", dropped as u64);
            pieces.for_each(|piece| piece.resolve(Outcome::Delivered));
        }
    }

    fn drops(&self) -> &'static [&'static str] {
        &["sieved"]
    }
}

async fn run(name: &str, sieve: &str, sinks: &[&str]) -> Running {
    let ids: Vec<String> = (0..sinks.len()).map(|at| format!("sink/{name}{at}")).collect();
    let bodies: String = ids.iter().zip(sinks).map(|(id, body)| format!("  {id}: {body}\n")).collect();
    let plan = plan(&format!(
        "receivers: {{ source/{name}: }}\nprocessors: {{ sieve: {sieve} }}\nexporters:\n{bodies}\
         service: {{ pipelines: {{ logs: {{ receivers: [source/{name}], processors: [sieve], exporters: [{}] }} }} }}",
        ids.join(", ")
    ));
    Engine::start(&plan.unwrap()).await.unwrap()
}

const OPEN: &str = "{ keeps: 100, bears: 100 }";

/// Every line of the ledger, all of which add up.
fn balanced(running: &Running) -> Vec<Entry> {
    let entries = entries(running.status());
    assert!(entries.iter().all(|entry| entry.balance() == 0), "{}", table(running.status()));
    entries
}

/// In, out, rejected, refused, dropped, held.
fn numbers(entry: &Entry) -> [u64; 6] {
    let Entry { received, sent, rejected, refused, held, .. } = entry;
    [received.items, sent.items, rejected.items, refused.items, entry.dropped_items(), *held]
}

/// Scenario: an engine that has just started. Guarantee: every line and every reason is there, with zero.
#[tokio::test(start_paused = true)]
async fn everything_is_there_from_the_start() {
    let running = run("fresh", OPEN, &["", ""]).await;
    let entries = balanced(&running);
    let labels: Vec<String> = entries.iter().map(Entry::label).collect();
    assert_eq!(labels, ["source/fresh (logs)", "sieve (logs)", "sink/fresh0 (logs)", "sink/fresh1 (logs)"]);
    assert!(entries.iter().all(|entry| numbers(entry) == [0; 6]));
    assert_eq!(entries[1].dropped, [("sieved", 0)]);
    assert_eq!(entries[2].dropped, [("undelivered", 0)]);
}

/// Scenario: one of two destinations takes a part, and a processor drops another part. Guarantee: each node counts its
/// own; the receiver what its client was told.
#[tokio::test(start_paused = true)]
async fn drops_and_partial_success() {
    let running = run("part", "{ keeps: 5, bears: 100 }", &["{ partly: 2 }", ""]).await;
    assert!(matches!(send("source/part", logs(8)).await, Outcome::Partial { rejected: 2, .. }));
    let entries = balanced(&running);
    assert_eq!(numbers(&entries[0]), [8, 6, 2, 0, 0, 0]);
    assert_eq!(numbers(&entries[1]), [8, 5, 0, 0, 3, 0]);
    assert_eq!(numbers(&entries[2]), [5, 3, 2, 0, 0, 0]);
    assert_eq!(numbers(&entries[3]), [5, 5, 0, 0, 0, 0]);
    assert!(table(running.status()).contains("3 sieved"), "{}", table(running.status()));
    assert!(summary(running.status()).starts_with("received 8 items, acknowledged 6"));
}

/// Scenario: two destinations each reject more than half of a batch. Guarantee: the receiver counts no more items than
/// there were.
#[tokio::test(start_paused = true)]
async fn rejected_twice_is_rejected_once() {
    let running = run("twice", OPEN, &["{ partly: 4 }", "{ partly: 4 }"]).await;
    send("source/twice", logs(5)).await;
    assert_eq!(numbers(&balanced(&running)[0]), [5, 0, 5, 0, 0, 0]);
}

/// Scenario: a destination that hangs behind a queue for one request. Guarantee: what waits is held by exporter and
/// receiver, what finds no room is refused at both; nothing is counted twice by the branch that works.
#[tokio::test(start_paused = true)]
async fn refused_and_held() {
    let stuck = "{ hangs: true, sending_queue: { queue_size: 1, sizer: requests } }";
    let running = run("stuck", OPEN, &[stuck, ""]).await;
    let first = send("source/stuck", logs(3));
    send("source/stuck", logs(4)).await;
    let entries = balanced(&running);
    assert_eq!(numbers(&entries[0]), [7, 0, 0, 4, 0, 3]);
    assert_eq!(numbers(&entries[2]), [7, 0, 0, 4, 0, 3]);
    assert_eq!(entries[2].turned_away.items, 4);
    assert_eq!(numbers(&entries[3]), [7, 7, 0, 0, 0, 0]);
    drop(first);
}

/// Scenario: a processor refuses one batch for good, an exporter another. Guarantee: both are rejected, at the node that
/// did it and at the receiver.
#[tokio::test(start_paused = true)]
async fn rejected() {
    let running = run("never", "{ keeps: 100, bears: 5 }", &["{ rejects: true }"]).await;
    send("source/never", logs(6)).await;
    send("source/never", logs(2)).await;
    let entries = balanced(&running);
    assert_eq!(numbers(&entries[0]), [8, 0, 8, 0, 0, 0]);
    assert_eq!(numbers(&entries[1]), [8, 2, 6, 0, 0, 0]);
    assert_eq!(numbers(&entries[2]), [2, 0, 2, 0, 0, 0]);
    let failing = running.status().nodes()[2].stats.attempts.failing().unwrap();
    assert_eq!((failing.attempts, &*failing.reason), (1, "it does not want it"));
}

/// Scenario: the sender was told that its batch is queued, and the delivery fails for too long. Guarantee: what is lost
/// is not called refused, but dropped and why; the exporter is known to fail.
#[tokio::test(start_paused = true)]
async fn lost_is_dropped() {
    let sink = "{ fails: 9, sending_queue: { wait_for_result: false }, retry_on_failure: { max_elapsed_time: 20s } }";
    let running = run("lost", OPEN, &[sink]).await;
    assert_eq!(send("source/lost", logs(3)).await, Outcome::Delivered);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let entries = balanced(&running);
    assert_eq!(entries[2].dropped, [("undelivered", 3)]);
    assert_eq!(numbers(&entries[0]), [3, 3, 0, 0, 0, 0]);
    let failing = running.status().nodes()[2].stats.attempts.failing().unwrap();
    assert!(failing.attempts > 1 && failing.is_dead(Duration::from_secs(40), 1), "{failing:?}");
    assert!(!failing.is_dead(Duration::from_secs(40), 0), "nothing waits and nobody tries");
}

/// Scenario: a sender asks for no more than reception and goes its way; then the delivery fails. Guarantee: the receiver
/// has acknowledged it, so it is not refused, but lost at the exporter.
#[tokio::test(start_paused = true)]
async fn received_and_lost() {
    let running = run("brief", OPEN, &["{ fails: 9, retry_on_failure: { max_elapsed_time: 1s } }"]).await;
    let (batch, acked) = Batch::tracked_until(logs(3), pipelines::Context::default(), Acknowledge::Received);
    outputs("source/brief").signal(Signal::Logs).unwrap().send(batch);
    drop(acked);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let entries = balanced(&running);
    assert_eq!(numbers(&entries[0]), [3, 3, 0, 0, 0, 0]);
    assert_eq!(entries[2].dropped, [("undelivered", 3)]);
}

/// Scenario: many threads send at once, and a processor panics over every second batch after it has sent a part of it.
/// Guarantee: at rest the rest of each of those is refused, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panics_are_refusals_to_the_item() {
    let running = run("panic", "{ keeps: 2, bears: 100, panics: true }", &[""]).await;
    let sender = |items: usize| {
        tokio::task::spawn_blocking(move || {
            let outputs = outputs("source/panic");
            for _ in 0..50 {
                let (batch, _) = Batch::tracked(logs(items), pipelines::Context::default());
                outputs.signal(Signal::Logs).unwrap().send(batch);
            }
        })
    };
    for thread in [sender(2), sender(5), sender(5), sender(1)] {
        thread.await.unwrap();
    }
    while entries(running.status())[2].held > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let entries = balanced(&running);
    assert_eq!(numbers(&entries[1]), [650, 350, 0, 300, 0, 0]);
    assert_eq!(numbers(&entries[2]), [350, 350, 0, 0, 0, 0]);
    assert_eq!(numbers(&entries[0]), [650, 150, 0, 500, 0, 0], "all of such a batch can be sent again");
}
