//! One measurement: sink, peer, generator; CPU and counters over a window; then a drain and the checks.

use super::config::{INSERTED, NEW_NAME, OLD_NAME, ON_RESOURCE};
use super::peer::{Peer, Running};
use super::{Args, scenario::Scenario};
use crate::args::Protocol;
use crate::payload::MARK_EVERY;
use crate::{Error, process};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What is measured, with whom.
pub(super) struct Bench<'a> {
    pub(super) args: &'a Args,
    pub(super) load_cpu: usize,
    pub(super) scenario: Scenario,
    pub(super) peer: Peer,
}

/// What came out.
pub(super) struct Measurement {
    pub(super) peer: Peer,
    pub(super) round: usize,
    /// Items the sink counted per second of the window.
    pub(super) items_per_second: f64,
    /// CPU seconds of the peer per million items that entered it.
    pub(super) cpu_per_million: f64,
    /// Share of its CPU the peer used in the window.
    pub(super) cpu_share: f64,
    pub(super) peak_rss_mib: f64,
    pub(super) ready_ms: f64,
    /// Acknowledged items that should be at the sink and are not.
    pub(super) lost: i64,
    /// Bytes of bodies at the sink per item.
    pub(super) bytes_per_item: f64,
    /// The line `tfo-bench send` printed.
    pub(super) sent: Value,
    /// What the peer did wrong; empty when its figures may be used.
    pub(super) complaints: Vec<String>,
}

/// A child process that does not outlive the measurement.
pub(super) struct Guard(pub(super) Child);

/// Caches fill and connections open in this time.
const WARM_UP: Duration = Duration::from_secs(1);

/// How long acknowledged items may take to arrive after the generator has stopped.
const DRAIN: Duration = Duration::from_secs(15);

// === impl Bench ===

impl Bench<'_> {
    pub(super) fn measure(&self, round: usize) -> Result<Measurement, Error> {
        let directory = tempfile::tempdir()?;
        let [grpc, http, control, listen] = free_addresses()?;
        let (backend, _sink) = if self.scenario == Scenario::Clickhouse {
            (control, super::clickhouse::start(self.args, self.load_cpu, directory.path(), control)?)
        } else {
            let backend = if self.scenario.protocol() == Protocol::Http { http } else { grpc };
            (backend, self.start_sink(grpc, http, control)?)
        };
        let peer = self.peer.start(self.args, self.scenario, directory.path(), listen, backend)?;
        if self.scenario == Scenario::Idle {
            return self.idle(round, &peer);
        }
        let started = (process::cpu_seconds(peer.pid())?, self.counters(control)?, Instant::now());
        let mut generator = self.start_generator(listen)?;
        std::thread::sleep(WARM_UP);
        let warm = (process::cpu_seconds(peer.pid())?, self.counters(control)?, Instant::now());
        std::thread::sleep(Duration::from_secs_f64(self.args.seconds));
        let mut window = self.since(&warm, &peer, control)?;
        let peak_rss_mib = process::peak_rss_mib(peer.pid())?;

        let sent = generator.result()?;
        let due = (number(&sent["items_acked"]) * self.kept()).floor();
        let count = self.drain(control, due)?;
        if self.scenario.queues() {
            // A queue may take in more than it gives out: only from the first request to the last arrival do they match.
            window = self.since(&started, &peer, control)?;
        }
        let (cpu, items, seconds) = window;
        let entered = items / self.kept();
        let mut measurement = Measurement {
            peer: self.peer,
            round,
            items_per_second: entered / seconds,
            cpu_per_million: cpu / entered * 1e6,
            cpu_share: cpu / seconds,
            peak_rss_mib,
            ready_ms: peer.ready_after.as_secs_f64() * 1e3,
            lost: (due - self.items(&count)).max(0.0) as i64,
            bytes_per_item: number(&count["bytes"]) / self.items(&count),
            sent,
            complaints: Vec::new(),
        };
        measurement.complaints = self.complaints(&measurement, &count);
        if !measurement.complaints.is_empty() {
            eprintln!("{}: {}\n{}", self.peer, measurement.complaints.join("; "), peer.last_words());
        }
        Ok(measurement)
    }

    /// CPU seconds of the peer, items at the sink and seconds since then.
    fn since(
        &self,
        (cpu, count, time): &(f64, Value, Instant),
        peer: &Running,
        control: SocketAddr,
    ) -> Result<(f64, f64, f64), Error> {
        let cpu = process::cpu_seconds(peer.pid())? - cpu;
        let seconds = time.elapsed().as_secs_f64();
        Ok((cpu, self.items(&self.counters(control)?) - self.items(count), seconds))
    }

    /// Watches the peer doing nothing.
    fn idle(&self, round: usize, peer: &Running) -> Result<Measurement, Error> {
        std::thread::sleep(WARM_UP);
        let cpu = process::cpu_seconds(peer.pid())?;
        std::thread::sleep(Duration::from_secs_f64(self.args.seconds));
        let cpu = process::cpu_seconds(peer.pid())? - cpu;
        Ok(Measurement {
            peer: self.peer,
            round,
            items_per_second: 0.0,
            cpu_per_million: 0.0,
            cpu_share: cpu / self.args.seconds,
            peak_rss_mib: process::peak_rss_mib(peer.pid())?,
            ready_ms: peer.ready_after.as_secs_f64() * 1e3,
            lost: 0,
            bytes_per_item: 0.0,
            sent: Value::Null,
            complaints: Vec::new(),
        })
    }

    /// The share of the items that passes the filter.
    fn kept(&self) -> f64 {
        if self.scenario.edits(self.peer) { 1.0 - 1.0 / MARK_EVERY as f64 } else { 1.0 }
    }

    /// What has arrived.
    fn counters(&self, control: SocketAddr) -> Result<Value, Error> {
        if self.scenario == Scenario::Clickhouse { super::clickhouse::counters(control) } else { counters(control) }
    }

    pub(super) fn items(&self, counters: &Value) -> f64 {
        number(&counters[self.args.signal.name()])
    }

    pub(super) fn start_sink(&self, grpc: SocketAddr, http: SocketAddr, control: SocketAddr) -> Result<Guard, Error> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("sink").args(["--delay", &self.args.delay]);
        for (option, address) in [("--listen", grpc), ("--http", http), ("--control", control)] {
            command.args([option, &address.to_string()]);
        }
        if self.scenario.edits(self.peer) {
            for key in [ON_RESOURCE, INSERTED, OLD_NAME, NEW_NAME] {
                command.args(["--marker", key]);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let sink = Guard(process::spawn_on(self.load_cpu, &mut command)?);
        let started = Instant::now();
        while counters(control).is_err() {
            if started.elapsed() > Duration::from_secs(5) {
                return Err("the sink does not start".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(sink)
    }

    fn start_generator(&self, endpoint: SocketAddr) -> Result<Guard, Error> {
        // A little longer than the window, so that the load does not end inside it.
        let seconds = WARM_UP.as_secs_f64() + self.args.seconds + 0.5;
        self.start_generator_with(endpoint, &["--seconds", &seconds.to_string()])
    }

    pub(super) fn start_generator_with(&self, endpoint: SocketAddr, until: &[&str]) -> Result<Guard, Error> {
        let args = self.args;
        let protocol = if self.scenario.protocol() == Protocol::Http { "http" } else { "grpc" };
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["send", "--protocol", protocol, "--signal", args.signal.name()]);
        command.args(["--endpoint", &endpoint.to_string(), "--compression", self.scenario.compression().name()]);
        // So many must wait that batches fill, and so few where each row is an INSERT that they are stored soon.
        let (connections, streams) = match (self.scenario, self.peer) {
            (_, Peer::TfoRow) => (1, 1),
            (Scenario::Clickhouse, _) => (args.connections, args.streams * 4),
            _ => (args.connections, args.streams),
        };
        command.args(["--connections", &connections.to_string(), "--streams", &streams.to_string()]);
        command.args(until);
        if let Some(rate) = args.rate {
            command.args(["--rate", &rate.to_string()]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        Ok(Guard(process::spawn_on(self.load_cpu, &mut command)?))
    }

    /// Waits until what was acknowledged has arrived, or nothing more comes.
    fn drain(&self, control: SocketAddr, due: f64) -> Result<Value, Error> {
        let started = Instant::now();
        loop {
            let count = self.counters(control)?;
            if self.items(&count) >= due || started.elapsed() > DRAIN {
                return Ok(count);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn complaints(&self, measurement: &Measurement, count: &Value) -> Vec<String> {
        let mut complaints = Vec::new();
        let items = self.items(count);
        if items == 0.0 {
            complaints.push(format!("nothing arrived ({})", measurement.sent["last_error"]));
        }
        if measurement.lost > 0 {
            complaints.push(format!("{} acknowledged items are lost", measurement.lost));
        }
        if number(&count["refused"]) > 0.0 {
            complaints.push(format!("the sink refused requests: {}", count["last_refusal"]));
        }
        if self.scenario.edits(self.peer) {
            let marker = |key: &str, level: &str| number(&count["markers"][key][level]);
            let asked = [
                (INSERTED, marker(INSERTED, "items"), items),
                (NEW_NAME, marker(NEW_NAME, "items"), items),
                (OLD_NAME, marker(OLD_NAME, "items"), 0.0),
                (ON_RESOURCE, marker(ON_RESOURCE, "resources"), number(&count["resources"])),
            ];
            complaints.extend(asked.into_iter().filter(|(_, found, expected)| found != expected).map(
                |(key, found, expected)| format!("the attribute {key} is there {found} times instead of {expected}"),
            ));
            // More than was acknowledged may arrive after an error, but never an item the filter should have dropped.
            let most = number(&measurement.sent["items_sent"]) * self.kept();
            if items > most {
                complaints.push(format!("{items} items arrived where the filter lets {most} pass"));
            }
        }
        complaints
    }
}

// === impl Guard ===

impl Guard {
    /// Waits for the line that the generator prints at its end.
    pub(super) fn result(&mut self) -> Result<Value, Error> {
        let mut printed = String::new();
        if let Some(mut stdout) = self.0.stdout.take() {
            stdout.read_to_string(&mut printed)?;
        }
        serde_json::from_str(printed.trim()).map_err(|_| "the generator printed no result".into())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The counters of the sink.
pub(super) fn counters(control: SocketAddr) -> Result<Value, Error> {
    read(control, "/")
}

/// The JSON that a server has there.
pub(super) fn read(server: SocketAddr, path: &str) -> Result<Value, Error> {
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: sink\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("the backend gave no answer")?;
    Ok(serde_json::from_str(body)?)
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

/// Loopback addresses nobody listens on now.
pub(super) fn free_addresses<const N: usize>() -> Result<[SocketAddr; N], Error> {
    let mut addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); N];
    // All are held until all are known, so that they differ.
    let mut held = Vec::new();
    for address in &mut addresses {
        let listener = TcpListener::bind(*address)?;
        *address = listener.local_addr()?;
        held.push(listener);
    }
    Ok(addresses)
}
