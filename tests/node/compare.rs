//! What both sides have in common, where they differ, and what only one of them has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::scrape::{Point, Points, Series};

/// A scrape of tfo between two of node_exporter.
pub(crate) struct Round {
    pub(crate) before: Points,
    pub(crate) own: Points,
    pub(crate) after: Points,
}

/// The outcome.
#[derive(Default)]
pub(crate) struct Comparison {
    pub(crate) common: BTreeSet<Series>,
    /// Metrics by name, with how many series.
    only_own: BTreeMap<String, usize>,
    only_theirs: BTreeMap<String, usize>,
    pub(crate) faults: Vec<String>,
}

/// What only node_exporter has, by the beginning of the name, and why.
const EXPLAINED: &[(&str, &str)] = &[
    ("go_", "about node_exporter itself"),
    ("process_", "about node_exporter itself"),
    ("promhttp_", "about node_exporter itself"),
    ("node_exporter_build_info", "about node_exporter itself"),
    ("node_scrape_collector_", "collectors have other names than groups"),
    ("node_os_", "resource attributes os.* say it"),
    ("node_uname_info", "resource attributes os.* and host.* say it"),
    ("node_dmi_info", "hardware: no group"),
    ("node_selinux_", "security: no group"),
    ("node_timex_", "the clock's discipline: no group"),
    ("node_time_clocksource_", "the clock's source: no group"),
    ("node_time_zone_", "clocks here are UTC"),
    ("node_netstat_", "protocols' counters: no group"),
    ("node_softnet_", "queues of the network stack: no group"),
    ("node_schedstat_", "the scheduler's counters: no group"),
    ("node_udp_queues", "queues of UDP: no group"),
    ("node_cooling_device_", "what cools: no group"),
    ("node_processes_threads_state", "threads by state: processes by state, and all threads, are told"),
    ("node_power_supply_", "batteries: no group"),
    ("node_edac_", "errors of memory: no group"),
    ("node_nvme_", "what a disk is: `node_disk_info`"),
    ("node_rapl_", "energy: no group"),
    ("node_xfs_", "inside a filesystem: no group"),
    ("node_btrfs_", "inside a filesystem: no group"),
    ("node_zfs_", "inside a filesystem: no group"),
    ("node_bonding_", "bonds: no group"),
    ("node_md_", "software RAID: no group"),
    ("node_hwmon_", "sensors beside temperatures: no group"),
    ("node_disk_ata_", "what a disk is: `node_disk_info`"),
    ("node_cpu_info", "what a processor is: no group"),
    ("node_textfile_", "the group `textfile` is on where its directory is configured"),
    ("node_filesystem_", "a mount that something else is mounted over: asking it asks the other one"),
];

/// What both have and do not agree on, and why tfo is right.
const DIFFERENT: &[(&str, &str)] = &[(
    "node_tcp_connection_states{state=\"tx_queued_bytes\"}",
    "node_exporter adds how many connections may wait at each listening socket, which are no bytes",
)];

/// What there is more of because somebody looks, by how much, and why.
const OWN: &[(&str, f64, &str)] = &[
    ("node_processes_state", 1.0, "who looks is running, and node_exporter sees itself so"),
    ("node_sockstat_sockets_used", 2.0, "node_exporter asks for connections and devices over sockets of its own"),
    ("node_tcp_connection_states", 3.0, "scrapes of node_exporter are connections, too, at every stage of their lives"),
];

/// What node_exporter calls a gauge, and the kernel only counts up.
const COUNTERS: &[&str] = &["node_nf_conntrack_stat_"];

/// Gauges of the moment: what is true now is not what was true 100 ms ago, so an equal value before and after says little.
const MOMENTARY: &[&str] = &[
    "node_procs_",
    "node_processes_",
    "node_disk_io_now",
    "node_sockstat_",
    "node_tcp_connection_states",
    "node_load",
    "node_memory_",
    "node_entropy_available_bits",
    "node_filefd_allocated",
    "node_filesystem_",
    "node_nf_conntrack_entries",
    "node_arp_entries",
    "node_cpu_scaling_frequency_hertz",
    "node_thermal_zone_temp",
    "node_hwmon_temp_celsius",
];

/// Compares all series.
pub(crate) fn compare(rounds: &[Round]) -> Comparison {
    let mut comparison = Comparison::default();
    let all = |side: fn(&Round) -> &Points| -> BTreeSet<Series> {
        rounds.iter().flat_map(|round| side(round).keys().cloned()).collect()
    };
    let (own, theirs) = (all(|round| &round.own), all(|round| &round.after));
    for series in own.difference(&theirs) {
        *comparison.only_own.entry(name(series)).or_default() += 1;
    }
    for series in theirs.difference(&own) {
        *comparison.only_theirs.entry(name(series)).or_default() += 1;
    }
    for series in own.intersection(&theirs) {
        // Durations are those of one side's own work.
        if series.starts_with("node_scrape_") || DIFFERENT.iter().any(|(name, _)| name == series) {
            continue;
        }
        comparison.common.insert(series.clone());
        let seen = rounds
            .iter()
            .filter_map(|round| Some((*round.before.get(series)?, *round.own.get(series)?, *round.after.get(series)?)));
        let seen: Vec<(Point, Point, Point)> = seen.collect();
        comparison.faults.extend(fault(series, &seen).map(|fault| format!("{series}: {fault}")));
    }
    comparison
}

/// What only node_exporter has, and is not on the list.
pub(crate) fn unexplained(comparison: &Comparison) -> Vec<&str> {
    comparison.only_theirs.keys().map(String::as_str).filter(|name| why(name).is_none()).collect()
}

fn fault(series: &str, seen: &[(Point, Point, Point)]) -> Option<String> {
    let between = |(before, value, after): &(Point, Point, Point)| {
        let (low, high) = (before.value.min(after.value), before.value.max(after.value));
        let own = OWN.iter().find(|(name, ..)| series.starts_with(name));
        // node_exporter multiplies where tfo divides: the last of 53 bits may differ.
        let slack = own.map_or_else(|| high.abs() * 1e-14, |(_, most, _)| *most);
        (low - slack..=high + slack).contains(&value.value)
    };
    let text = |(before, own, after): &(Point, Point, Point)| {
        format!("{} is not between {} and {}", own.value, before.value, after.value)
    };
    if let Some((before, own, _)) = seen.first()
        && before.is_counter.is_some_and(|is_counter| own.is_counter != Some(is_counter))
        && !COUNTERS.iter().any(|name| series.starts_with(name))
    {
        return Some(format!("is a counter on one side only: {own:?}"));
    }
    let is_momentary = MOMENTARY.iter().any(|name| series.starts_with(name));
    if !is_momentary {
        return seen.iter().find(|round| !between(round)).map(text);
    }
    // In the busiest of rounds, one where it holds is enough; a wrong unit or source would never fit.
    if seen.is_empty() || seen.iter().any(between) { None } else { seen.first().map(text) }
}

fn name(series: &str) -> String {
    series.split('{').next().unwrap_or_default().to_owned()
}

fn why(name: &str) -> Option<&'static str> {
    EXPLAINED.iter().find(|(start, _)| name.starts_with(start)).map(|(_, why)| *why)
}

// === impl Comparison ===

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} series on both sides, {} faults", self.common.len(), self.faults.len())?;
        writeln!(f, "| only tfo | series |\n|---|---|")?;
        self.only_own.iter().try_for_each(|(name, series)| writeln!(f, "| {name} | {series} |"))?;
        writeln!(f, "| only node_exporter | series | why |\n|---|---|---|")?;
        for (start, why) in EXPLAINED {
            let of = self.only_theirs.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, series)| series);
            match of.sum::<usize>() {
                0 => {}
                series => writeln!(f, "| {start}* | {series} | {why} |")?,
            }
        }
        let mut unknown = self.only_theirs.iter().filter(|(name, _)| why(name).is_none());
        unknown.try_for_each(|(name, series)| writeln!(f, "| {name} | {series} | ??? |"))?;
        writeln!(f, "| different | why |\n|---|---|")?;
        DIFFERENT.iter().try_for_each(|(name, why)| writeln!(f, "| {name} | {why} |"))?;
        OWN.iter().try_for_each(|(name, most, why)| writeln!(f, "| {name} (by {most} at most) | {why} |"))
    }
}
