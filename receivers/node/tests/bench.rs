//! A group over a fixture tree, scrape by scrape, with points one can read.
//!
//! ```text
//! let mut bench = Bench::over("small", |roots| Box::new(Load::new(roots)));
//! assert_eq!(bench.scrape(), ["node.load.1m 0.5", ...]);
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{NumberDataPoint, number_data_point};
use pipelines::{Signal, Telemetry};
use prost::Message as _;
use tempfile::TempDir;

use super::super::group::Group;
use super::super::record::Recorder;
use crate::catalogue::Naming;
use crate::kernel::{Roots, System, Unavailable};

/// The time of boot in benches, in nanoseconds.
pub(in crate::node) const BOOT: u64 = 1_000;

/// A group, the tree it reads and what it records into.
pub(in crate::node) struct Bench {
    tree: TempDir,
    group: Box<dyn Group>,
    system: System,
    recorder: Recorder,
    now: u64,
    /// What the group could not collect in the last scrape.
    pub(in crate::node) missing: Option<Unavailable>,
    /// What the last scrape made.
    pub(in crate::node) telemetry: Telemetry,
}

impl Bench {
    /// A group over a copy of `receivers/node/fixtures/<fixture>`, which a test may change.
    pub(in crate::node) fn over(fixture: &str, make: impl FnOnce(&Roots) -> Box<dyn Group>) -> Self {
        Self::named(Naming::Tfo, fixture, make)
    }

    /// The same, in a vocabulary.
    pub(in crate::node) fn named(naming: Naming, fixture: &str, make: impl FnOnce(&Roots) -> Box<dyn Group>) -> Self {
        let tree = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("node/fixtures").join(fixture), tree.path());
        let roots = Roots::below(tree.path());
        let group = make(&roots);
        let system = System::new(roots).without_keeping();
        let recorder = Recorder::new(naming, BOOT, BOOT);
        Self { tree, group, system, recorder, now: BOOT, missing: None, telemetry: Telemetry::empty(Signal::Metrics) }
    }

    /// Collects the group a second after the last time. A point is `name{key="value",...} value`, in order.
    pub(in crate::node) fn scrape(&mut self) -> Vec<String> {
        self.scrape_with(|_| String::new())
    }

    /// The same, where the points of counters end in ` since <start>`, in seconds after the boot.
    pub(in crate::node) fn scrape_since(&mut self) -> Vec<String> {
        self.scrape_with(|point| match point.start_time_unix_nano {
            0 => String::new(),
            start => format!(" since {}", (start - BOOT) / 1_000_000_000),
        })
    }

    /// The points of one metric, without its name.
    pub(in crate::node) fn points_of(&mut self, name: &str) -> Vec<String> {
        let all = self.scrape();
        let of = |point: &String| {
            let rest = point.strip_prefix(name)?;
            rest.starts_with(['{', ' ']).then(|| rest.trim_start().to_owned())
        };
        all.iter().filter_map(of).collect()
    }

    /// Writes a file of the tree, with the directories it needs.
    pub(in crate::node) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Removes a file or directory of the tree.
    pub(in crate::node) fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }

    /// Where a file of the tree is.
    pub(in crate::node) fn path(&self, path: &str) -> PathBuf {
        self.tree.path().join(path)
    }

    fn scrape_with(&mut self, end: impl Fn(&NumberDataPoint) -> String) -> Vec<String> {
        self.now += 1_000_000_000;
        self.system.begin();
        self.recorder.begin(self.now);
        self.missing = self.group.collect(&mut self.system, &mut self.recorder).err();
        self.telemetry = self.recorder.finish();
        // What was trusted must hold.
        Telemetry::from_wire(Signal::Metrics, self.telemetry.to_bytes()).unwrap();
        readable(&self.telemetry, end)
    }
}

/// Points as text, in order; `end` adds to each.
pub(in crate::node) fn readable(telemetry: &Telemetry, end: impl Fn(&NumberDataPoint) -> String) -> Vec<String> {
    let request = ExportMetricsServiceRequest::decode(telemetry.to_bytes()).unwrap();
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    let mut all = Vec::new();
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let points = match metric.data.unwrap() {
            Data::Gauge(gauge) => gauge.data_points,
            Data::Sum(sum) => sum.data_points,
            other => {
                all.push(format!("{} {other:?}", metric.name));
                continue;
            }
        };
        for point in points {
            let value = match point.value.unwrap() {
                number_data_point::Value::AsInt(value) => value.to_string(),
                number_data_point::Value::AsDouble(value) => format!("{value:?}"),
            };
            all.push(format!("{}{} {value}{}", metric.name, attributes(&point.attributes), end(&point)));
        }
    }
    all
}

fn attributes(attributes: &[KeyValue]) -> String {
    let text = |pair: &KeyValue| {
        let value = match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Value::StringValue(text)) => format!("{text:?}"),
            Some(Value::IntValue(number)) => number.to_string(),
            other => format!("{other:?}"),
        };
        format!("{}={value}", pair.key)
    };
    let all: Vec<String> = attributes.iter().map(text).collect();
    if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
}

/// Copies a tree.
pub(in crate::node) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
