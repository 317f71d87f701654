//! Files that cannot be written, and what heals them.

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::{
    Check, CheckContext, ComponentId, Config as _, Depth, ExportError, ExporterFactory, Problems,
};
use rusqlite::Connection;

use super::super::Sqlite;
use super::{Place, config, connect, logs};

async fn refused(place: &Place) -> String {
    match place.export(&logs(0, 1)).await {
        Err(ExportError::Retry { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

async fn checked(place: &Place, more: &str) -> (Check, String) {
    let cx = CheckContext {
        id: ComponentId::of("sqlite"),
        signals: Vec::new(),
        depth: Depth::Resolve,
        timeout: Duration::from_secs(1),
    };
    let findings = Sqlite::check(Arc::new(config(&place.path(), more)), cx).await;
    let last = findings.last().unwrap();
    (last.check, last.text.clone())
}

/// Scenario: something else lies where the file should be: text, another database, tables of a newer version, a damaged
/// file, a directory. Guarantee: each is refused for now with its own reason and left as it is, the check says the same,
/// and once it is gone the same exporter stores.
#[tokio::test]
async fn other_files_are_left_alone() {
    let newer = format!("{}INSERT INTO otel_schema VALUES (7, '');", super::super::ddl());
    for (sql, text, expected) in [
        (
            "",
            &b"not a database, but long enough to be looked at as if it were one"[..],
            "it is not a SQLite database; move",
        ),
        ("CREATE TABLE mine (a); INSERT INTO mine VALUES (1);", b"", "a SQLite database of something else"),
        (&newer, b"", "its schema has version 7, this program knows 1"),
    ] {
        let place = Place::new("");
        if sql.is_empty() {
            std::fs::write(place.path(), text).unwrap();
        } else {
            Connection::open(place.path()).unwrap().execute_batch(sql).unwrap();
        }
        let before = std::fs::read(place.path()).unwrap();
        let reason = refused(&place).await;
        assert!(reason.contains(expected) && reason.contains("t.db"), "{reason}");
        let (check, text) = checked(&place, "").await;
        assert!(check == Check::Failed && text.contains(expected), "{text}");
        assert!(std::fs::read(place.path()).unwrap() == before, "{expected}: the file was changed");
        assert_eq!(std::fs::read_dir(place.folder.path()).unwrap().count(), 1, "{expected}");
        std::fs::remove_file(place.path()).unwrap();
        place.export(&logs(0, 1)).await.unwrap();
        assert_eq!(place.number("SELECT count(*) FROM otel_logs"), 1);
    }
    let place = Place::new("");
    std::fs::create_dir(place.path()).unwrap();
    assert!(refused(&place).await.contains("cannot be opened"));
    assert_eq!(checked(&place, "").await.0, Check::Failed);
}

/// Scenario: pages in the middle of the file are overwritten. Guarantee: refused for now as damaged, until the file is
/// moved away.
#[tokio::test]
async fn damaged_files_are_named() {
    let place = Place::new("");
    place.export(&logs(0, 5000)).await.unwrap();
    place.exporter.shutdown().await.unwrap();
    let mut bytes = std::fs::read(place.path()).unwrap();
    bytes[4096..].fill(0xa5);
    std::fs::write(place.path(), bytes).unwrap();
    let reason = refused(&place).await;
    assert!(reason.contains("it is damaged; move it away"), "{reason}");
    std::fs::rename(place.path(), place.folder.path().join("damaged.db")).unwrap();
    place.export(&logs(0, 1)).await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM otel_logs"), 1);
}

/// Scenario: another process writes for longer than `busy_timeout`. Guarantee: refused for now with the reason; stored
/// once the other one is done.
#[tokio::test]
async fn other_writers_are_waited_for() {
    let place = Place::new("busy_timeout: 50ms");
    place.export(&logs(0, 1)).await.unwrap();
    let other = connect(&place.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let reason = refused(&place).await;
    assert!(reason.contains("another process is writing to it for longer than `busy_timeout`"), "{reason}");
    other.execute_batch("COMMIT").unwrap();
    place.export(&logs(1, 1)).await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM otel_logs"), 2);
}

/// Scenario: the file is removed while it is open. Guarantee: what comes then is in the new file that lies in its place.
#[tokio::test]
async fn removed_files_are_made_anew() {
    let place = Place::new("");
    place.export(&logs(0, 1)).await.unwrap();
    std::fs::remove_file(place.path()).unwrap();
    place.export(&logs(1, 1)).await.unwrap();
    assert_eq!(place.rows("SELECT body FROM otel_logs"), [serde_json::json!({ "body": "1" })]);
}

/// Scenario: a directory that is not there, without and with `create_directory`. Guarantee: refused for now, or made.
#[tokio::test]
async fn directories_are_made_if_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/t.db");
    for (more, is_made) in [("", false), ("create_directory: true", true)] {
        let exporter = super::build(&path, more);
        let exported = exporter.export(pipelines::BatchId::fresh(), &logs(0, 1), &pipelines::Context::default()).await;
        assert_eq!((exported.is_ok(), path.exists()), (is_made, is_made), "{exported:?}");
    }
}

/// Scenario: checks of a place without a file, with an open store and with a closed one. Guarantee: they pass, and leave
/// nothing behind.
#[tokio::test]
async fn checks_leave_nothing() {
    let place = Place::new("");
    let files = || std::fs::read_dir(place.folder.path()).unwrap().count();
    assert!(matches!(checked(&place, "").await.0, Check::Passed | Check::Warned));
    assert_eq!(files(), 0);
    place.export(&logs(0, 1)).await.unwrap();
    for open in [true, false] {
        let found = files();
        let (check, text) = checked(&place, "").await;
        assert!(check == Check::Passed && text.ends_with("t.db has our tables"), "{text}");
        assert_eq!(files(), found, "open: {open}");
        place.exporter.shutdown().await.unwrap();
    }
    // Closed, all of it is in the one file.
    assert_eq!(files(), 1);
}

/// Scenario: keys that make no sense. Guarantee: each is reported at its own path.
#[test]
fn validation_names_the_key() {
    for (path, more, expected) in [
        ("t.db", "", &[][..]),
        ("\"\"", "max_size: 5kB\nbusy_timeout: 1h", &["path", "max_size", "busy_timeout"]),
        ("\":memory:\"", "max_size: 0\nretention: 0s", &["path"]),
    ] {
        let mut problems = Problems::default();
        config(std::path::Path::new(path), more).validate(&mut problems);
        let found: Vec<_> = problems.into_vec().into_iter().map(|problem| problem.path).collect();
        assert_eq!(found, expected);
    }
}
