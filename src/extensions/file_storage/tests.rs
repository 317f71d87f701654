//! What is said about wrong settings, and what queues are told.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use pipelines::component::{Check, Config as _, Problem, Problems};
use pipelines::storage::{Options, Overflow, Sync};

use super::{Config, check};

fn parsed(yaml: &str) -> Config {
    serde_yaml::from_str(yaml).unwrap()
}

fn problems(yaml: &str) -> Vec<Problem> {
    let mut problems = Problems::default();
    parsed(yaml).validate(&mut problems);
    problems.into_vec()
}

/// Scenario: a file of the Collector with every key. Guarantee: it is accepted; what has no effect is said.
#[test]
fn every_key_of_the_collector_is_accepted() {
    let found = problems(
        "{ directory: /var/lib/x, timeout: 2s, create_directory: true, directory_permissions: '0700', fsync: true, \
         max_size: 268435456, recreate: true, compaction: { on_start: true, on_rebound: true, directory: /tmp, \
         rebound_needed_threshold_mib: 5, rebound_trigger_threshold_mib: 3, max_transaction_size: 2000, \
         check_interval: 5s, cleanup_on_start: true } }",
    );
    assert!(found.iter().all(|problem| problem.warning), "{found:?}");
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["recreate", "compaction"]);
}

/// Scenario: nothing and everything is set. Guarantee: queues are told so; the default syncs before it acknowledges.
#[test]
fn queues_are_told() {
    assert_eq!(parsed("{}").options(), Options::new("/var/lib/otelcol/file_storage"));
    assert_eq!(parsed("{ fsync: false }").options().sync, Sync::Never);
    let options = parsed(
        "{ directory: /x, create_directory: true, directory_permissions: '0700', timeout: 3s, sync: interval, \
         sync_interval: 5s, segment_size: 1MiB, max_bytes: 1GiB, max_age: 24h, overflow: drop_oldest }",
    )
    .options();
    let expected = Options {
        create_directory: true,
        permissions: 0o700,
        lock_timeout: Duration::from_secs(3),
        sync: Sync::Interval(Duration::from_secs(5)),
        segment_bytes: 1 << 20,
        max_bytes: 1 << 30,
        max_age: Some(Duration::from_secs(86_400)),
        overflow: Overflow::DropOldest,
        ..Options::new("/x")
    };
    assert_eq!(options, expected);
}

/// Scenario: settings that are wrong or contradict each other. Guarantee: each is an error at its key.
#[test]
fn wrong_settings_are_refused() {
    let cases = [
        ("{ directory: '' }", "directory"),
        ("{ directory_permissions: '9' }", "directory_permissions"),
        ("{ directory_permissions: '0050' }", "directory_permissions"),
        ("{ fsync: false, sync: group }", "fsync"),
        ("{ fsync: true, sync: never }", "fsync"),
        ("{ sync_interval: 1s }", "sync_interval"),
        ("{ sync: interval, sync_interval: 0s }", "sync_interval"),
        ("{ segment_size: 1000 }", "segment_size"),
        ("{ max_bytes: 0 }", "max_bytes"),
        ("{ max_age: 0s }", "max_age"),
    ];
    for (yaml, path) in cases {
        let found = problems(yaml);
        assert_eq!(found.len(), 1, "{yaml}: {found:?}");
        assert!(found[0].path == path && !found[0].warning, "{yaml}: {found:?}");
    }
}

/// Scenario: the directory is there, missing, to be made, a file. Guarantee: a dry run says so and makes nothing.
#[test]
fn a_dry_run_looks_at_the_directory() {
    let folder = tempfile::TempDir::new().unwrap();
    let missing = folder.path().join("a/b");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let found = |directory: &std::path::Path, create_directory| {
        let findings = check::check(&Config { directory: directory.to_owned(), create_directory, ..Config::default() });
        findings[0].check
    };
    assert_eq!(found(folder.path(), false), Check::Passed);
    assert_eq!(found(&missing, false), Check::Failed);
    assert_eq!(found(&missing, true), Check::Passed);
    assert_eq!(found(&file, true), Check::Failed);
    assert!(!missing.exists());
}
