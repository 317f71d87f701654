//! Scrapers over fixture trees and over this machine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod damaged;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use pipelines::Telemetry;
use pipelines::component::ComponentId;
use prost::Message as _;
use serde_json::json;

use super::config::{Config, Scraper};
use super::lane::Lane;
use super::rows::Kind;
use super::scrapers::Course;
use super::{config, rows};
use crate::scrape::Scrape as _;

/// What a small machine says.
const TREE: &[(&str, &str)] = &[
    (
        "proc/stat",
        "cpu  30 0 30 300 10 0 0 0 0 0\ncpu0 10 0 20 100 10 0 0 0 0 0\ncpu1 20 0 10 200 0 0 0 0 0 0\n\
         btime 1700000000\nprocesses 42\nprocs_running 2\nprocs_blocked 1\n",
    ),
    ("proc/loadavg", "0.50 1.00 2.00 1/100 4242\n"),
    (
        "proc/meminfo",
        "MemTotal: 1000 kB\nMemFree: 300 kB\nMemAvailable: 600 kB\nBuffers: 50 kB\nCached: 200 kB\n\
         SReclaimable: 20 kB\nSUnreclaim: 10 kB\nDirty: 5 kB\nHugePages_Total: 4\nHugePages_Free: 1\n",
    ),
    (
        "proc/diskstats",
        "   8 0 sda 10 1 100 500 20 2 200 1000 3 700 1500 0 0 0 0\n   7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n",
    ),
    (
        "proc/net/dev",
        "Inter-| Receive | Transmit\n face |bytes |bytes\n    lo: 7 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n  \
         eth0:1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n",
    ),
    (
        "proc/net/tcp",
        "  sl local rem st\n 0: 0100007F:1F90 00000000:0000 0A 0:0\n 1: 0100007F:1F90 0100007F:A000 01 0:0\n",
    ),
    ("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1000 250 -2\n"),
    ("proc/vmstat", "pgpgin 100\npgpgout 200\npswpin 3\npswpout 4\npgfault 1000\npgmajfault 10\n"),
    ("proc/uptime", "3600.25 7000.00\n"),
    (
        "proc/7/stat",
        "7 (worker) S 1 7 7 0 -1 0 100 0 3 0 150 50 0 0 20 0 2 0 1000 8192 2 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n",
    ),
    ("proc/7/io", "rchar: 9\nwchar: 9\nsyscr: 5\nsyscw: 6\nread_bytes: 4096\nwrite_bytes: 8192\n"),
    ("proc/7/cmdline", "/bin/worker\0--fast\0"),
    ("proc/7/status", "Name:\tworker\nUid:\t1000\t1000\t1000\t1000\nSigQ:\t3/100\n"),
    ("proc/7/task/7/status", "voluntary_ctxt_switches:\t8\nnonvoluntary_ctxt_switches:\t2\n"),
    ("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n"),
];

/// Writes the tree, or what `change` makes of it.
fn tree(change: impl Fn(&str, &str) -> Option<Vec<u8>>) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, content) in TREE {
        let path_of = root.path().join(path);
        std::fs::create_dir_all(path_of.parent().unwrap()).unwrap();
        if let Some(content) = change(path, content) {
            std::fs::write(path_of, content).unwrap();
        }
    }
    root
}

fn whole(_: &str, content: &str) -> Option<Vec<u8>> {
    Some(content.as_bytes().to_vec())
}

fn lanes(root: &Path, mut config: serde_json::Value) -> Vec<Lane> {
    config["root_path"] = json!(root);
    let config: Arc<Config> = Arc::new(serde_json::from_value(config).unwrap());
    Course::ALL.iter().map(|course| Lane::new(ComponentId::of("system"), &config, *course)).collect()
}

/// Points as `name{key=value,...}` (those of a process behind its name) and their values.
fn points(telemetry: &Telemetry) -> BTreeMap<String, f64> {
    let request = ExportMetricsServiceRequest::decode(telemetry.to_bytes()).unwrap();
    let mut points = BTreeMap::new();
    for resource in request.resource_metrics {
        let attributes = resource.resource.map(|resource| resource.attributes).unwrap_or_default();
        for metric in resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
            let found = match metric.data.unwrap() {
                Data::Gauge(gauge) => gauge.data_points,
                Data::Sum(sum) => sum.data_points,
                _ => unreachable!(),
            };
            for point in found {
                let value = match point.value.unwrap() {
                    Value::AsDouble(value) => value,
                    Value::AsInt(value) => value as f64,
                };
                let key = format!("{}{{{}}}{}", metric.name, text(&point.attributes), text(&attributes));
                assert!(points.insert(key, value).is_none(), "twice: {}", metric.name);
            }
        }
    }
    points
}

fn text(attributes: &[KeyValue]) -> String {
    let value = |attribute: &KeyValue| match attribute.value.as_ref().unwrap().value.as_ref().unwrap() {
        any_value::Value::StringValue(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let all: Vec<String> =
        attributes.iter().map(|attribute| format!("{}={}", attribute.key, value(attribute))).collect();
    all.join(",")
}

fn scrape(root: &Path, config: serde_json::Value) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    lanes(root, config).iter_mut().for_each(|lane| all.extend(points(&lane.scrape())));
    all
}

/// Scenario: our rows next to the Collector's description of its metrics. Guarantee: names, units, types, attributes
/// and what is on by default are the same; only a metric of Windows is missing.
#[test]
fn rows_are_those_of_the_collector() {
    fn of<S: Scraper>() -> Vec<String> {
        let list = |names: &[&str]| if names.is_empty() { "-".to_owned() } else { names.join(",") };
        let row = |row: &&rows::Row| {
            let kind = match row.kind {
                Kind::Counter => "counter",
                Kind::Sum => "sum",
                Kind::Gauge => "gauge",
            };
            let (kind_of_value, on) =
                (if row.integer { "int" } else { "double" }, if row.enabled { "on" } else { "off" });
            let columns =
                [S::NAME, row.name, row.unit, kind, kind_of_value, &list(row.attributes), &list(row.kept), on];
            columns.join("\t")
        };
        S::rows().iter().map(row).collect()
    }
    let ours = [
        of::<config::OfCpu>(),
        of::<config::OfDisk>(),
        of::<config::OfFilesystem>(),
        of::<config::OfLoad>(),
        of::<config::OfMemory>(),
        of::<config::OfNetwork>(),
        of::<config::OfPaging>(),
        of::<config::OfProcess>(),
        of::<config::OfProcesses>(),
        of::<config::OfSystem>(),
    ]
    .concat();
    let theirs: Vec<&str> = include_str!("otelcol-0.161.tsv").lines().collect();
    let lacking: Vec<&&str> = theirs.iter().filter(|row| !ours.iter().any(|ours| ours == **row)).collect();
    let invented: Vec<&String> = ours.iter().filter(|row| !theirs.contains(&row.as_str())).collect();
    assert!(invented.is_empty(), "{invented:#?}\n{lacking:#?}");
    assert_eq!(lacking.len(), 1, "{lacking:#?}");
    assert!(lacking[0].contains("process.handles"), "{lacking:#?}");
}

/// Scenario: every scraper over a small machine. Guarantee: the numbers of its files, in the Collector's units.
#[test]
fn numbers_are_those_of_the_kernel() {
    let root = tree(whole);
    let on = |names: &[&str]| -> serde_json::Value {
        names
            .iter()
            .map(|name| ((*name).to_owned(), json!({ "enabled": true })))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let points = scrape(
        root.path(),
        json!({ "scrapers": {
            "cpu": {}, "disk": {}, "paging": {}, "system": {}, "processes": {},
            "load": { "cpu_average": true },
            "memory": { "metrics": on(&["system.linux.memory.available", "system.memory.linux.hugepages.usage"]) },
            "network": { "exclude": { "interfaces": ["lo"], "match_type": "strict" } },
        } }),
    );
    let expected = [
        ("system.cpu.time{state=user}", 0.3),
        ("system.cpu.time{state=wait}", 0.1),
        ("system.cpu.logical.count{}", 2.0),
        ("system.cpu.load_average.1m{}", 0.25),
        ("system.memory.usage{state=used}", 400.0 * 1024.0),
        ("system.memory.usage{state=cached}", 220.0 * 1024.0),
        ("system.linux.memory.available{}", 600.0 * 1024.0),
        ("system.memory.linux.hugepages.usage{system.memory.linux.hugepages.state=used}", 3.0),
        ("system.disk.io{device=sda,direction=read}", 51200.0),
        ("system.disk.merged{device=sda,direction=write}", 2.0),
        ("system.disk.operation_time{device=sda,direction=write}", 1.0),
        ("system.disk.io_time{device=sda}", 0.7),
        ("system.disk.weighted_io_time{device=sda}", 1.5),
        ("system.disk.pending_operations{device=sda}", 3.0),
        ("system.network.io{device=eth0,direction=transmit}", 2000.0),
        ("system.network.dropped{device=eth0,direction=receive}", 2.0),
        ("system.network.connections{protocol=tcp,state=LISTEN}", 1.0),
        ("system.network.connections{protocol=tcp,state=ESTABLISHED}", 1.0),
        ("system.paging.usage{device=/dev/sda2,state=free}", 750.0 * 1024.0),
        ("system.paging.operations{direction=page_out,type=major}", 4.0),
        ("system.paging.faults{type=minor}", 990.0),
        ("system.processes.count{status=sleeping}", 1.0),
        ("system.processes.count{status=running}", 2.0),
        ("system.processes.created{}", 42.0),
        ("system.uptime{}", 3600.25),
    ];
    for (key, value) in expected {
        let found = points.get(key).copied().unwrap_or(f64::NAN);
        assert!((found - value).abs() < 1e-9, "{key} is {found}, expected {value}\n{points:#?}");
    }
    assert!(!points.keys().any(|key| key.contains("loop0") || key.contains("=lo,")), "{points:#?}");
}

/// Scenario: single processes. Guarantee: each is a resource of its own, with its numbers.
#[test]
fn processes_are_resources() {
    let root = tree(whole);
    let metrics =
        json!({ "process.context_switches": { "enabled": true }, "process.signals_pending": { "enabled": true } });
    let attributes = json!({ "process.executable.path": { "enabled": false } });
    let process = json!({ "metrics": metrics, "resource_attributes": attributes });
    let points = scrape(root.path(), json!({ "scrapers": { "process": process } }));
    let whose = "process.command=/bin/worker,process.command_line=/bin/worker --fast,process.executable.name=worker,\
                 process.owner=ann,process.parent_pid=IntValue(1),process.pid=IntValue(7)";
    for (key, value) in [
        ("process.cpu.time{state=user}", 1.5),
        ("process.disk.io{direction=write}", 8192.0),
        ("process.memory.virtual{}", 8192.0),
        ("process.context_switches{type=voluntary}", 8.0),
        ("process.signals_pending{}", 3.0),
    ] {
        assert_eq!(points.get(&format!("{key}{whose}")), Some(&value), "{key}\n{points:#?}");
    }
    let none = json!({ "exclude": { "names": ["work.*"], "match_type": "regexp" } });
    assert!(scrape(root.path(), json!({ "scrapers": { "process": none } })).is_empty());
}

/// Scenario: this machine, twice, in TelemetryFlow's names and in the Collector's. Guarantee: all 18 names, and every
/// filesystem of a device.
#[test]
fn this_machine() {
    let scrapers =
        json!({ "cpu": {}, "memory": {}, "filesystem": { "include_virtual_filesystems": true }, "network": {} });
    let mut lanes = lanes(Path::new("/"), json!({ "naming": "tfo", "disk_paths": ["/"], "scrapers": scrapers }));
    let mut all = BTreeMap::new();
    for round in 0..2 {
        // Processors have to do something in between, if only this.
        std::thread::sleep(std::time::Duration::from_millis(50 * round));
        lanes.iter_mut().for_each(|lane| all.extend(points(&lane.scrape())));
    }
    let names: std::collections::BTreeSet<&str> = all.keys().filter_map(|key| key.split('{').next()).collect();
    assert_eq!(names.len(), 18, "{names:?}");
    let usual =
        scrape(Path::new("/"), json!({ "scrapers": { "filesystem": { "include_virtual_filesystems": true } } }));
    assert!(
        usual.keys().any(|key| key.starts_with("system.filesystem.usage{") && key.contains("mountpoint=/")),
        "{usual:?}"
    );
}
