//! What both sides say: node_exporter over HTTP, tfo in a file of OTLP JSON.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::skip;

/// A name with its attributes, as Prometheus writes it: `node_load1`, `node_cpu_seconds_total{cpu="0",mode="idle"}`.
pub(crate) type Series = String;

/// Values by series.
pub(crate) type Points = BTreeMap<Series, Point>;

/// A value and whether it is one of a counter; node_exporter does not say it of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) is_counter: Option<bool>,
}

/// A running node_exporter.
pub(crate) struct Exporter {
    child: Child,
    address: String,
}

// === impl Exporter ===

impl Exporter {
    /// Starts it with what tfo collects switched on; without one the test is skipped.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string();
        let mut command = Command::new("prometheus-node-exporter");
        command.arg(format!("--web.listen-address={free}"));
        // A speed of -1 is none. The rest is off unless asked for.
        command.args(["--collector.netclass.ignore-invalid-speed", "--collector.processes", "--collector.tcpstat"]);
        let child = match command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) => {
                skip(test, &format!("prometheus-node-exporter cannot be started ({error}); `make setup` installs it"));
                return None;
            }
        };
        let exporter = Self { child, address: free };
        for _ in 0..100 {
            if TcpStream::connect(&exporter.address).is_ok() {
                return Some(exporter);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("prometheus-node-exporter does not listen on {}", exporter.address);
    }

    /// A connection to it: two sockets of this machine, as each scrape is.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// What it says now.
    pub(crate) fn scrape(&self) -> Points {
        let mut connection = self.connect();
        connection.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut text = String::new();
        connection.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.0 200"), "{text}");
        parse(text.split_once("\r\n\r\n").unwrap().1)
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nanoseconds since the Unix epoch.
pub(crate) fn wall_clock() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64
}

/// What was written into a file, by the time of the points.
pub(crate) fn recorded(path: &Path) -> Vec<(u64, Points)> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).filter_map(|line: Value| batch(&line)).collect()
}

fn batch(line: &Value) -> Option<(u64, Points)> {
    let mut points = Points::new();
    let mut time = None;
    for metric in line.pointer("/resourceMetrics/0/scopeMetrics/0/metrics")?.as_array()? {
        let name = metric["name"].as_str()?;
        let is_counter = Some(metric["sum"]["isMonotonic"] == Value::Bool(true));
        let data = metric.get("gauge").or_else(|| metric.get("sum"))?;
        for point in data["dataPoints"].as_array()? {
            time = point["timeUnixNano"].as_str()?.parse().ok();
            let value = point["asDouble"].as_f64().or_else(|| point["asInt"].as_str()?.parse().ok());
            let attributes = point["attributes"].as_array().cloned().unwrap_or_default();
            let pair = |pair: &Value| {
                let value = pair["value"]["stringValue"].as_str().unwrap_or_default();
                (pair["key"].as_str().unwrap_or_default().to_owned(), value.to_owned())
            };
            let series = series(name, attributes.iter().map(pair).collect());
            let told = points.insert(series.clone(), Point { value: value?, is_counter });
            assert!(told.is_none(), "{series} twice in one scrape");
        }
    }
    Some((time?, points))
}

/// Prometheus' text format, as far as node_exporter uses it.
fn parse(text: &str) -> Points {
    let mut points = Points::new();
    let mut is_counter = None;
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            is_counter = (!declared.ends_with(" untyped")).then(|| declared.ends_with(" counter"));
        }
        if line.starts_with('#') {
            continue;
        }
        let (series_text, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series_text.split_once('{').unwrap_or((series_text, ""));
        let point = Point { value: value.parse().unwrap(), is_counter };
        points.insert(series(name, pairs(labels)), point);
    }
    points
}

/// `a="1",b="2"}`
fn pairs(mut rest: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next().unwrap() {
                (at, '"') => break at,
                (_, '\\') => match characters.next().unwrap().1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        pairs.push((key.trim_start_matches(',').to_owned(), value));
        rest = &after[end + 1..];
    }
    pairs
}

/// An attribute without a value is none, in Prometheus.
fn series(name: &str, mut pairs: Vec<(String, String)>) -> Series {
    pairs.retain(|(_, value)| !value.is_empty());
    pairs.sort();
    if pairs.is_empty() {
        return name.to_owned();
    }
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    format!("{name}{{{}}}", pairs.join(","))
}
