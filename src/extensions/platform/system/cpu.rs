//! Processors: what they are, and what they did since the last look.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::facts::{Facts, rounded};
use super::read;

/// Clock ticks of each processor since the start, the sum of all first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticks(Vec<(String, Modes)>);

/// Clock ticks in each mode, as /proc/stat orders them.
type Modes = [u64; 10];

const NAMES: [&str; 9] = ["User", "Nice", "System", "Idle", "Iowait", "Irq", "Softirq", "Steal", "Guest"];
const IDLE: usize = 3;
const IOWAIT: usize = 4;
const GUEST: usize = 8;

/// Notes what is known; shares of time need a look before.
pub(super) fn look(root: &Path, before: Option<&Ticks>, facts: &mut Facts) -> Option<Ticks> {
    load(root, facts);
    model(root, facts);
    let ticks = Ticks::read(&read(root, "proc/stat")?)?;
    let logical = ticks.0.len() - 1;
    facts.set("cpuCores", (logical > 0).then_some(logical));
    facts.set("cpuLogicalCores", (logical > 0).then_some(logical));
    if let Some(before) = before {
        if let Some(shares) = ticks.shares("cpu", before) {
            facts.set("cpuUsage", Some(rounded(100.0 - shares[IDLE] - shares[IOWAIT])));
            for (name, share) in NAMES.iter().zip(shares) {
                facts.set(&format!("cpu{name}Percent"), Some(rounded(share)));
            }
        }
        let cores: Vec<Value> = ticks.0[1..].iter().filter_map(|(name, _)| ticks.core(name, before)).collect();
        facts.set("cpuPerCore", (!cores.is_empty()).then_some(cores));
    }
    Some(ticks)
}

fn load(root: &Path, facts: &mut Facts) {
    let averages = read(root, "proc/loadavg").unwrap_or_default();
    for (name, average) in ["loadAvg1", "loadAvg5", "loadAvg15"].iter().zip(averages.split_whitespace()) {
        facts.set(name, average.parse::<f64>().ok());
    }
}

fn model(root: &Path, facts: &mut Facts) {
    let info = read(root, "proc/cpuinfo").unwrap_or_default();
    let pairs = || info.lines().filter_map(|line| line.split_once(':')).map(|(key, value)| (key.trim(), value.trim()));
    let first = |key: &str| pairs().find(|(name, _)| *name == key).map(|(_, value)| value);
    facts.text("cpuModel", first("model name"));
    facts.text("cpuVendor", first("vendor_id"));
    facts.text("cpuFamily", first("cpu family"));
    facts.set("cpuMhz", first("cpu MHz").and_then(|mhz| mhz.parse::<f64>().ok()));
    let cache = first("cache size").and_then(|size| size.strip_suffix("KB")?.trim().parse::<u64>().ok());
    facts.set("cpuCacheSize", cache);
    let (mut socket, mut cores) = (None, HashSet::new());
    for (key, value) in pairs() {
        match key {
            "physical id" => socket = Some(value),
            "core id" => drop(cores.insert((socket, value))),
            _ => {}
        }
    }
    facts.set("cpuPhysicalCores", (!cores.is_empty()).then_some(cores.len()));
}

// === impl Ticks ===

impl Ticks {
    fn read(stat: &str) -> Option<Self> {
        let lines = stat.lines().filter(|line| line.starts_with("cpu"));
        let ticks: Vec<_> = lines
            .filter_map(|line| {
                let mut fields = line.split_whitespace();
                let name = fields.next()?.to_owned();
                let mut modes = Modes::default();
                modes
                    .iter_mut()
                    .zip(fields)
                    .try_for_each(|(mode, field)| field.parse().map(|ticks| *mode = ticks))
                    .ok()?;
                // Time of guests is in that of users, too.
                modes[0] = modes[0].saturating_sub(modes[GUEST]);
                modes[1] = modes[1].saturating_sub(modes[GUEST + 1]);
                modes[GUEST] += modes[GUEST + 1];
                Some((name, modes))
            })
            .collect();
        ticks.first().is_some_and(|(name, _)| name == "cpu").then_some(Self(ticks))
    }

    fn of(&self, name: &str) -> Option<&Modes> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, modes)| modes)
    }

    /// The percent of the time since `before` in each mode; none if no time has passed or a counter began anew.
    fn shares(&self, name: &str, before: &Self) -> Option<[f64; NAMES.len()]> {
        let (now, before) = (self.of(name)?, before.of(name)?);
        let mut grown = [0; NAMES.len()];
        for (at, grown) in grown.iter_mut().enumerate() {
            // The kernel corrects idle times backwards now and then, by a tick or two.
            *grown = match now[at].checked_sub(before[at]) {
                Some(grown) => grown,
                None if before[at] - now[at] <= 2 => 0,
                None => return None,
            };
        }
        let all: u64 = grown.iter().sum();
        (all > 0).then(|| grown.map(|grown| 100.0 * grown as f64 / all as f64))
    }

    fn core(&self, name: &str, before: &Self) -> Option<Value> {
        let id: u64 = name.strip_prefix("cpu")?.parse().ok()?;
        let shares = self.shares(name, before)?;
        let mut core = Map::new();
        core.insert("coreId".to_owned(), json!(id));
        core.insert("usage".to_owned(), json!(rounded(100.0 - shares[IDLE] - shares[IOWAIT])));
        for (key, at) in [("userPercent", 0), ("systemPercent", 2), ("idlePercent", IDLE)] {
            core.insert(key.to_owned(), json!(rounded(shares[at])));
        }
        Some(Value::Object(core))
    }
}
