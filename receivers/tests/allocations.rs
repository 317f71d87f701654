//! How many allocations a scrape makes, counted by the allocator: none per point.
//!
//! One test only, since the counters are those of the whole process.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

use std::alloc::System;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pipelines::component::{BuildContext, ComponentId, Outputs, ReceiverFactory as _, ReceiverHost};
use pipelines::net::Sockets;
use pipelines::runtime::{Accept, Budget, Output, Ready, Stats, Stopper, Tasks};
use pipelines::{Batch, Outcome, Signal};
use receivers::catalogue::{ALL, Group};
use receivers::node::Node;
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Scrapes before and while allocations are counted.
const WARM: usize = 20;
const COUNTED: usize = 50;

/// Counts what is allocated between two batches.
struct Capture {
    batches: AtomicUsize,
    points: AtomicUsize,
    region: Mutex<Option<Region<'static, System>>>,
    made: Mutex<Option<(usize, isize)>>,
}

impl Accept for Capture {
    fn accept(&self, batch: Batch) {
        self.points.store(batch.items(), Ordering::SeqCst);
        batch.resolve(Outcome::Delivered);
        match self.batches.fetch_add(1, Ordering::SeqCst) {
            WARM => *self.region.lock().unwrap() = Some(Region::new(ALLOCATOR)),
            number if number == WARM + COUNTED => {
                let stats = self.region.lock().unwrap().take().unwrap().change();
                let left = stats.bytes_allocated as isize - stats.bytes_deallocated as isize;
                *self.made.lock().unwrap() = Some((stats.allocations + stats.reallocations, left));
            }
            _ => {}
        }
    }
}

/// Points of a scrape of a machine with so many processors, allocations of `COUNTED` scrapes, and bytes they left behind.
async fn scrapes(processors: usize, naming: &str) -> (usize, usize, isize) {
    let tree = tempfile::tempdir().unwrap();
    fs::create_dir_all(tree.path().join("proc")).unwrap();
    let mut stat = "cpu  1000 20 300 8000 40 5 6 7 100 2\n".to_owned();
    (0..processors).for_each(|number| writeln!(stat, "cpu{number} 600 20 100 4000 30 5 3 4 100 0").unwrap());
    fs::write(tree.path().join("proc/stat"), stat).unwrap();
    let folder = tree.path().join("sys/devices/system/cpu");
    fs::create_dir_all(&folder).unwrap();
    ["present", "online"].iter().for_each(|file| fs::write(folder.join(file), "0\n").unwrap());
    let (points, made, left) = run(tree.path(), naming).await;
    (points, made, left)
}

async fn run(root: &Path, naming: &str) -> (usize, usize, isize) {
    let capture = Arc::new(Capture {
        batches: AtomicUsize::new(0),
        points: AtomicUsize::new(0),
        region: Mutex::new(None),
        made: Mutex::new(None),
    });
    let mut config = json!({
        "root_path": root, "naming": naming, "collection_interval": "2ms", "initial_delay": "0s",
    });
    let others = ALL.iter().copied().flatten().map(|metric| metric.group);
    for group in others.filter(|group| !matches!(group, Group::Cpu | Group::Scrape)) {
        config[group.name()] = json!(false);
    }
    let (stopper, stop) = Stopper::new();
    let tasks = Tasks::default();
    let host = ReceiverHost {
        id: ComponentId::of("node"),
        outputs: Outputs::default()
            .with(Signal::Metrics, Output::new(Arc::new(Stats::default()), vec![capture.clone()], None)),
        stop,
        ready: Ready::pair().0,
        tasks: tasks.clone(),
        budget: Budget::default(),
        sockets: Sockets::default(),
    };
    let config = Arc::new(serde_json::from_value(config).unwrap());
    let running = tokio::spawn(Node::build(&config, &BuildContext::new(host.id.clone())).unwrap().run(host));
    let (made, left) = loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if let Some(made) = *capture.made.lock().unwrap() {
            break made;
        }
    };
    stopper.stop();
    running.await.unwrap().unwrap();
    tasks.finish(Duration::from_secs(5)).await;
    (capture.points.load(Ordering::SeqCst), made, left)
}

/// Scenario: machines with 2 and with 200 processors. Guarantee: a hundred times the points cost not one allocation more,
/// and scrapes leave nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_is_allocated_per_point() {
    for naming in ["tfo", "semconv"] {
        let (few, small, left) = scrapes(2, naming).await;
        let (many, large, more) = scrapes(200, naming).await;
        println!("{naming}: {few} points: {small} allocations in {COUNTED} scrapes; {many} points: {large}");
        assert!(many - few > 1_900, "{many} of {few}");
        // The runtime's own are the same for both, give or take a timer.
        assert!(large <= small + COUNTED, "{few} points: {small} allocations, {many} points: {large}");
        assert!(left.abs() < 100_000 && more.abs() < 100_000, "{left}, {more}");
    }
}
