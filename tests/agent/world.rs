//! A network and a table of hosts of its own for one collector and its agents, so that files run as they are written:
//! `localhost:4317` is the collector of this test and of no other.
// The clock of the engine is of another process here.
#![allow(clippy::disallowed_methods)]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for what should come soon, on a machine that also compiles. The slowest sample sends after 30s.
pub(crate) const SOON: Duration = Duration::from_secs(120);

/// The name of the collector in the guide.
pub(crate) const NAME: &str = "tfo-collector.telemetryflow.svc.cluster.local";

/// A network of its own.
pub(crate) struct World {
    /// Ends when its input does, which is when this process ends.
    holder: Child,
    /// Whether it has users of its own, as it must when it was not made by root.
    has_users: bool,
    folder: tempfile::TempDir,
}

/// A process in it, ended with the test.
pub(crate) struct Process {
    child: Child,
    command: Command,
    log: PathBuf,
}

// === impl World ===

impl World {
    /// A new one, or why there is none.
    pub(crate) fn new() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let hosts = folder.path().join("hosts");
        fs::write(&hosts, format!("127.0.0.1 localhost {NAME}\n")).map_err(|error| error.to_string())?;
        let prepare = "ip link set lo up && mount --bind \"$0\" /etc/hosts && echo ready && exec cat";
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        let mut command = Command::new("unshare");
        command.args(if is_root { &["-n", "-m"][..] } else { &["-n", "-m", "-r"] });
        command.args(["sh", "-c", prepare]).arg(&hosts);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut holder = command.spawn().map_err(|error| format!("unshare: {error}"))?;
        let mut line = String::new();
        let said = holder.stdout.as_mut().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        if line != "ready\n" {
            let output = holder.wait_with_output().map_err(|error| error.to_string())?;
            return Err(format!("no network of its own: {said:?} {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(Self { holder, has_users: !is_root, folder })
    }

    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into its folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A program in it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.holder.id().to_string(), "-n", "-m"]);
        if self.has_users {
            command.args(["-U", "--preserve-credentials"]);
        }
        command.arg(program).stdin(Stdio::null());
        command
    }

    /// Starts `tfo` with these arguments and waits until it is ready.
    pub(crate) fn tfo(&self, name: &str, adapt: impl FnOnce(&mut Command)) -> Process {
        let mut command = self.command(env!("CARGO_BIN_EXE_tfo"));
        command.env("NO_COLOR", "1").stdout(Stdio::null());
        adapt(&mut command);
        let log = self.path(&format!("{name}.log"));
        let child = spawn(&mut command, &log);
        let mut process = Process { child, command, log };
        process.wait_until_ready();
        process
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

// === impl Process ===

impl Process {
    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it anew, with the same arguments.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(&mut self.command, &self.log);
        self.wait_until_ready();
    }

    /// What it logged since it was started last.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    fn wait_until_ready(&mut self) {
        let start = Instant::now();
        while !self.log().contains("everything is ready") {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < SOON, "it is not ready, {ended:?}: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until it is so.
pub(crate) fn until(what: impl Fn() -> String, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "not within {SOON:?}: {}", what());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn spawn(command: &mut Command, log: &Path) -> Child {
    command.stderr(File::create(log).unwrap()).spawn().unwrap()
}
