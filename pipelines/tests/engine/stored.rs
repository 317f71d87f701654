//! Queues on disk: what senders hear when, and what outlives the engine.

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::{BuildContext, ComponentId, ExporterFactory as _};
use pipelines::ledger::entries;
use pipelines::runtime::{Budget, Engine, ExporterNode, QueuePlace, Running, Stopper};
use pipelines::storage::Options;
use pipelines::{Acknowledge, Batch, Context, Outcome, Plan, RefusalKind};

use super::components::{Sink, attempts, delivered, offered, outputs};
use super::{logs, plan, send};

const SECOND: Duration = Duration::from_secs(1);

/// A source and a sink of this name, with a queue in `folder` between them.
async fn start(name: &str, folder: &std::path::Path, sink: &str) -> Running {
    Engine::start(&file(name, folder, sink)).await.unwrap()
}

fn file(name: &str, folder: &std::path::Path, sink: &str) -> Plan {
    let file = format!(
        "receivers: {{ source/{name}: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters: {{ sink/{name}: {{ sending_queue: {{ storage: shelf, num_consumers: 1 }}, {sink} }} }}
service:
  extensions: [shelf]
  pipelines: {{ logs: {{ receivers: [source/{name}], exporters: [sink/{name}] }} }}",
        folder.display()
    );
    plan(&file).unwrap()
}

/// Waits until the sink took so many batches.
async fn wait_for(sink: &str, batches: usize) -> Vec<usize> {
    for _ in 0..500 {
        if delivered(sink).len() >= batches {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    delivered(sink)
}

/// Scenario: the destination hangs and the engine is stopped. Guarantee: senders were answered once their batches were
/// on disk, and the next engine delivers all of them, in order.
#[tokio::test]
async fn what_is_stored_outlives_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let running = start("outlives", folder.path(), "hangs: true").await;
    for items in 1..=3 {
        assert_eq!(send("source/outlives", logs(items)).await, Outcome::Delivered);
    }
    running.stop(Duration::from_millis(300)).await;
    assert!(delivered("sink/outlives").is_empty());
    let running = start("outlives", folder.path(), "").await;
    assert_eq!(wait_for("sink/outlives", 3).await, [1, 2, 3]);
    running.stop(SECOND).await;
    let running = start("outlives", folder.path(), "").await;
    assert_eq!(send("source/outlives", logs(4)).await, Outcome::Delivered);
    assert_eq!(wait_for("sink/outlives", 4).await, [1, 2, 3, 4], "nothing is delivered twice");
    running.stop(SECOND).await;
}

/// Scenario: the sender asks for delivery, and the destination rejects the batch. Guarantee: the sender hears it, though
/// the batch was stored, and the batch is gone.
#[tokio::test]
async fn senders_may_wait_for_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let running = start("waits", folder.path(), "rejects: true").await;
    let (batch, acked) = Batch::tracked_until(logs(2), Context::default(), Acknowledge::Delivered);
    outputs("source/waits").signal(batch.signal()).unwrap().send(batch);
    let Outcome::Refused(refusal) = acked.await else { panic!("it was rejected") };
    assert_eq!(refusal.kind, RefusalKind::Permanent);
    assert_eq!(send("source/waits", logs(1)).await, Outcome::Delivered, "it is stored, whatever comes later");
    while attempts("sink/waits") < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    while attempts("sink/waits") < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.stop(SECOND).await;
    let running = start("waits", folder.path(), "").await;
    assert_eq!(running.status().nodes().iter().map(pipelines::runtime::NodeStatus::held).sum::<u64>(), 0);
    running.stop(SECOND).await;
}

/// Scenario: the destination fails for longer than the time for retries. Guarantee: what only the disk has is tried until
/// it is delivered.
#[tokio::test]
async fn what_is_stored_is_never_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let retry = "fails: 5, retry_on_failure: { initial_interval: 1ms, max_interval: 1ms, max_elapsed_time: 1ms }";
    let running = start("patient", folder.path(), retry).await;
    assert_eq!(send("source/patient", logs(7)).await, Outcome::Delivered);
    assert_eq!(wait_for("sink/patient", 1).await, [7]);
    assert_eq!(attempts("sink/patient"), 6);
    running.stop(SECOND).await;
}

/// Scenario: the destination is down and the engine stops, but a receiver takes its time. Guarantee: what stays on disk is
/// tried once more, not as often as the time allows.
#[tokio::test]
async fn what_stays_is_not_tried_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "receivers: {{ source/lasting: {{ lingers: true }} }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters: {{ sink/lasting: {{ sending_queue: {{ storage: shelf, num_consumers: 1 }}, fails: 100000 }} }}
service:
  extensions: [shelf]
  pipelines: {{ logs: {{ receivers: [source/lasting], exporters: [sink/lasting] }} }}",
        folder.path().display()
    );
    let running = Engine::start(&plan(&file).unwrap()).await.unwrap();
    assert_eq!(send("source/lasting", logs(3)).await, Outcome::Delivered);
    while attempts("sink/lasting") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.stop(SECOND).await;
    let attempts = attempts("sink/lasting");
    assert!(attempts <= 2, "{attempts} attempts");
    let running = start("lasting", folder.path(), "").await;
    assert_eq!(wait_for("sink/lasting", 1).await, [3]);
    running.stop(SECOND).await;
}

/// Scenario: a queue on disk without `queue_size`. Guarantee: how full it is counts bytes on disk, up to what the storage
/// allows, so that alerts and probes see it fill; empty it counts nothing.
#[tokio::test]
async fn a_queue_on_disk_says_how_full_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let fill = |running: &Running| running.status().nodes().iter().find_map(|node| node.queue()).unwrap();
    let running = start("fill", folder.path(), "hangs: true").await;
    let empty = fill(&running);
    assert_eq!((empty.size, empty.capacity, empty.unit), (0, 10 << 30, "bytes"));
    assert_eq!(send("source/fill", logs(3)).await, Outcome::Delivered);
    let held = fill(&running).size;
    assert!((10..1000).contains(&held), "{held}");
    running.stop(Duration::from_millis(300)).await;
}

/// Scenario: a queue on disk that groups. Guarantee: what was stored one by one leaves together.
#[tokio::test]
async fn what_is_stored_leaves_together() {
    let folder = tempfile::tempdir().unwrap();
    let running = start("grouped", folder.path(), "hangs: true").await;
    for items in 1..=4 {
        assert_eq!(send("source/grouped", logs(items)).await, Outcome::Delivered);
    }
    running.stop(Duration::from_millis(300)).await;
    let file = format!(
        "receivers: {{ source/grouped: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters:
  sink/grouped:
    sending_queue: {{ storage: shelf, batch: {{ min_size: 10, max_size: 8, flush_timeout: 200ms }} }}
service:
  extensions: [shelf]
  pipelines: {{ logs: {{ receivers: [source/grouped], exporters: [sink/grouped] }} }}",
        folder.path().display()
    );
    let running = Engine::start(&plan(&file).unwrap()).await.unwrap();
    assert_eq!(wait_for("sink/grouped", 2).await, [8, 2]);
    running.stop(SECOND).await;
}

/// A source and a sink that recognises what it has, with a queue in `folder` that groups between them.
async fn regrouping(name: &str, folder: &std::path::Path, sink: &str, batch: &str) -> Running {
    let file = format!(
        "receivers: {{ source/{name}: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters:
  sink/{name}: {{ {sink}, recognises: true, sending_queue: {{ storage: shelf, num_consumers: 2, batch: {{ {batch} }} }} }}
service:
  extensions: [shelf]
  pipelines: {{ logs: {{ receivers: [source/{name}], exporters: [sink/{name}] }} }}",
        folder.display()
    );
    Engine::start(&plan(&file).unwrap()).await.unwrap()
}

/// Scenario: groups of stored batches are on their way to a destination that recognises what it has when the engine ends;
/// afterwards other batches come, and groups may be larger. Guarantee: what left together leaves together again under
/// the same ids, all the rest under others, and nothing is missing.
#[tokio::test]
async fn what_left_together_leaves_together_again() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |sink, batch| regrouping("together", folder.path(), sink, batch).await;
    let running = start("hangs: true", "min_size: 5, max_size: 4, flush_timeout: 50ms").await;
    for items in [3, 3, 1, 1, 1] {
        assert_eq!(send("source/together", logs(items)).await, Outcome::Delivered);
    }
    while offered("sink/together").len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = offered("sink/together");
    running.stop(Duration::from_millis(200)).await;

    let running = start("hangs: false", "min_size: 100, max_size: 4, flush_timeout: 300ms").await;
    assert_eq!(send("source/together", logs(2)).await, Outcome::Delivered);
    let mut sum = 0;
    for _ in 0..500 {
        sum = delivered("sink/together").iter().sum::<usize>();
        if sum >= 11 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    running.stop(SECOND).await;
    assert_eq!(sum, 11, "{:?}", offered("sink/together"));
    let after = offered("sink/together").split_off(before.len());
    for offered in &before {
        assert!(after.contains(offered), "{offered:?} of {before:?} is not among {after:?}");
    }
    let ids: std::collections::HashSet<_> = after.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), after.len(), "{after:?}");
}

/// Scenario: a group is on its way in shares when the engine ends, and the next one has another `max_size`. Guarantee: no
/// id comes again with other records, or the destination would pass over those it has not seen.
#[tokio::test]
async fn ids_stand_for_the_same_records_under_other_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |sink, batch| regrouping("recut", folder.path(), sink, batch).await;
    let running = start("hangs: true", "min_size: 8, max_size: 4, flush_timeout: 10s").await;
    assert_eq!(send("source/recut", logs(8)).await, Outcome::Delivered);
    while offered("sink/recut").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.stop(Duration::from_millis(200)).await;
    let before = offered("sink/recut");
    assert_eq!(before[0].1, 4);

    let running = start("hangs: false", "min_size: 8, max_size: 6, flush_timeout: 10s").await;
    assert_eq!(wait_for("sink/recut", 2).await, [6, 2]);
    running.stop(SECOND).await;
    for (id, items) in &offered("sink/recut")[before.len()..] {
        assert!(before.iter().all(|(known, same)| known != id || same == items), "{id} was for other records");
    }
}

/// Scenario: `block_on_overflow`, and no room. Guarantee: senders wait in line until there is, and hear success; without
/// it they are told to try again.
#[tokio::test]
async fn senders_may_wait_for_room() {
    let folder = tempfile::tempdir().unwrap();
    let file = |blocks: bool| {
        format!(
            "receivers: {{ source/room: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters:
  sink/room:
    sending_queue: {{ storage: shelf, num_consumers: 1, queue_size: 2, block_on_overflow: {blocks} }}
    fails: {}
    retry_on_failure: {{ initial_interval: 300ms, randomization_factor: 0 }}
service:
  extensions: [shelf]
  pipelines: {{ logs: {{ receivers: [source/room], exporters: [sink/room] }} }}",
            folder.path().display(),
            if blocks { 1 } else { 2 },
        )
    };
    let running = Engine::start(&plan(&file(true)).unwrap()).await.unwrap();
    let all: Vec<_> = (1..=5).map(|items| send("source/room", logs(items))).collect();
    for acked in all {
        assert_eq!(acked.await, Outcome::Delivered);
    }
    assert_eq!(wait_for("sink/room", 5).await, [1, 2, 3, 4, 5]);
    running.stop(SECOND).await;
    let running = Engine::start(&plan(&file(false)).unwrap()).await.unwrap();
    let outcomes: Vec<_> = (1..=3).map(|items| send("source/room", logs(items))).collect();
    let mut refused = 0;
    for acked in outcomes {
        refused +=
            u32::from(matches!(acked.await, Outcome::Refused(refusal) if refusal.kind == RefusalKind::Exhausted));
    }
    assert!(refused >= 1, "two of three fit");
    running.stop(SECOND).await;
}

/// Scenario: the storage that a queue names is not there, is not started, or the directory is in use. Guarantee: an error
/// that names the key, or the directory.
#[tokio::test]
async fn a_storage_must_be_there() {
    let file = |extensions: &str, started: &str| {
        format!(
            "receivers: {{ source/no: }}\nextensions: {{ {extensions} }}
exporters: {{ sink/no: {{ sending_queue: {{ storage: shelf }} }} }}
service: {{ extensions: [{started}], pipelines: {{ logs: {{ receivers: [source/no], exporters: [sink/no] }} }} }}"
        )
    };
    let missing = plan(&file("", "")).unwrap_err();
    assert!(missing.contains("exporters.sink/no.sending_queue.storage references extension `shelf`"), "{missing}");
    let folder = tempfile::tempdir().unwrap();
    let shelf = format!("shelf: {{ directory: {} }}", folder.path().display());
    let idle = plan(&file(&shelf, "")).unwrap_err();
    assert!(idle.contains("which is not started"), "{idle}");
    let plan = plan(&file(&shelf, "shelf")).unwrap();
    let first = Engine::start(&plan).await.unwrap();
    let Err(second) = Engine::start(&plan).await else { panic!("two engines share a queue") };
    assert!(second.to_string().contains(folder.path().to_str().unwrap()), "{second}");
    first.stop(SECOND).await;
}

/// Scenario: an engine stores some batches and is stopped; the next one finds them, takes more, and the destination takes
/// only a part of each. Guarantee: the ledger of both adds up; what the first held the second has recovered.
#[tokio::test]
async fn the_ledger_goes_on_with_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let running = start("ledger", folder.path(), "hangs: true").await;
    for items in [2, 3] {
        assert_eq!(send("source/ledger", logs(items)).await, Outcome::Delivered);
    }
    let exporter = |running: &Running| entries(running.status()).pop().unwrap();
    let entry = exporter(&running);
    assert_eq!((entry.received.items, entry.held, entry.balance()), (5, 5, 0));
    running.stop(Duration::from_millis(300)).await;
    let running = start("ledger", folder.path(), "partly: 1").await;
    assert_eq!(send("source/ledger", logs(4)).await, Outcome::Delivered);
    wait_for("sink/ledger", 3).await;
    while exporter(&running).held > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let entry = exporter(&running);
    assert_eq!((entry.recovered.items, entry.received.items, entry.balance()), (5, 4, 0), "{entry:?}");
    assert_eq!((entry.sent.items, entry.rejected.items), (6, 3), "{entry:?}");
    running.stop(SECOND).await;
}

/// Scenario: a reload gives an exporter other settings while batches lie in its queue on disk. Guarantee: its successor
/// delivers them, and what was there before is not taken for what an earlier process left.
#[tokio::test]
async fn the_ledger_goes_on_over_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start("heir", folder.path(), "hangs: true").await;
    for items in [2, 3] {
        assert_eq!(send("source/heir", logs(items)).await, Outcome::Delivered);
    }
    running.reload(&file("heir", folder.path(), "partly: 1"), SECOND).await.unwrap();
    wait_for("sink/heir", 2).await;
    let exporter = |running: &Running| entries(running.status()).pop().unwrap();
    while exporter(&running).held > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let entry = exporter(&running);
    let numbers = [entry.recovered.items, entry.received.items, entry.sent.items, entry.rejected.items];
    assert_eq!((numbers, entry.balance()), ([0, 5, 3, 2], 0), "{entry:?}");
    running.stop(SECOND).await;
}

/// Scenario: the engine stops while a queue on disk is still being opened in the place of another. Guarantee: it lets go of
/// its directory at once, and nobody waits for batches that it will not hand out.
#[tokio::test]
async fn a_queue_that_opens_too_late_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let exporter = Sink::build(&Arc::default(), &BuildContext::new(ComponentId::of("sink/late"))).unwrap();
    let options = Arc::new(Options::new(folder.path()));
    let place = QueuePlace { name: "late".into(), options, budget: Budget::default() };
    let node = Arc::new(ExporterNode::new("sink/late".into(), exporter, Arc::default(), Some(place)));
    let (_stopper, stop) = Stopper::new();
    node.close();
    node.start().await.unwrap();
    let ends = async { tokio::join!(node.clone().work(stop), node.ended()) };
    assert!(tokio::time::timeout(5 * SECOND, ends).await.is_ok());
}
