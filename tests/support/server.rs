//! The process of a real server, in a folder of its own, which ends with the test however that ends.
// The clock of the engine is of another process here.
#![allow(clippy::disallowed_methods)]

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Longest time until a server answers, on a machine that also compiles.
const START: Duration = Duration::from_secs(60);

/// Waits until the test process is gone (its end of the pipe closes, whatever killed it), then ends the server by its
/// signal, gives it three seconds, and removes the folder; and once more what a program that was preparing it has written
/// since. A terminal's Ctrl-C must not reach it first.
const GUARD: &str = "trap '' INT TERM HUP; cat >/dev/null\n\
    if pid=$(cat \"$1/pid\" 2>/dev/null); then\n\
      kill -$2 $pid 2>/dev/null\n\
      for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do kill -0 $pid 2>/dev/null || break; sleep 0.2; done\n\
      kill -KILL $pid 2>/dev/null\n\
    fi\n\
    rm -rf -- \"$1\"; sleep 2; rm -rf -- \"$1\"";

/// A server that can be killed and started anew.
pub(crate) struct Server {
    name: &'static str,
    command: Mutex<Command>,
    child: Mutex<Option<Child>>,
    folder: Folder,
}

/// A folder for a server, at a short path that every user can reach: sockets lie in it, too.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    guard: Child,
}

/// A free port that no connection takes while the server is down: they have theirs from 32768 on.
pub(crate) fn free_port() -> u16 {
    const PORTS: std::ops::Range<u16> = 20_000..32_000;
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let begin = std::process::id().wrapping_mul(37) as u16;
    for _ in PORTS {
        let port = PORTS.start + begin.wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed)) % PORTS.len() as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

// === impl Folder ===

impl Folder {
    /// A new one, removed in the end; `last` is the signal that ends its server by then.
    pub(crate) fn new(name: &str, last: &str) -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tfo-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(&path).arg(last);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { path, guard: guard.spawn().unwrap() }
    }
}

// === impl Server ===

impl Server {
    /// Starts it and waits until `ready`.
    pub(crate) fn start(name: &'static str, folder: Folder, mut command: Command, ready: impl Fn() -> bool) -> Self {
        let log = File::options().create(true).append(true).open(folder.path.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let server = Self { name, command: Mutex::new(command), child: Mutex::default(), folder };
        server.restart(ready);
        server
    }

    /// A file in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path.join(name)
    }

    /// Its process; `None` while it is killed.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.lock().unwrap().as_ref().map(Child::id)
    }

    /// `kill -9` of the process and of those it started.
    pub(crate) fn kill(&self) {
        let Some(mut child) = self.child.lock().unwrap().take() else { return };
        let others = started_by(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        for pid in &others {
            let _ = Command::new("kill").args(["-KILL", pid]).stderr(Stdio::null()).status();
        }
        self.until("gone", || others.iter().all(|pid| !Path::new("/proc").join(pid).exists() || is_zombie(pid)));
        let _ = std::fs::remove_file(self.path("pid"));
    }

    /// Starts it anew with the same command and waits until `ready`.
    pub(crate) fn restart(&self, ready: impl Fn() -> bool) {
        let child = self.command.lock().unwrap().spawn().unwrap_or_else(|error| panic!("{}: {error}", self.name));
        std::fs::write(self.path("pid"), child.id().to_string()).unwrap();
        *self.child.lock().unwrap() = Some(child);
        self.until("ready", || {
            let ended = self.child.lock().unwrap().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "{} ended with {ended:?}:\n{}", self.name, self.log());
            ready()
        });
    }

    /// Sends a signal by name, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().expect("the server runs").to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// The last of what it logged.
    pub(crate) fn log(&self) -> String {
        last_lines(&self.path("log"))
    }

    /// Shows its log whenever a test fails, for one that is never dropped.
    pub(crate) fn show_log_on_panic(&self) {
        let (before, name, log) = (std::panic::take_hook(), self.name, self.path("log"));
        std::panic::set_hook(Box::new(move |panic| {
            before(panic);
            eprintln!("--- log of {name} ---\n{}", last_lines(&log));
        }));
    }

    fn until(&self, what: &str, done: impl Fn() -> bool) {
        let started = Instant::now();
        while !done() {
            assert!(started.elapsed() < START, "{} is not {what} within {START:?}:\n{}", self.name, self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- log of {} ---\n{}", self.name, self.log());
        }
        // The guard does the rest, and sees to it also where nothing is dropped: a server that all tests of a file share.
        drop(self.folder.guard.stdin.take());
        let child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(mut child) = child {
            let _ = child.wait();
        }
    }
}

fn last_lines(log: &Path) -> String {
    let log = std::fs::read(log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log).into_owned();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// Processes whose parent this is.
fn started_by(parent: u32) -> Vec<String> {
    let children = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).ok();
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().filter_map(Result::ok);
    tasks.filter_map(children).flat_map(|pids| pids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Ended, and whoever adopted it has not looked.
fn is_zombie(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}
