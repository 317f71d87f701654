//! The group `filesystem`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::config;
use super::super::filesystem::Filesystem;
use super::bench::Bench;
use crate::catalogue::Naming;
use crate::kernel::statfs::Usage;

/// Asks as always, but waits as long as there is a file `hangs` in the directory: a stand-in for a filesystem whose
/// server is gone. The real thing is in `tests/node.rs`.
fn hesitate(path: &Path) -> rustix::io::Result<Usage> {
    while path.join("hangs").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    Usage::ask(path)
}

fn bench(naming: Naming) -> Bench {
    let settings = serde_json::from_value(serde_json::json!({ "mount_timeout": "200ms", "mount_exclude": "^/proc" }));
    let settings: config::Filesystem = settings.unwrap();
    Bench::named(naming, "small", |roots| Box::new(Filesystem::asking(hesitate, &settings, roots)))
}

/// The lines of a mountinfo that has these directories, which are made.
fn mount(bench: &Bench, places: impl Iterator<Item = String>) {
    let mut content = String::new();
    for (at, place) in places.enumerate() {
        fs::create_dir_all(bench.path(place.trim_start_matches('/'))).unwrap();
        content.push_str(&format!("{at} 1 0:{at} / {place} rw - nfs4 server:{place} rw\n"));
    }
    bench.write("proc/1/mountinfo", content);
}

/// Scenario: a disk, a read-only mount with a blank in its name that is not there. Guarantee: what the filesystem says,
/// consistently; an error says nothing else than that it is one.
#[test]
fn usage_and_errors() {
    let mut bench = bench(Naming::Prometheus);
    let points = bench.scrape();
    let labels = "{device=\"/dev/vda1\",mountpoint=\"/\",fstype=\"ext4\"} ";
    let value = |name: &str| -> f64 {
        let start = format!("{name}{labels}");
        points
            .iter()
            .find_map(|point| point.strip_prefix(&start))
            .unwrap_or_else(|| panic!("{points:#?}"))
            .parse()
            .unwrap()
    };
    let [size, free, available] = ["size", "free", "avail"].map(|name| value(&format!("node_filesystem_{name}_bytes")));
    assert!(size > 0.0 && size >= free && free >= available);
    assert!((value("node.filesystem.used") - (size - free)).abs() < 1.0);
    let usage = value("node.filesystem.usage");
    assert!((usage - 100.0 * (size - free) / (size - free + available)).abs() < 1e-9);
    assert!(value("node_filesystem_device_error") == 0.0 && value("node_filesystem_readonly") == 0.0);
    let gone: Vec<&String> = points.iter().filter(|point| point.contains("/sys x")).collect();
    let expected = ["device_error", "readonly"]
        .map(|name| format!("node_filesystem_{name}{{device=\"/dev/sdb1\",mountpoint=\"/sys x\",fstype=\"vfat\"}} 1"));
    assert_eq!(gone, expected.iter().collect::<Vec<_>>());
    assert_eq!(points.len(), 13, "{points:#?}");
    assert_eq!(bench.missing, None);
}

/// Scenario: two of four filesystems stop answering, then answer again. Guarantee: the others are told in every scrape;
/// those that hang are told as errors, named, cost time in the first scrape only, and come back by themselves.
#[test]
fn some_hang() {
    let mut bench = bench(Naming::Tfo);
    mount(&bench, (0..4).map(|at| format!("/mnt/{at}")));
    let sizes = |bench: &mut Bench| bench.points_of("node.filesystem.size").len();
    assert_eq!(sizes(&mut bench), 4);
    bench.write("mnt/1/hangs", "");
    bench.write("mnt/2/hangs", "");
    #[allow(clippy::disallowed_methods)] // What is measured is real time.
    let began = Instant::now();
    assert_eq!(sizes(&mut bench), 2);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    let missing = bench.missing.clone().unwrap().to_string();
    assert!(missing.ends_with("mnt/1: the filesystem there does not answer, nor do 1 others"), "{missing}");
    let errors = bench.points_of("node.filesystem.device_error");
    assert_eq!(errors.iter().filter(|point| point.ends_with(" 1")).count(), 2, "{errors:#?}");
    #[allow(clippy::disallowed_methods)] // What is measured is real time.
    let began = Instant::now();
    (0..20).for_each(|_| assert_eq!(sizes(&mut bench), 2));
    assert!(began.elapsed() < Duration::from_millis(200), "{:?}", began.elapsed());
    bench.remove("mnt/1/hangs");
    bench.remove("mnt/2/hangs");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(sizes(&mut bench), 4);
    assert_eq!(bench.missing, None);
}

/// Scenario: a hundred filesystems that do not answer. Guarantee: no more than 16 threads wait; the error says so.
#[test]
fn many_hang() {
    let mut bench = bench(Naming::Tfo);
    mount(&bench, (0..100).map(|at| format!("/mnt/{at}")));
    (0..100).for_each(|at| bench.write(&format!("mnt/{at}/hangs"), ""));
    for _ in 0..3 {
        assert_eq!(bench.points_of("node.filesystem.size").len(), 0);
        let errors = bench.points_of("node.filesystem.device_error");
        assert!(errors.len() == 100 && errors.iter().all(|point| point.ends_with(" 1")), "{errors:#?}");
        let missing = bench.missing.clone().unwrap().to_string();
        assert!(missing.ends_with("nor do 15 others; 84 are not asked while 16 do not answer"), "{missing}");
    }
    let threads = fs::read_dir("/proc/self/task").unwrap().filter(|task| {
        let name = task.as_ref().unwrap().path().join("comm");
        fs::read_to_string(name).is_ok_and(|name| name.trim() == "tfo-statvfs")
    });
    // Other tests of this process may have one or two of their own.
    assert!(threads.count() < 24);
}

/// Scenario: ten thousand mounts, then one less. Guarantee: each is told; scrapes after the first are fast.
#[test]
fn ten_thousand() {
    let mut bench = bench(Naming::Tfo);
    let all = |count: usize| {
        let line = |at| format!("{at} 1 0:{at} / /mnt\\040{at} rw - xfs /dev/x{at} rw\n");
        (0..count).map(line).collect::<String>()
    };
    bench.write("proc/1/mountinfo", all(10_000));
    assert_eq!(bench.points_of("node.filesystem.readonly").len(), 10_000);
    #[allow(clippy::disallowed_methods)] // What is measured is real time.
    let began = Instant::now();
    let points = bench.points_of("node.filesystem.device_error");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(points[9_999], "{device=\"/dev/x9999\",mountpoint=\"/mnt 9999\",fstype=\"xfs\"} 1");
    bench.write("proc/1/mountinfo", all(9_999));
    assert_eq!(bench.points_of("node.filesystem.readonly").len(), 9_999);
}

/// Scenario: the machine's table cannot be read, ours can; then neither. Guarantee: ours is used, without the directory
/// the root is mounted at; then an error.
#[test]
fn tables() {
    let mut bench = bench(Naming::Tfo);
    bench.remove("proc/1");
    let root = bench.path("");
    let root = root.to_str().unwrap().trim_end_matches('/');
    bench.write(
        "proc/self/mountinfo",
        format!("1 0 8:1 / {root} rw - ext4 /dev/sda1 rw\n2 1 8:2 / {root}/proc/self rw - ext4 /dev/sda2 rw\nx\n"),
    );
    let readonly = ["{device=\"/dev/sda1\",mountpoint=\"/\",fstype=\"ext4\"} 0"];
    assert_eq!(bench.points_of("node.filesystem.readonly"), readonly);
    assert!(bench.missing.clone().unwrap().to_string().ends_with("mountinfo: line 3 is not a mount"));
    bench.remove("proc/self");
    assert_eq!(bench.scrape(), Vec::<String>::new());
    assert!(bench.missing.is_some());
}
