//! What it costs to measure the machine: CPU per scrape next to node_exporter with the same collectors, memory, and whether
//! memory grows over 10,000 scrapes.

use super::Args;
use super::measure::{Guard, free_addresses};
use crate::{Error, process};
use serde_json::json;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Time between two scrapes while CPU is measured.
const INTERVAL: Duration = Duration::from_millis(20);

/// The same while memory is watched, and how many scrapes that takes.
const HURRY: Duration = Duration::from_millis(5);
const SCRAPES: u32 = 10_000;

/// A process starts and fills its caches in this time.
const WARM_UP: Duration = Duration::from_secs(2);

/// Goals: the share of node_exporter's CPU, MiB while a scrape takes place every 15 s, MiB more after all the scrapes.
const CPU_GOAL: f64 = 1.0 / 3.0;
const MEMORY_GOAL: f64 = 20.0;
const GROWTH_GOAL: f64 = 1.0;

/// Of the CPU. A peer that uses more may leave out scrapes, so that its figures say nothing.
const BUSY: f64 = 0.8;

/// What node_exporter collects: what the receiver `node` does.
const COLLECTORS: &[&str] = &[
    "arp",
    "conntrack",
    "cpu",
    "diskstats",
    "entropy",
    "filefd",
    "filesystem",
    "hwmon",
    "loadavg",
    "meminfo",
    "netclass",
    "netdev",
    "pressure",
    "processes",
    "sockstat",
    "stat",
    "tcpstat",
    "textfile",
    "thermal_zone",
    "time",
    "vmstat",
];

/// Measures, prints, and says whether the goals were met.
pub(super) fn run(args: &Args) -> Result<bool, Error> {
    let directory = tempfile::tempdir()?;
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        own.push(cpu_of_tfo(args, directory.path())?);
        match cpu_of_exporter(args) {
            Ok(cpu) => theirs.push(cpu),
            Err(error) => eprintln!("!!! node_exporter is left out: {error}; `make setup` installs it"),
        }
    }
    let idle = start(args, directory.path(), Duration::from_secs(15))?;
    std::thread::sleep(WARM_UP + WARM_UP);
    let memory = process::peak_rss_mib(idle.0.id())?;
    drop(idle);
    let growth = growth(args, directory.path())?;

    let least = |all: &[f64]| all.iter().copied().reduce(f64::min);
    let (own, theirs) = (least(&own), least(&theirs));
    let ratio = own.zip(theirs).map(|(own, theirs)| own / theirs);
    let micros = |cpu: Option<f64>| cpu.map(|cpu| (cpu * 1e6).round());
    let sound = ratio.is_none_or(|ratio| ratio <= CPU_GOAL) && memory <= MEMORY_GOAL && growth <= GROWTH_GOAL;
    let line = json!({
        "scenario": "node",
        "cpu_us_per_scrape": micros(own),
        "node_exporter_cpu_us_per_scrape": micros(theirs),
        "ratio": ratio,
        "peak_rss_mib": memory,
        "growth_mib": growth,
        "goals": { "ratio": CPU_GOAL, "peak_rss_mib": MEMORY_GOAL, "growth_mib": GROWTH_GOAL },
        "met": sound,
    });
    println!("{}", if args.json { line.to_string() } else { format!("\nnode: {line:#}") });
    Ok(sound)
}

/// CPU seconds of a scrape, everything around it included.
fn cpu_of_tfo(args: &Args, directory: &Path) -> Result<f64, Error> {
    let tfo = start(args, directory, INTERVAL)?;
    std::thread::sleep(WARM_UP);
    let (cpu, since) = (process::cpu_seconds(tfo.0.id())?, Instant::now());
    std::thread::sleep(Duration::from_secs_f64(args.seconds));
    let (cpu, seconds) = (process::cpu_seconds(tfo.0.id())? - cpu, since.elapsed().as_secs_f64());
    if cpu / seconds > BUSY {
        return Err(format!("tfo used {cpu:.2} s of CPU in {seconds:.2} s, so that scrapes were left out").into());
    }
    Ok(cpu / (seconds / INTERVAL.as_secs_f64()))
}

fn cpu_of_exporter(args: &Args) -> Result<f64, Error> {
    let [address] = free_addresses()?;
    let mut command = Command::new("prometheus-node-exporter");
    command.arg(format!("--web.listen-address={address}"));
    command.args(["--collector.disable-defaults", "--web.disable-exporter-metrics"]);
    command.args(COLLECTORS.iter().map(|collector| format!("--collector.{collector}")));
    let exporter = Guard(process::spawn_on(args.peer_cpu, command.stdout(Stdio::null()).stderr(Stdio::null()))?);
    std::thread::sleep(WARM_UP);
    scrape(address)?;
    let (cpu, since, mut scrapes) = (process::cpu_seconds(exporter.0.id())?, Instant::now(), 0);
    while since.elapsed().as_secs_f64() < args.seconds {
        let begun = Instant::now();
        scrape(address)?;
        scrapes += 1;
        std::thread::sleep(INTERVAL.saturating_sub(begun.elapsed()));
    }
    Ok((process::cpu_seconds(exporter.0.id())? - cpu) / f64::from(scrapes))
}

fn scrape(address: SocketAddr) -> Result<(), Error> {
    let mut connection = TcpStream::connect(address)?;
    connection.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    if answer.starts_with(b"HTTP/1.0 200") { Ok(()) } else { Err("it does not answer with 200".into()) }
}

/// MiB more after all the scrapes than after a third of them: until then threads and caches fill.
fn growth(args: &Args, directory: &Path) -> Result<f64, Error> {
    let tfo = start(args, directory, HURRY)?;
    std::thread::sleep(HURRY * (SCRAPES / 3));
    let before = process::peak_rss_mib(tfo.0.id())?;
    std::thread::sleep(HURRY * (SCRAPES - SCRAPES / 3));
    Ok(process::peak_rss_mib(tfo.0.id())? - before)
}

/// An agent that measures in this interval, with nothing behind it.
fn start(args: &Args, directory: &Path, interval: Duration) -> Result<Guard, Error> {
    let file = directory.join("node.yaml");
    let interval = interval.as_millis();
    fs::write(
        &file,
        format!(
            "receivers:\n  node: {{ collection_interval: {interval}ms, naming: prometheus }}\nexporters:\n  \"null\": {{}}\n\
             service:\n  pipelines:\n    metrics: {{ receivers: [node], exporters: [\"null\"] }}\n"
        ),
    )?;
    let mut command = Command::new(&args.tfo);
    command.arg("agent").arg("-c").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(Guard(process::spawn_on(args.peer_cpu, &mut command)?))
}
