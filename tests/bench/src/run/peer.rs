//! The programs that are measured, and how each is started.

use super::{Args, config, scenario::Scenario};
use crate::{Error, process};
use clap::ValueEnum;
use std::fmt;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program between generator and sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// The engine.
    Tfo,
    /// The engine with its queue on disk.
    #[value(skip)]
    TfoDisk,
    /// The engine with an INSERT for each row.
    #[value(skip)]
    TfoRow,
    /// nginx with `grpc_pass` or `proxy_pass`, the cost of moving bytes without reading them.
    Nginx,
    /// The OpenTelemetry Collector.
    Otelcol,
}

/// A started peer; it is stopped when this is dropped.
pub(super) struct Running {
    child: Child,
    log: PathBuf,
    /// From the start to the first accepted connection.
    pub(super) ready_after: Duration,
}

/// Rows of an INSERT.
const ROWS: u32 = 8192;

/// How long a peer may take to listen.
const READY_WITHIN: Duration = Duration::from_secs(10);

// === impl Peer ===

impl Peer {
    /// The program, when it is on this machine.
    pub(super) fn binary(self, args: &Args) -> Option<PathBuf> {
        match self {
            Self::Tfo | Self::TfoDisk | Self::TfoRow => args.tfo.is_file().then(|| args.tfo.clone()),
            Self::Otelcol => args.otelcol.is_file().then(|| args.otelcol.clone()),
            Self::Nginx => ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]
                .into_iter()
                .map(PathBuf::from)
                .find(|path| path.is_file()),
        }
    }

    /// What to do when it is not.
    pub(super) fn how_to_get(self, args: &Args) -> String {
        match self {
            Self::Tfo | Self::TfoDisk | Self::TfoRow => {
                format!("{} does not exist; `cargo build --release` builds it", args.tfo.display())
            }
            Self::Otelcol => format!("{} does not exist; `make bench-otelcol` builds it", args.otelcol.display()),
            Self::Nginx => "nginx is not installed; `make bench-setup` installs it".into(),
        }
    }

    /// Starts the peer on its CPU and waits until it listens.
    pub(super) fn start(
        self,
        args: &Args,
        scenario: Scenario,
        directory: &Path,
        listen: SocketAddr,
        backend: SocketAddr,
    ) -> Result<Running, Error> {
        let binary = self.binary(args).ok_or_else(|| self.how_to_get(args))?;
        let log = directory.join("peer.log");
        let file = directory.join("peer.conf");
        let text = match self {
            Self::TfoRow => config::clickhouse(args.signal, 1, listen, backend),
            _ if scenario == Scenario::Clickhouse => config::clickhouse(args.signal, ROWS, listen, backend),
            Self::Nginx => config::nginx(scenario, &directory.to_string_lossy(), listen, backend),
            Self::TfoDisk => config::on_disk(scenario, args.signal, directory, listen, backend),
            Self::Tfo if scenario == Scenario::Postgres => config::postgres(args.signal, listen, backend),
            Self::Tfo | Self::Otelcol => config::collector(scenario, args.signal, listen, backend),
        };
        fs::write(&file, text)?;
        let mut command = Command::new(binary);
        match self {
            Self::Tfo | Self::TfoDisk | Self::TfoRow => {
                command.args(["collector", "-c"]).arg(&file);
                if let Some(threads) = args.threads {
                    command.args(["--threads", &threads.to_string()]);
                }
            }
            Self::Nginx => drop(command.arg("-c").arg(&file).arg("-p").arg(directory)),
            Self::Otelcol => {
                command.arg("--config").arg(&file).args(["--set", "service.telemetry.metrics.level=none"]);
                command.args(["--set", "service.telemetry.logs.level=error"]).env("GOMAXPROCS", "1");
                if scenario == Scenario::Http {
                    // Its default of two idle connections makes it open one for nearly every request.
                    command.args(["--set", "exporters.otlphttp.max_idle_conns_per_host=256"]);
                }
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let started = Instant::now();
        let child = process::spawn_on(args.peer_cpu, &mut command)?;
        let mut running = Running { child, log, ready_after: Duration::ZERO };
        while TcpStream::connect_timeout(&listen, Duration::from_millis(100)).is_err() {
            if let Some(status) = running.child.try_wait()? {
                return Err(format!("it ended with {status}: {}", running.last_words()).into());
            }
            if started.elapsed() > READY_WITHIN {
                return Err(format!("it does not listen on {listen}: {}", running.last_words()).into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        running.ready_after = started.elapsed();
        Ok(running)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Tfo => "tfo",
            Self::TfoDisk => "tfo-disk",
            Self::TfoRow => "tfo-row",
            Self::Nginx => "nginx",
            Self::Otelcol => "otelcol",
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

// === impl Running ===

impl Running {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last lines it wrote to stderr.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Everything worth knowing has been read; the next peer must not meet this one.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
