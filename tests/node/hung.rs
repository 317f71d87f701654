//! A filesystem that really hangs: FUSE whose server never answers.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::scrape::{Points, recorded, wall_clock};
use crate::support::{Tfo, skip};

const YAML: &str = "\
receivers:
  node: { collection_interval: 200ms, initial_delay: 100ms, naming: prometheus, filesystem: { mount_timeout: 300ms } }
exporters:
  file: { path: '{folder}/points.json' }
service:
  pipelines:
    metrics: { receivers: [node], exporters: [file] }
";

/// Mounts in a namespace of its own, below the folder of the file that is given last, and becomes tfo. Whoever holds
/// `/dev/fuse` is the server; tfo inherits it and does not know.
const SCRIPT: &str = r#"
eval "file=\${$#}"
mkdir "${file%/*}/hung"
exec 9<>/dev/fuse
mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0 hung "${file%/*}/hung" || exit 9
exec "$@"
"#;

/// Scenario: one filesystem of the machine never answers. Guarantee: the others are told in every scrape, the other groups
/// on time; the one that hangs is an error by its name, said once.
#[test]
fn a_filesystem_that_never_answers() {
    let test = "a_filesystem_that_never_answers";
    if !can_mount() {
        return skip(test, "only root with /dev/fuse, mount and unshare can mount a filesystem that hangs");
    }
    let mut tfo = Tfo::start_as(YAML, |command| {
        let mut inside = Command::new("unshare");
        inside.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", SCRIPT, "sh"]);
        inside.arg(command.get_program()).args(command.get_args());
        inside.env("NO_COLOR", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        *command = inside;
    });
    let begin = wall_clock();
    std::thread::sleep(Duration::from_secs(5));
    let recorded: Vec<(u64, Points)> =
        recorded(&tfo.path("points.json")).into_iter().filter(|(time, _)| *time > begin).collect();
    let with = |start: &str| {
        let has = |points: &Points| points.keys().any(|series| series.starts_with(start));
        recorded.iter().filter(|(_, points)| has(points)).count()
    };
    let value = |points: &Points, end: &str| {
        let mut errors = points.iter().filter(|(series, _)| series.starts_with("node_filesystem_device_error"));
        errors.find(|(series, _)| series.ends_with(end)).map(|(_, point)| point.value)
    };
    let (load, sizes) = (with("node_load1"), with("node_filesystem_size_bytes"));
    eprintln!("in 5 s: {load} scrapes of load, {sizes} of filesystems");
    assert!(load > 15, "{load} of 25 scrapes took place");
    assert!(sizes > 10, "{sizes} of 25 scrapes of filesystems took place");
    let mut filesystems = recorded.iter().filter(|(_, points)| value(points, "mountpoint=\"/\"}").is_some());
    let is_told = |(_, points): &(u64, Points)| {
        (value(points, "mountpoint=\"/\"}"), value(points, "/hung\"}")) == (Some(0.0), Some(1.0))
    };
    assert!(filesystems.all(is_told), "{filesystems:#?}");
    // To `unshare` a signal means nothing; its child ends with it.
    let lines = tfo.kill();
    let said = lines.iter().filter(|line| line.contains("does not answer")).count();
    assert_eq!(said, 1, "{lines:#?}");
}

fn can_mount() -> bool {
    let try_it =
        Command::new("unshare").args(["--mount", "sh", "-c", "test -w /dev/fuse && exec 9<>/dev/fuse"]).status();
    try_it.is_ok_and(|status| status.success())
}
