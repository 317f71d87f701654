//! PostgreSQL as it is installed, with a cluster of its own.

use crate::{Error, process};
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server; it is stopped and forgotten when this is dropped.
pub(super) struct Server {
    child: Child,
    programs: PathBuf,
    pub(super) address: SocketAddr,
    folder: tempfile::TempDir,
}

/// Where `apt-get install postgresql` puts the server, by version.
const INSTALLED: &str = "/usr/lib/postgresql";
/// Defaults but for what a server with room for a benchmark would have.
const SETTINGS: [&str; 4] =
    ["shared_buffers=256MB", "max_wal_size=8GB", "autovacuum=off", "listen_addresses=127.0.0.1"];
/// How long it may take to start.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// The folder of its programs; `None` where it is not installed.
pub(super) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(INSTALLED).ok()?.filter_map(Result::ok).map(|entry| entry.path().join("bin"));
    versions.filter(|bin| bin.join("postgres").is_file()).max()
}

// === impl Server ===

impl Server {
    pub(super) fn start(programs: &Path, address: SocketAddr) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        // Its own user must get in; it refuses to run as root.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777))?;
        let data = folder.path().join("data");
        let mut initdb = as_postgres(&programs.join("initdb"));
        initdb.arg("-D").arg(&data).args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]);
        let made = initdb.output()?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)).into());
        }
        let mut postgres = as_postgres(&programs.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-p", &address.port().to_string()]);
        postgres.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let log = fs::File::create(folder.path().join("log"))?;
        let child = postgres.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = Self { child, programs: programs.to_owned(), address, folder };
        let started = Instant::now();
        while server.ask("SELECT 1").is_err() {
            if started.elapsed() > READY_WITHIN {
                let log = fs::read_to_string(server.file("log")).unwrap_or_default();
                return Err(format!("PostgreSQL does not start: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// A file both sides can write.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What statements print, each in its own transaction.
    pub(super) fn ask(&self, sql: &str) -> Result<String, Error> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres"]);
        psql.args(["-p", &self.address.port().to_string()]);
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // Dropped at the end of the statement, which ends the input.
        psql.stdin.take().ok_or("psql has no input")?.write_all(sql.as_bytes())?;
        let answer = psql.wait_with_output()?;
        if answer.status.success() {
            Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&answer.stderr).into_owned().into())
        }
    }

    /// CPU seconds of all its processes, those that ended too.
    pub(super) fn cpu_seconds(&self) -> Result<f64, Error> {
        process::family_cpu_seconds(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // At once, without a last checkpoint; its processes end with it, and then its files may go.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        self.child.wait().ok();
    }
}

fn as_postgres(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program).current_dir("/");
    command
}
