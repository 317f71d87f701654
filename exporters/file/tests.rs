//! Real files in a directory of the test's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pipelines::component::{
    BuildContext, Check, CheckContext, ComponentId, Config as _, Depth, ExportError, Exporter, ExporterFactory,
    Problems,
};
use pipelines::otlp::{json, schema};
use pipelines::{BatchId, Context, Signal, Telemetry};

use super::backups::Backups;
use super::writer::{Settings, Writer};
use super::{Config, File};

const LINE: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}"#;

fn config(path: &Path, more: &str) -> Config {
    serde_yaml::from_str(&format!("path: {}\n{more}", path.display())).unwrap()
}

fn build(config: Config) -> Arc<dyn Exporter> {
    File::build(&Arc::new(config), &BuildContext::new(ComponentId::of("file"))).unwrap()
}

fn logs() -> Telemetry {
    let wire = json::from_json(schema::Message::request(Signal::Logs), LINE.as_bytes()).unwrap();
    Telemetry::from_wire(Signal::Logs, wire.into()).unwrap()
}

async fn export(exporter: &Arc<dyn Exporter>) -> Result<(), ExportError> {
    exporter.export(BatchId::fresh(), &logs(), &Context::default()).await.map(drop)
}

/// Scenario: two batches, then a restart without and with `append`. Guarantee: one line of JSON for each batch; the file
/// is emptied at the start unless it is to be appended to.
#[tokio::test]
async fn writes_a_line_for_every_batch() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/er/out.json");
    for (more, lines) in [("", 2), ("", 2), ("append: true", 4)] {
        let exporter = build(config(&path, &format!("create_directory: true\n{more}")));
        exporter.start().await.unwrap();
        export(&exporter).await.unwrap();
        export(&exporter).await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{LINE}\n").repeat(lines), "{more}");
    }
}

/// Scenario: during a reload another exporter takes over the file, while the first one still writes what it holds.
/// Guarantee: the file is not emptied, and every record is whole.
#[tokio::test]
async fn a_file_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.json");
    let old = build(config(&path, ""));
    old.start().await.unwrap();
    export(&old).await.unwrap();
    let new = build(config(&path, "append: false\nsending_queue: { queue_size: 5 }"));
    new.start().await.unwrap();
    for exporter in [&new, &old, &new] {
        export(exporter).await.unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{LINE}\n").repeat(4));
}

/// Scenario: protobuf and compressed forms. Guarantee: every record has its length in four bytes, big endian, in front.
#[tokio::test]
async fn prefixes_binary_records() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out");
    for (more, packed, expected) in [
        ("format: proto", false, logs().to_bytes().to_vec()),
        ("format: proto\ncompression: zstd", true, logs().to_bytes().to_vec()),
        ("compression: zstd", true, LINE.as_bytes().to_vec()),
    ] {
        let exporter = build(config(&path, more));
        export(&exporter).await.unwrap();
        export(&exporter).await.unwrap();
        let mut rest = &std::fs::read(&path).unwrap()[..];
        for _ in 0..2 {
            let (len, after) = rest.split_first_chunk::<4>().unwrap();
            let (record, after) = after.split_at(u32::from_be_bytes(*len) as usize);
            let record = if packed { zstd::bulk::decompress(record, 1 << 20).unwrap() } else { record.to_vec() };
            assert_eq!(record, expected, "{more}");
            rest = after;
        }
        assert!(rest.is_empty());
    }
}

/// Scenario: files fill up, day after day. Guarantee: none is longer than allowed, old ones carry the UTC moment in
/// their names, no record is lost among those kept, and those beyond count or age are removed; others are left alone.
#[test]
fn rotates_and_removes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.json");
    std::fs::write(directory.path().join("out-of-scope.json"), "mine").unwrap();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_903_999);
    let write = |max_count, max_days, count: u32| {
        let rotation = Some((20, Backups { max_count, max_days }));
        let mut writer = Writer::new(Settings { path: path.clone(), append: false, directory: None, rotation });
        for day in 0..count {
            writer.write(b"0123456789\n", start + Duration::from_secs(86_400) * day).unwrap();
        }
        let mut names: Vec<_> = std::fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        write(0, 0, 3),
        ["out-2026-02-01T23-59-59.000.json", "out-2026-02-02T23-59-59.000.json", "out-of-scope.json", "out.json"]
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "0123456789\n");
    let kept = write(1, 0, 5);
    assert_eq!(kept, ["out-2026-02-04T23-59-59.000.json", "out-of-scope.json", "out.json"]);
    assert_eq!(write(0, 2, 9).iter().filter(|name| name.starts_with("out-2026")).count(), 3);
}

/// Scenario: two rotations within one millisecond. Guarantee: no file is overwritten.
#[test]
fn names_do_not_clash() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.json");
    let rotation = Some((1, Backups { max_count: 0, max_days: 0 }));
    let mut writer = Writer::new(Settings { path, append: false, directory: None, rotation });
    for _ in 0..5 {
        writer.write(b"record", SystemTime::UNIX_EPOCH).unwrap();
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 5);
}

/// Scenario: the disk is full (`/dev/full`). Guarantee: a retryable error that names the file.
#[tokio::test]
async fn a_full_disk_is_retryable() {
    let exporter = build(config(Path::new("/dev/full"), "append: true"));
    let error = export(&exporter).await.unwrap_err();
    assert!(matches!(&error, ExportError::Retry { reason, .. } if reason.contains("/dev/full")), "{error}");
}

/// Scenario: a check of a good place, one that does not exist, and a directory. Guarantee: told apart; no file is made.
#[tokio::test]
async fn checks_touch_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let check = |config: Config| async {
        let timeout = Duration::from_secs(1);
        let cx = CheckContext { id: ComponentId::of("file"), signals: Vec::new(), depth: Depth::Resolve, timeout };
        super::check::check(Arc::new(config), cx).await[0].check
    };
    let deep = directory.path().join("a/b/out.json");
    assert_ne!(check(config(&directory.path().join("out.json"), "")).await, Check::Failed);
    assert_eq!(check(config(&deep, "")).await, Check::Failed);
    assert_ne!(check(config(&deep, "create_directory: true")).await, Check::Failed);
    assert_eq!(check(config(directory.path(), "")).await, Check::Failed);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// Scenario: keys that contradict each other or are not built. Guarantee: each is reported at its own path.
#[test]
fn validation_names_the_key() {
    let bad = "append: true\ncompression: zstd\nrotation: {localtime: true, max_megabytes: 0}\n\
               flush_interval: 1s\ngroup_by: {enabled: true}\ndirectory_permissions: rwx\n";
    let mut problems = Problems::default();
    config(Path::new("x"), bad).validate(&mut problems);
    let found: Vec<_> = problems.into_vec().into_iter().map(|problem| problem.path).collect();
    let expected = [
        "append",
        "append",
        "directory_permissions",
        "flush_interval",
        "group_by",
        "rotation.max_megabytes",
        "rotation.localtime",
    ];
    assert_eq!(found, expected);
}
