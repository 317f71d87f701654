//! Disks and files that do not take what comes for a while.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::support::disk::Disk;
use crate::support::{Tfo, tfo};
use crate::{collector, number, post, sent, stored, until};

/// Sends a record while something is wrong, sees that it is held and why, mends it, and sees it stored, once.
fn held_until_mended(tfo: Tfo, db: &Path, reason: &str, mend: impl FnOnce()) {
    let address = tfo.address("http").to_owned();
    thread::scope(|scope| {
        let client = scope.spawn(|| sent(&address, 1000, 1));
        thread::sleep(Duration::from_millis(500));
        assert!(!client.is_finished(), "the client was answered although the record is nowhere");
        mend();
        assert!(client.join().unwrap(), "the record was refused");
    });
    assert_eq!(stored(db).get(&1000), Some(&1));
    let (_, lines) = tfo.stop();
    assert!(lines.iter().any(|line| line.contains(reason)), "`{reason}` is not in {lines:#?}");
}

/// Scenario: the disk is full. Guarantee: the client waits, the log says why; with room again the record is stored, and
/// nothing that was stored before is lost.
#[test]
fn a_full_disk_holds_up_and_heals() {
    let Some(disk) = Disk::small("a_full_disk_holds_up_and_heals", 16) else { return };
    let db = disk.path().join("t.db");
    let tfo = Tfo::start(&collector(db.to_str().unwrap(), ""));
    assert!(sent(tfo.address("http"), 0, 500));
    disk.leave(0);
    // What is reserved already may take some.
    let address = tfo.address("http").to_owned();
    thread::scope(|scope| {
        let client = scope.spawn(|| (1..=8).map(|request| sent(&address, request * 500, 500)).collect::<Vec<_>>());
        thread::sleep(Duration::from_millis(700));
        assert!(!client.is_finished(), "the disk was not full");
        disk.leave(8 << 20);
        assert!(client.join().unwrap().into_iter().all(|taken| taken));
    });
    let stored = stored(&db);
    assert!(stored.len() == 4500 && stored.values().all(|count| *count == 1), "{} are stored", stored.len());
    let (_, lines) = tfo.stop();
    assert!(lines.iter().any(|line| line.contains("its disk is full")), "{lines:#?}");
}

/// Scenario: the file system is mounted read-only when tfo starts. Guarantee: it starts, says why nothing is stored and
/// holds what comes until the file can be written.
#[test]
fn a_read_only_file_heals() {
    let Some(disk) = Disk::small("a_read_only_file_heals", 16) else { return };
    let remount = |how: &str| {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(disk.path()).status().unwrap();
        assert!(status.success(), "remount,{how}");
    };
    let db = disk.path().join("t.db");
    let yaml = collector(db.to_str().unwrap(), "");
    let first = Tfo::start(&yaml);
    assert!(sent(first.address("http"), 0, 1));
    first.stop();
    remount("ro");
    let file = disk.path().with_extension("yaml");
    std::fs::write(&file, yaml.replace("{folder}", "/nowhere")).unwrap();
    let checked = tfo(&["dry-run", "--level", "resolve", "-c", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    assert!(checked.stdout.contains("may not be written"), "{}", checked.stdout);
    held_until_mended(Tfo::start(&yaml), &db, "may not be written", || remount("rw"));
    assert_eq!(stored(&db).len(), 2);
}

/// Scenario: something that is no database lies at the path. Guarantee: it is left as it is and named in the log; once it
/// is moved away, what waits is stored.
#[test]
fn a_foreign_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (db, aside) = (folder.path().join("t.db"), folder.path().join("mine"));
    let mine = vec![0xa5; 40_000];
    std::fs::write(&db, &mine).unwrap();
    let tfo = Tfo::start(&collector(db.to_str().unwrap(), ""));
    held_until_mended(tfo, &db, "not a SQLite database", || std::fs::rename(&db, &aside).unwrap());
    assert!(std::fs::read(aside).unwrap() == mine);
}

/// Scenario: the pages of the file are damaged while nobody writes. Guarantee: the log names the file and what to do; once
/// it is moved away, what waits is stored in a new one.
#[test]
fn a_damaged_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("t.db");
    let yaml = collector(db.to_str().unwrap(), "");
    let first = Tfo::start(&yaml);
    assert!(sent(first.address("http"), 0, 500));
    first.stop();
    let mut bytes = std::fs::read(&db).unwrap();
    bytes[4096..].fill(0xa5);
    std::fs::write(&db, bytes).unwrap();
    let aside = folder.path().join("damaged.db");
    held_until_mended(Tfo::start(&yaml), &db, "it is damaged; move it away", || std::fs::rename(&db, aside).unwrap());
}

/// Scenario: a trigger of the owner refuses some records. Guarantee: the client hears how many and why; the rest is stored.
#[test]
fn refused_rows_are_counted() {
    let tfo = Tfo::start(&collector("{folder}/t.db", ""));
    let (db, address) = (tfo.path("t.db"), tfo.address("http"));
    assert!(sent(address, 0, 1));
    let trigger =
        "CREATE TRIGGER odd BEFORE INSERT ON otel_logs WHEN new.body % 2 = 1 BEGIN SELECT RAISE(ABORT, 'odd'); END";
    crate::open(&db).execute_batch(trigger).unwrap();
    let (status, answer) = post(address, "/v1/logs", &crate::logs(10, 5)).unwrap();
    assert!(status == 200 && answer.contains("\"rejectedLogRecords\":\"2\""), "{status} {answer}");
    assert!(answer.contains("otel_logs does not take a row: odd"), "{answer}");
    until("the rest is stored", || number(&db, "SELECT count(*) FROM otel_logs") == 4);
}
