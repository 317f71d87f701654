//! Files that change under a reader.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::runtime::Stopper;

fn text(contents: Option<Contents>, path: &std::path::Path) -> Option<String> {
    contents.map(|contents| String::from_utf8_lossy(contents.file(path).unwrap_or(b"?")).into_owned())
}

/// Scenario: a file is written in two steps, replaced by a rename, removed and put back. Guarantee: contents are
/// handed out once two looks saw the same, never between the steps.
#[test]
fn hands_out_what_has_settled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "one").unwrap();
    let mut files = Files::new([path.clone()], Some(Duration::ZERO));
    assert_eq!(text(Some(files.read()), &path).unwrap(), "one");
    assert_eq!(text(files.look(), &path), None);
    fs::write(&path, "tw").unwrap();
    assert_eq!(text(files.look(), &path), None);
    fs::write(&path, "two").unwrap();
    assert_eq!(text(files.look(), &path), None);
    assert_eq!(text(files.look(), &path).unwrap(), "two");
    assert_eq!(text(files.look(), &path), None);
    fs::write(folder.path().join("new"), "six").unwrap();
    fs::rename(folder.path().join("new"), &path).unwrap();
    assert!(files.look().is_none() && text(files.look(), &path).unwrap() == "six");
    fs::remove_file(&path).unwrap();
    assert!(files.look().is_none() && text(files.look(), &path).unwrap() == "?");
    fs::write(&path, "six").unwrap();
    assert!(files.look().is_none() && text(files.look(), &path).unwrap() == "six");
}

/// Scenario: a folder of files is replaced by swapping a symbolic link, as Kubernetes does. Guarantee: seen.
#[test]
fn sees_swapped_links() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (version, content) in [("v1", "one"), ("v2", "two")] {
        fs::create_dir(at(version)).unwrap();
        fs::write(at(version).join("token"), content).unwrap();
    }
    std::os::unix::fs::symlink("v1", at("..data")).unwrap();
    std::os::unix::fs::symlink("..data/token", at("token")).unwrap();
    let mut files = Files::new([at("token")], Some(Duration::ZERO));
    assert_eq!(text(Some(files.read()), &at("token")).unwrap(), "one");
    std::os::unix::fs::symlink("v2", at("..tmp")).unwrap();
    fs::rename(at("..tmp"), at("..data")).unwrap();
    assert!(files.look().is_none() && text(files.look(), &at("token")).unwrap() == "two");
}

/// Scenario: a period, or none. Guarantee: the file is not read before it is over, or never again.
#[tokio::test(start_paused = true)]
async fn looks_no_more_often_than_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "one").unwrap();
    let mut hourly = Files::new([path.clone()], Some(Duration::from_secs(3600)));
    let mut never = Files::new([path.clone()], None);
    let _ = (hourly.read(), never.read());
    fs::write(&path, "two").unwrap();
    assert!(hourly.look().is_none() && hourly.look().is_none());
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert!(hourly.look().is_none() && text(hourly.look(), &path).unwrap() == "two");
    assert!(never.look().is_none() && never.look().is_none());
}

/// Scenario: a file that is far too large. Guarantee: an error, not the memory for it.
#[test]
fn reads_no_huge_file() {
    let mut files = Files::new(["/dev/zero".into()], Some(Duration::ZERO));
    assert!(files.read().file("/dev/zero".as_ref()).unwrap_err().to_string().contains("larger"));
}

struct Counted(AtomicUsize);

impl Renew for Counted {
    fn look(&self) {
        // The first look panics, which must not end the others.
        assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0);
    }

    fn status(&self) -> RenewalStatus {
        RenewalStatus { owner: "test".into(), renewed: 0, failed: 1, certificates: Vec::new() }
    }
}

/// Scenario: things are added, one is dropped, a look panics. Guarantee: what lives is looked at until the stop.
#[tokio::test]
async fn looks_at_what_lives() {
    let (renewals, (stopper, stop)) = (Renewals::default(), Stopper::new());
    let watch = renewals.clone().watch(stop);
    let check = async {
        let (kept, dropped) = (Arc::new(Counted(AtomicUsize::new(0))), Arc::new(Counted(AtomicUsize::new(0))));
        renewals.add(&kept);
        renewals.add(&dropped);
        let failed = || renewals.status().iter().map(|status| status.failed).collect::<Vec<_>>();
        assert_eq!(failed(), [2], "both are of one owner");
        drop(dropped);
        assert_eq!(failed(), [1]);
        while kept.0.load(Ordering::Relaxed) < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stopper.stop();
    };
    tokio::join!(watch, check);
}
