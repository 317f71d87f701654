//! `tfo init`, and what a service manager is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

fn tfo(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tfo")).args(arguments).current_dir(folder).output().unwrap()
}

/// Scenario: `tfo init` for a host and for a gateway in an empty folder. Guarantee: what is written is valid without a
/// change or a warning, a second call changes nothing, and systemd has nothing to say of the units.
#[test]
fn what_is_written_works() {
    for (what, file, unit) in
        [("host", "tfo-agent.yaml", "tfo-agent.service"), ("gateway", "gateway.yaml", "tfo-collector.service")]
    {
        let folder = tempfile::tempdir().unwrap();
        let written = tfo(folder.path(), &["init", what]);
        assert_eq!(written.status.code(), Some(0), "{written:?}");
        // The unit's user is made up at its start and owns nothing. The line is to be copied as it is.
        let path = format!("-m 0644 {file} /etc/{}/{file}", unit.trim_end_matches(".service"));
        assert!(String::from_utf8_lossy(&written.stdout).lines().any(|line| line.ends_with(&path)), "{written:?}");
        let valid = tfo(folder.path(), &["validate", "-c", file]);
        let said = String::from_utf8_lossy(&valid.stderr);
        assert!(valid.status.success() && !said.contains("warning"), "{valid:?}");

        fs::write(folder.path().join(file), "mine").unwrap();
        fs::remove_file(folder.path().join(unit)).unwrap();
        let again = tfo(folder.path(), &["init", what]);
        assert_eq!(again.status.code(), Some(64), "{again:?}");
        assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), "mine");
        assert!(!folder.path().join(unit).exists());
        verify(folder.path(), unit);
    }
}

/// Asks systemd, where it is there, what it thinks of a unit.
fn verify(folder: &Path, unit: &str) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/systemd").join(unit)).unwrap();
    let path = folder.join(unit);
    fs::write(&path, text.replace("/usr/bin/tfo", env!("CARGO_BIN_EXE_tfo"))).unwrap();
    match Command::new("systemd-analyze").arg("verify").arg(&path).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && !said.contains(unit), "{said}");
        }
        Err(_) => eprintln!("SKIPPED: no systemd-analyze"),
    }
}

/// Scenario: a service manager with a watchdog listens; the process is told to reload, then to stop. Guarantee: it
/// hears of the start, of life, of the reload and of the end.
#[test]
fn a_service_manager_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let pipelines = "receivers: {system: {scrapers: {load: {}}}}\nexporters: {nop: {}}\n\
                     service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [system], exporters: [nop]}}}\n";
    fs::write(folder.path().join("a.yaml"), pipelines).unwrap();
    // The watchdog is for one process, which systemd names to it.
    let mut child = Command::new("sh")
        .args(["-c", "WATCHDOG_PID=$$ exec \"$0\" collector -c a.yaml", env!("CARGO_BIN_EXE_tfo")])
        .current_dir(folder.path())
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "200000")
        .spawn()
        .unwrap();
    let wait_for = |state: &str| {
        let mut message = [0; 4096];
        loop {
            let length = manager.recv(&mut message).unwrap_or_else(|error| panic!("{state}: {error}"));
            if String::from_utf8_lossy(&message[..length]).lines().any(|line| line.starts_with(state)) {
                return;
            }
        }
    };
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    };
    wait_for("READY=1");
    wait_for("WATCHDOG=1");
    signal("-HUP");
    wait_for("RELOADING=1");
    wait_for("READY=1");
    signal("-TERM");
    wait_for("STOPPING=1");
    assert!(child.wait().unwrap().success());
}
