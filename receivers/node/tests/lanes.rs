//! The receiver as a whole: lanes, ticks, what is sent.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pipelines::batch::Ack;
use pipelines::component::{
    BuildContext, Check, CheckContext, ComponentId, Depth, Failure, Outputs, ReceiverFactory as _, ReceiverHost,
};
use pipelines::net::Sockets;
use pipelines::runtime::{Accept, Budget, Output, Ready, Stats, Stopper, Tasks};
use pipelines::{Batch, Outcome, Signal};
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::super::Node;
use super::bench::{copy, readable};

/// Stands for the pipelines: keeps what comes.
#[derive(Default)]
struct Capture(Mutex<Vec<Batch>>);

struct Agent {
    capture: Arc<Capture>,
    tree: TempDir,
    budget: Budget,
    stopper: Stopper,
    tasks: Tasks,
    running: JoinHandle<Result<(), Failure>>,
}

impl Accept for Capture {
    fn accept(&self, batch: Batch) {
        let copy = Batch::from_parts(batch.telemetry().clone(), batch.context().clone(), Ack::none());
        batch.resolve(Outcome::Delivered);
        self.0.lock().unwrap().push(copy);
    }
}

impl Agent {
    fn start(mut config: serde_json::Value, prepare: impl FnOnce(&Path)) -> Self {
        let tree = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("node/fixtures/small"), tree.path());
        prepare(tree.path());
        config["root_path"] = json!(tree.path());
        config["initial_delay"] = json!("0s");
        let capture = Arc::new(Capture::default());
        let output = Output::new(Arc::new(Stats::default()), vec![capture.clone()], None);
        let (stopper, stop) = Stopper::new();
        let (budget, tasks) = (Budget::default(), Tasks::default());
        let host = ReceiverHost {
            id: ComponentId::of("node"),
            outputs: Outputs::default().with(Signal::Metrics, output),
            stop,
            ready: Ready::pair().0,
            tasks: tasks.clone(),
            budget: budget.clone(),
            sockets: Sockets::default(),
        };
        let config = Arc::new(serde_json::from_value(config).unwrap());
        let running = tokio::spawn(Node::build(&config, &BuildContext::new(host.id.clone())).unwrap().run(host));
        Self { capture, tree, budget, stopper, tasks, running }
    }

    /// The batches that hold points of a metric.
    fn batches_with(&self, name: &str) -> Vec<Vec<String>> {
        let all = self.capture.0.lock().unwrap();
        let read = all.iter().map(|batch| readable(batch.telemetry(), |_| String::new()));
        read.filter(|points| points.iter().any(|point| point.starts_with(name))).collect()
    }

    async fn wait_for(&self, name: &str, batches: usize) {
        let enough = async {
            while self.batches_with(name).len() < batches {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), enough).await.unwrap_or_else(|_| panic!("{batches} of {name}"));
    }

    async fn stop(self) {
        self.stopper.stop();
        self.running.await.unwrap().unwrap();
        assert_eq!(self.tasks.finish(Duration::from_secs(10)).await, 0);
        self.capture.0.lock().unwrap().clear();
        assert_eq!(self.budget.used(), 0, "bytes in flight are given back");
    }
}

/// Only the groups named here.
fn only(groups: serde_json::Value) -> serde_json::Value {
    let mut config = json!({});
    for group in super::super::groups::every(&super::super::Config::default()) {
        config[group.key] = json!(false);
    }
    config.as_object_mut().unwrap().extend(groups.as_object().unwrap().clone());
    config
}

/// Scenario: groups with intervals of their own. Guarantee: those of one interval come in one batch, once a tick; the
/// others come by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn groups_of_one_interval_share_a_batch() {
    let groups = json!({ "collection_interval": "20ms", "load": true, "uptime": true, "stat": { "interval": "1h" } });
    let agent = Agent::start(only(groups), |_| {});
    agent.wait_for("node.uptime", 3).await;
    agent.wait_for("node.interrupts_total", 1).await;
    assert!(agent.batches_with("node.uptime").iter().flatten().any(|point| point.starts_with("node.load.1m")));
    assert_eq!(agent.batches_with("node.interrupts_total").len(), 1);
    assert!(agent.batches_with("node.interrupts_total")[0].iter().all(|point| !point.starts_with("node.load")));
    agent.stop().await;
}

/// Scenario: a file that does not answer. Guarantee: the groups of other lanes go on; when it answers, the lane goes on,
/// counts the ticks it left out, and collects once and not once for each of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_hangs_holds_up_no_other() {
    let groups = json!({ "collection_interval": "20ms", "uptime": true, "load": { "interval": "25ms" } });
    let agent = Agent::start(only(groups), |tree| {
        let load = tree.join("proc/loadavg");
        fs::remove_file(&load).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&load).status().unwrap();
        assert!(made.success());
    });
    agent.wait_for("node.uptime", 10).await;
    assert!(agent.batches_with("node.load").is_empty());
    // To open it for writing is what lets the reader go on; from then on it is a file like others.
    let path = agent.tree.path().join("proc/loadavg");
    let mut pipe = fs::File::options().write(true).open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "1.0 2.0 3.0").unwrap();
    // The reader may have found out meanwhile that a pipe cannot be read from its start, and closed it.
    let _ = pipe.write_all(b"1.0 2.0 3.0");
    drop(pipe);
    // The tick it was late for, and the one after those it left out.
    agent.wait_for("node.load.1m", 3).await;
    let skipped = "node.scrape.skipped{collector=\"load\"} ";
    let all = agent.batches_with(skipped);
    let counts: Vec<u64> = all.iter().flatten().filter_map(|point| point.strip_prefix(skipped)?.parse().ok()).collect();
    assert!(counts.last().is_some_and(|last| *last >= 4), "{counts:?}");
    agent.stop().await;
}

/// Scenario: a source that is missing from the start, then there, then gone. Guarantee: `node.scrape.success` says so, and
/// there is no point of it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn success_says_what_is_missing() {
    let agent = Agent::start(only(json!({ "collection_interval": "10ms", "load": true })), |tree| {
        fs::remove_file(tree.join("proc/loadavg")).unwrap();
    });
    agent.wait_for("node.scrape.success{collector=\"load\"} 0", 2).await;
    assert!(agent.batches_with("node.load").is_empty());
    fs::write(agent.tree.path().join("proc/loadavg"), "1.0 2.0 3.0").unwrap();
    agent.wait_for("node.scrape.success{collector=\"load\"} 1", 1).await;
    agent.wait_for("node.load.1m 1.0", 1).await;
    agent.stop().await;
}

/// Scenario: a machine is probed before the start, where one file is missing. Guarantee: points are found in every lane, and
/// what is missing is named with its group.
#[tokio::test(flavor = "multi_thread")]
async fn a_probe_says_what_can_be_collected() {
    let tree = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("node/fixtures/small"), tree.path());
    fs::remove_file(tree.path().join("proc/loadavg")).unwrap();
    let mut config = only(json!({ "uptime": true, "stat": { "interval": "1m" }, "load": true }));
    config["root_path"] = json!(tree.path());
    let cx = CheckContext {
        id: ComponentId::of("node"),
        depth: Depth::Resolve,
        signals: vec![Signal::Metrics],
        timeout: Duration::from_secs(10),
    };
    let findings = Node::check(Arc::new(serde_json::from_value(config).unwrap()), cx).await;
    let checks: Vec<Check> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, [Check::Passed, Check::Warned, Check::Passed], "{findings:?}");
    let warned = &findings[1].text;
    assert!(warned.contains("load") && warned.ends_with("proc/loadavg: it does not exist"), "{warned}");
}
