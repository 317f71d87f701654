//! What black-box tests share: the binary as a child process with a file of its own, stopped and cleaned up behind it.
// Each test binary uses a part of it; what a test says goes to the terminal of who runs it.
#![allow(dead_code, clippy::print_stderr)]

pub(crate) mod clickhouse;
pub(crate) mod disk;
pub(crate) mod postgres;
pub(crate) mod random;
pub(crate) mod row;
pub(crate) mod sdk;
pub(crate) mod server;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

/// Longest time a started process may take to say that it is ready, on a machine that also compiles.
const START: Duration = Duration::from_secs(30);

/// Lines of its log that wait to be looked at; the thread that reads them drops those beyond, so that the child never
/// waits for the test.
const LINES: usize = 1 << 16;

/// A running `tfo collector`.
pub(crate) struct Tfo {
    child: Child,
    /// Where it listens, as it says itself: `otlp grpc 127.0.0.1:4317`.
    listening: Vec<String>,
    /// What it logged until it was ready, and since.
    started: Vec<String>,
    lines: Receiver<String>,
    /// How it is started, again after a kill.
    command: Command,
    /// Resident memory in KiB at its highest, of processes that were killed.
    peak: u64,
    /// A folder of its own, gone with it.
    pub(crate) folder: tempfile::TempDir,
}

/// A process that is ready: where it listens, what it logged until now, and what it logs from now on.
type Started = (Child, Vec<String>, Vec<String>, Receiver<String>);

/// A run of `tfo` that ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `tfo` with these arguments to its end.
pub(crate) fn tfo(arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_tfo")).args(arguments).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A file of the checkout.
pub(crate) fn checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Says loudly that a test was skipped, and fails where nothing may be skipped (`CI=true`).
pub(crate) fn skip(test: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{test} cannot be skipped in CI: {why}");
    eprintln!("!!! SKIPPED {test}: {why}");
}

/// Starts `tfo` and waits until it is ready.
fn spawn(command: &mut Command) -> Started {
    let mut child = command.spawn().unwrap();
    let stderr = child.stderr.take().unwrap();
    let (sender, lines) = sync_channel(LINES);
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let _ = sender.try_send(line);
        }
    });
    let (mut listening, mut started) = (Vec::new(), Vec::new());
    while !started.last().is_some_and(|line: &String| line.contains("everything is ready")) {
        let line = lines.recv_timeout(START).unwrap_or_else(|_| panic!("tfo did not start: {started:#?}"));
        listening.extend(line.split_once("listening on ").map(|(_, place)| place.to_owned()));
        started.push(line);
    }
    (child, listening, started, lines)
}

// === impl Tfo ===

impl Tfo {
    /// Starts a collector with a configuration, in which `{folder}` is replaced by a folder of its own.
    pub(crate) fn start(yaml: &str) -> Self {
        Self::start_with(yaml, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(yaml: &str, arguments: &[&str]) -> Self {
        Self::start_as(yaml, |command| {
            command.args(arguments);
        })
    }

    /// The same with whatever else is done to the command.
    pub(crate) fn start_as(yaml: &str, adapt: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tfo.yaml");
        std::fs::write(&file, yaml.replace("{folder}", folder.path().to_str().unwrap())).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
        command.arg("collector").arg("-c").arg(&file).env("NO_COLOR", "1");
        // The allocator gives freed pages back at once instead of after a second, so that memory is what is held.
        command.env("MIMALLOC_PURGE_DELAY", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        adapt(&mut command);
        let (child, listening, started, lines) = spawn(&mut command);
        Self { child, listening, started, lines, command, peak: 0, folder }
    }

    /// Ends it at once, as `kill -9` does; returns what it logged, the start included.
    pub(crate) fn kill(&mut self) -> Vec<String> {
        self.peak = self.peak();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let started = std::mem::take(&mut self.started);
        started.into_iter().chain(self.lines.iter()).collect()
    }

    /// Starts it anew after [`Tfo::kill`] or [`Tfo::end`], with the same file, arguments and folder.
    pub(crate) fn restart(&mut self) {
        (self.child, self.listening, self.started, self.lines) = spawn(&mut self.command);
    }

    /// Asks it to stop; returns how it ended and what it logged since the start.
    pub(crate) fn end(&mut self) -> (ExitStatus, Vec<String>) {
        self.peak = self.peak();
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        (status, self.lines.iter().collect())
    }

    /// Resident memory in KiB at its highest, over all restarts.
    pub(crate) fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        // A process that ended has no memory.
        if status.contains("VmHWM:") { self.peak.max(self.memory().1) } else { self.peak }
    }

    /// The address of a listener: `grpc` or `http`.
    pub(crate) fn address(&self, protocol: &str) -> &str {
        let place = self.listening.iter().find_map(|place| place.strip_prefix(protocol));
        let place = place.unwrap_or_else(|| panic!("no {protocol} in {:?}", self.listening));
        place.split_whitespace().next().unwrap()
    }

    /// The address of a listener of one of several components.
    pub(crate) fn address_of(&self, id: &str, protocol: &str) -> &str {
        let is_its = |place: &&String| place.split_whitespace().any(|word| word == format!("id={id}"));
        let place = self.listening.iter().filter(is_its).find_map(|place| place.strip_prefix(protocol));
        let place = place.unwrap_or_else(|| panic!("no {protocol} of {id} in {:?}", self.listening));
        place.split_whitespace().next().unwrap()
    }

    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in KiB, as the kernel counts it: now, and at the peak.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        (field("VmRSS:"), field("VmHWM:"))
    }

    /// Sends a signal by name: `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// The same for good.
    pub(crate) fn stop(mut self) -> (ExitStatus, Vec<String>) {
        self.end()
    }
}

impl Drop for Tfo {
    fn drop(&mut self) {
        // Already gone after `stop`.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            self.lines.try_iter().for_each(|line| eprintln!("tfo: {line}"));
            if let Some(stdout) = &mut self.child.stdout {
                let mut text = String::new();
                let _ = stdout.read_to_string(&mut text);
                eprintln!("{text}");
            }
        }
    }
}
