//! Another plan in the place of the one that runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use pipelines::runtime::{Engine, Health, Running, now};
use pipelines::{Batch, Context, Outcome, Plan, Signal};

use super::components::{attempts, delivered, outputs};
use super::step::passed;
use super::{logs, plan, send};

const SECOND: Duration = Duration::from_secs(1);

/// A pipeline of logs: `source/NAME`, these steps, these sinks. Every part is written on a line of its own.
fn chain(name: &str, parts: &[(&str, &str, &str)]) -> Plan {
    let section = |kind: &str| {
        let of = parts.iter().filter(|(section, ..)| *section == kind);
        of.map(|(_, id, body)| format!("  {id}: {body}\n")).collect::<String>()
    };
    let ids = |kind: &str| {
        let of = parts.iter().filter(|(section, ..)| *section == kind);
        of.map(|(_, id, _)| *id).collect::<Vec<_>>().join(", ")
    };
    plan(&format!(
        "receivers:\n  source/{name}:\nprocessors:\n{}exporters:\n{}service: {{ pipelines: {{ logs: {{ receivers: \
         [source/{name}], processors: [{}], exporters: [{}] }} }} }}",
        section("step"),
        section("sink"),
        ids("step"),
        ids("sink")
    ))
    .unwrap()
}

/// What nodes the status shows, in order.
fn nodes(running: &Running) -> Vec<String> {
    running.status().nodes().iter().map(|node| node.id.clone()).collect()
}

/// Scenario: one of three steps is configured anew and a sink is added. Guarantee: the others are the same instances as
/// before, the source keeps its outputs, counters go on, and both sinks get the next batch.
#[tokio::test(start_paused = true)]
async fn what_is_the_same_goes_on() {
    let steps = |setting: &'static str| {
        [("step", "step/k1", ""), ("step", "step/k2", setting), ("step", "step/k3", "{ setting: 7 }")]
    };
    let before = steps("{ setting: 1 }").to_vec();
    let after = steps("{ setting: 2 }").to_vec();
    let mut running = Engine::start(&chain("kept", &[&before[..], &[("sink", "sink/k1", "")]].concat())).await.unwrap();
    assert_eq!(send("source/kept", logs(2)).await, Outcome::Delivered);
    let outputs_before = outputs("source/kept");
    let next = chain("kept", &[&after[..], &[("sink", "sink/k1", ""), ("sink", "sink/k2", "")]].concat());
    let changes = running.reload(&next, SECOND).await.unwrap();
    assert_eq!((changes.added, changes.changed), (vec!["sink/k2 (logs)".into()], vec!["step/k2 (logs)".to_owned()]));
    assert_eq!(changes.rewired, ["step/k1 (logs)", "step/k3 (logs)"]);
    assert_eq!(changes.kept, 2, "the source and the first sink");
    let (batch, acked) = Batch::tracked(logs(3), Context::default());
    outputs_before.signal(Signal::Logs).unwrap().send(batch);
    assert_eq!(acked.await, Outcome::Delivered);
    assert_eq!((delivered("sink/k1"), delivered("sink/k2")), (vec![2, 3], vec![3]));
    for (step, settings) in [("step/k1", [0, 0]), ("step/k2", [1, 2]), ("step/k3", [7, 7])] {
        let passes = passed(step);
        assert_eq!(passes.iter().map(|pass| pass.setting).collect::<Vec<_>>(), settings, "{step}");
        assert_eq!(passes[0].instance == passes[1].instance, settings[0] == settings[1], "{step}");
    }
    let status = running.status().nodes();
    let step = status.iter().find(|node| node.id == "step/k2").unwrap();
    assert_eq!(step.stats.received.items(), 5, "its counters go on");
    running.stop(SECOND).await;
}

/// Scenario: the same plan again. Guarantee: nothing is touched, and it is counted as unchanged.
#[tokio::test(start_paused = true)]
async fn the_same_plan_changes_nothing() {
    let same = || chain("same", &[("step", "step/same", ""), ("sink", "sink/same", "")]);
    let mut running = Engine::start(&same()).await.unwrap();
    assert!(running.reload(&same(), SECOND).await.unwrap().is_empty());
    let reloads = running.status().reloads();
    assert_eq!((reloads.unchanged, reloads.success, reloads.failure), (1, 0, 0));
    running.stop(SECOND).await;
}

/// Scenario: four threads send while the plan is replaced a hundred times by one with other steps, another instance of
/// the sink and a second sink. Guarantee: every batch is delivered, and reaches the sink that is always there exactly
/// once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_while_it_is_rewired() {
    const SINK: (&str, &str, &str) = ("sink", "sink/load", "");
    let plans = [
        chain("load", &[SINK]),
        chain("load", &[("step", "step/l1", ""), SINK]),
        chain("load", &[("step", "step/l1", ""), ("step", "step/l2", ""), SINK, ("sink", "sink/other", "")]),
        chain("load", &[("step", "step/l2", "{ setting: 1 }"), ("step", "step/l1", ""), SINK]),
        chain("load", &[("sink", "sink/load", "{ sending_queue: { queue_size: 7000000 } }")]),
    ];
    let mut running = Engine::start(&plans[0]).await.unwrap();
    let (ended, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (ended, sent) = (ended.clone(), sent.clone());
        senders.spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                assert_eq!(send("source/load", logs(1)).await, Outcome::Delivered);
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for round in 1..=100 {
        running.reload(&plans[round % plans.len()], 10 * SECOND).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    ended.store(true, Ordering::Relaxed);
    while let Some(sender) = senders.join_next().await {
        sender.unwrap();
    }
    running.stop(10 * SECOND).await;
    assert!(sent.load(Ordering::Relaxed) > 200, "{sent:?}");
    assert_eq!(delivered("sink/load").len(), sent.load(Ordering::Relaxed));
}

/// Scenario: the new plan has a receiver, then a step, that cannot start. Guarantee: the error says which and why, what
/// ran goes on and is all that the status shows, and what had been started is stopped again.
#[tokio::test(start_paused = true)]
async fn a_plan_that_cannot_start_changes_nothing() {
    let mut running =
        Engine::start(&chain("calm", &[("step", "step/calm", ""), ("sink", "sink/calm", "")])).await.unwrap();
    let before = nodes(&running);
    let bad = plan(
        "receivers: { source/calm: , source/new: , source/bad: { fails: the port is taken } }
exporters: { sink/calm: , sink/new: }
service: { pipelines: { logs: { receivers: [source/calm, source/new, source/bad], exporters: [sink/calm, sink/new] } } }",
    )
    .unwrap();
    let error = running.reload(&bad, SECOND).await.err().unwrap();
    assert_eq!(error.to_string(), "source/bad cannot start: the port is taken; what ran goes on unchanged");
    let bad = chain("calm", &[("step", "step/bad", "{ fails: no such host }"), ("sink", "sink/calm", "")]);
    assert!(running.reload(&bad, SECOND).await.err().unwrap().to_string().starts_with("step/bad cannot start"));
    assert_eq!((nodes(&running), running.status().health()), (before, Health::Running));
    assert_eq!(send("source/calm", logs(1)).await, Outcome::Delivered);
    assert_eq!((delivered("sink/calm"), delivered("sink/new"), passed("step/bad")), (vec![1], vec![], vec![]));
    let reloads = running.status().reloads();
    assert_eq!((reloads.failure, reloads.success), (2, 0));
    let Outcome::Refused(refusal) = send("source/new", logs(1)).await else { panic!("it was stopped again") };
    assert!(refusal.is_retryable());
    running.stop(SECOND).await;
}

/// Scenario: a sink whose queue holds a batch, and a step that holds one, are removed. Guarantee: both are delivered, the
/// sender hears of it, and the nodes are shown until then.
#[tokio::test(start_paused = true)]
async fn what_is_removed_delivers_what_it_holds() {
    let holding = "{ sending_queue: { batch: { min_size: 1000, flush_timeout: 1h } } }";
    let both = [("step", "step/held", "{ holds: true }"), ("sink", "sink/stays", ""), ("sink", "sink/goes", holding)];
    let mut running = Engine::start(&chain("goes", &both)).await.unwrap();
    let acked = send("source/goes", logs(5));
    let changes = running.reload(&chain("goes", &[("sink", "sink/stays", "")]), 10 * SECOND).await.unwrap();
    assert_eq!(changes.removed, ["step/held (logs)", "sink/goes (logs)"]);
    let leaving = |node: &pipelines::runtime::NodeStatus| node.id == "sink/goes" && node.is_leaving();
    assert!(running.status().nodes().iter().any(leaving), "it still holds something");
    assert_eq!(acked.await, Outcome::Delivered);
    assert_eq!((delivered("sink/stays"), delivered("sink/goes")), (vec![5], vec![5]));
    tokio::time::sleep(SECOND).await;
    assert_eq!(nodes(&running), ["source/goes", "sink/stays"]);
    running.stop(SECOND).await;
}

/// Scenario: a removed sink never gets rid of its batch. Guarantee: it is cut off at the deadline, and the sender is told
/// to send it again; a shutdown meanwhile does not wait longer than its own deadline.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_delivered_is_given_back() {
    let dead = ("sink", "sink/dead-end", "{ hangs: true }");
    for stop in [false, true] {
        let mut running = Engine::start(&chain("dead", &[("sink", "sink/alive", ""), dead])).await.unwrap();
        let acked = send("source/dead", logs(1));
        let started = now();
        running.reload(&chain("dead", &[("sink", "sink/alive", "")]), 20 * SECOND).await.unwrap();
        if stop {
            running.stop(3 * SECOND).await;
            assert!(started.elapsed() < 5 * SECOND);
        }
        assert!(matches!(acked.await, Outcome::Refused(refusal) if refusal.is_retryable()));
        assert!(started.elapsed() < 25 * SECOND);
    }
    assert!(attempts("sink/dead-end") > 0);
}

/// Scenario: a pipeline of logs is replaced by one of traces on the same source. Guarantee: the source runs on; a signal
/// without a pipeline has no output, and what is sent to it all the same is refused for now.
#[tokio::test(start_paused = true)]
async fn signals_come_and_go() {
    let of = |signal: &str| {
        plan(&format!(
            "receivers: {{ source/signals: }}\nexporters: {{ sink/signals: }}\n\
             service: {{ pipelines: {{ {signal}: {{ receivers: [source/signals], exporters: [sink/signals] }} }} }}"
        ))
        .unwrap()
    };
    let mut running = Engine::start(&of("logs")).await.unwrap();
    let outputs = outputs("source/signals");
    let output = outputs.signal(Signal::Logs).unwrap().clone();
    assert!(outputs.signal(Signal::Traces).is_none());
    running.reload(&of("traces"), SECOND).await.unwrap();
    assert!(outputs.signal(Signal::Traces).is_some() && outputs.signal(Signal::Logs).is_none());
    let (batch, acked) = Batch::tracked(logs(1), Context::default());
    output.send(batch);
    assert!(matches!(acked.await, Outcome::Refused(refusal) if refusal.is_retryable()));
    running.stop(SECOND).await;
}

/// Scenario: two steps change places while one holds a batch back. Guarantee: neither goes on, since a batch could miss
/// one of them; the one that is held passes the rest of the old way.
#[tokio::test(start_paused = true)]
async fn no_batch_misses_a_step_that_moves() {
    const HOLDS: (&str, &str, &str) = ("step", "step/m1", "{ holds: true }");
    const REDACTS: (&str, &str, &str) = ("step", "step/m2", "");
    const SINK: (&str, &str, &str) = ("sink", "sink/moved", "");
    let mut running = Engine::start(&chain("moved", &[HOLDS, REDACTS, SINK])).await.unwrap();
    let acked = send("source/moved", logs(1));
    let changes = running.reload(&chain("moved", &[REDACTS, HOLDS, SINK]), SECOND).await.unwrap();
    assert_eq!(changes.changed, ["step/m2 (logs)", "step/m1 (logs)"]);
    assert_eq!((acked.await, passed("step/m2").len()), (Outcome::Delivered, 1));
    running.stop(SECOND).await;
}

/// Scenario: a sink that hangs, with its queue on disk, is configured anew while the queue holds three batches. Guarantee:
/// the new one opens the same directory once the old one has let go of it; nothing is lost, and what comes meanwhile is
/// refused for now at worst.
#[tokio::test]
async fn a_queue_on_disk_changes_hands() {
    let folder = tempfile::tempdir().unwrap();
    let of = |sink: &str| {
        plan(&format!(
            "receivers: {{ source/hands: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters: {{ sink/hands: {{ sending_queue: {{ storage: shelf }}, {sink} }} }}
service: {{ extensions: [shelf], pipelines: {{ logs: {{ receivers: [source/hands], exporters: [sink/hands] }} }} }}",
            folder.path().display()
        ))
        .unwrap()
    };
    let mut running = Engine::start(&of("hangs: true, timeout: 1s")).await.unwrap();
    for items in 1..=3 {
        assert_eq!(send("source/hands", logs(items)).await, Outcome::Delivered, "it is on disk");
    }
    running.reload(&of(""), 10 * SECOND).await.unwrap();
    let mut delivered_late = false;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        match send("source/hands", logs(4)).await {
            Outcome::Delivered => delivered_late = true,
            Outcome::Refused(refusal) => assert!(refusal.is_retryable()),
            Outcome::Partial { .. } => panic!("it takes all or nothing"),
        }
        if delivered_late && delivered("sink/hands").len() > 3 {
            break;
        }
    }
    let mut items = delivered("sink/hands");
    items.sort_unstable();
    items.dedup();
    assert_eq!(items, [1, 2, 3, 4]);
    running.stop(SECOND).await;
}

/// Scenario: a sink with its queue on disk is removed, and one gives up its queue on disk, while the destination fails for a
/// moment. Guarantee: what is on disk is delivered all the same, as nobody will open those queues again.
#[tokio::test]
async fn a_queue_on_disk_that_goes_is_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, sink: &str, used: &str| {
        plan(&format!(
            "receivers: {{ source/{name}: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters: {{ sink/{name}: {{ {sink} }}, sink/other: }}
service: {{ extensions: [shelf], pipelines: {{ logs: {{ receivers: [source/{name}], exporters: [sink/{used}] }} }} }}",
            folder.path().display(),
        ))
        .unwrap()
    };
    let disk = "sending_queue: { storage: shelf, num_consumers: 1 }, fails: 20, retry_on_failure: { initial_interval: 20ms, max_interval: 20ms }";
    for (name, after) in [("gone", of("gone", disk, "other")), ("memory", of("memory", "timeout: 1s", "memory"))] {
        let mut running = Engine::start(&of(name, disk, name)).await.unwrap();
        for items in 1..=3 {
            assert_eq!(send(&format!("source/{name}"), logs(items)).await, Outcome::Delivered, "it is on disk");
        }
        running.reload(&after, 30 * SECOND).await.unwrap();
        let sink = format!("sink/{name}");
        for _ in 0..150 {
            if delivered(&sink).len() == 3 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(delivered(&sink), [1, 2, 3]);
        running.stop(SECOND).await;
    }
}

/// Scenario: a sink with a queue on disk that it cannot empty is removed, and comes back while the time it has for that is
/// not up. Guarantee: it is started again, opens its queue, and delivers what was left in it.
#[tokio::test]
async fn a_queue_on_disk_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let of = |sink: &str| {
        plan(&format!(
            "receivers: {{ source/back: }}
extensions: {{ shelf: {{ directory: {} }} }}
exporters: {{ sink/back: {{ sending_queue: {{ storage: shelf }}, {sink} }}, sink/other: }}
service: {{ extensions: [shelf], pipelines: {{ logs: {{ receivers: [source/back], exporters: [sink/{}] }} }} }}",
            folder.path().display(),
            if sink.is_empty() { "other" } else { "back" },
        ))
        .unwrap()
    };
    let mut running = Engine::start(&of("hangs: true")).await.unwrap();
    assert_eq!(send("source/back", logs(1)).await, Outcome::Delivered, "it is on disk");
    while attempts("sink/back") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.reload(&of(""), 30 * SECOND).await.unwrap();
    running.reload(&of("timeout: 1s"), 30 * SECOND).await.unwrap();
    for _ in 0..150 {
        if delivered("sink/back") == [1] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(delivered("sink/back"), [1]);
    running.stop(SECOND).await;
}

/// Scenario: the extension that a queue lies in is configured anew. Guarantee: the sink that names it is replaced, though
/// its own configuration is the same; the source is not.
#[tokio::test]
async fn who_names_a_changed_extension_changes_too() {
    let folder = tempfile::tempdir().unwrap();
    let made = ["one", "two"].map(|name| std::fs::create_dir(folder.path().join(name)));
    assert!(made.iter().all(Result::is_ok));
    let of = |directory: &str| {
        plan(&format!(
            "receivers: {{ source/names: }}
extensions: {{ shelf: {{ directory: {}/{directory} }}, shelf/other: {{ directory: {} }} }}
exporters: {{ sink/names: {{ sending_queue: {{ storage: shelf }} }}, sink/free: }}
service:
  extensions: [shelf, shelf/other]
  pipelines: {{ logs: {{ receivers: [source/names], exporters: [sink/names, sink/free] }} }}",
            folder.path().display(),
            folder.path().display()
        ))
        .unwrap()
    };
    let mut running = Engine::start(&of("one")).await.unwrap();
    let changes = running.reload(&of("two"), SECOND).await.unwrap();
    assert_eq!(changes.changed, ["sink/names (logs)", "shelf"]);
    assert_eq!((changes.rewired, changes.kept), (vec!["source/names".to_owned()], 2));
    assert_eq!(send("source/names", logs(1)).await, Outcome::Delivered);
    assert!(folder.path().join("two").read_dir().unwrap().next().is_some(), "the queue lies there now");
    running.stop(SECOND).await;
}
