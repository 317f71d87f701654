//! `naming: tfo`: the 18 metrics of TelemetryFlow's agent.

use std::path::PathBuf;
use std::sync::Arc;

use pipelines::Telemetry;

use super::cpu::{self, Times};
use super::filesystem::Filesystem;
use super::memory::Memory;
use super::network::Network;
use super::{Course, Part};
use crate::kernel::net_dev::Traffic;
use crate::kernel::{Roots, System, Unavailable};
use crate::system::config::{Choice, Config, Strategy};
use crate::system::rows::Row;
use crate::system::sheet::Sheet;

static CPU_USAGE: Row = Row::gauge(
    "system.cpu.usage",
    "%",
    "Share of the time since the previous scrape in which processors were neither idle nor waiting.",
)
.fraction();
static CPU_CORES: Row = Row::gauge("system.cpu.cores", "{cpu}", "Logical processors that are online.");
static MEMORY_TOTAL: Row = Row::gauge("system.memory.total", "By", "Memory there is in all.");
static MEMORY_USED: Row = Row::gauge("system.memory.used", "By", "Memory that is not available.");
static MEMORY_AVAILABLE: Row =
    Row::gauge("system.memory.available", "By", "Memory that new programs can have without swapping.");
static MEMORY_USAGE: Row =
    Row::gauge("system.memory.usage", "%", "Share of the memory that is not available.").fraction();
static DISK_TOTAL: Row = Row::gauge("system.disk.total", "By", "Size of the filesystem.").by(&["path"]);
static DISK_USED: Row = Row::gauge("system.disk.used", "By", "Bytes that are used.").by(&["path"]);
static DISK_FREE: Row = Row::gauge("system.disk.free", "By", "Bytes that users can have.").by(&["path"]);
static DISK_USAGE: Row =
    Row::gauge("system.disk.usage", "%", "Share that is used of what users can have.").fraction().by(&["path"]);
static BYTES_SENT: Row =
    Row::counter("system.network.bytes_sent", "By", "Bytes that all interfaces but the loopback transmitted.");
static BYTES_RECEIVED: Row =
    Row::counter("system.network.bytes_recv", "By", "Bytes that all interfaces but the loopback received.");
static PACKETS_SENT: Row = Row::counter(
    "system.network.packets_sent",
    "{packet}",
    "Packets that all interfaces but the loopback transmitted.",
);
static PACKETS_RECEIVED: Row =
    Row::counter("system.network.packets_recv", "{packet}", "Packets that all interfaces but the loopback received.");
static ERRORS_IN: Row =
    Row::counter("system.network.errors_in", "{error}", "Received packets with errors, of all interfaces.");
static ERRORS_OUT: Row =
    Row::counter("system.network.errors_out", "{error}", "Transmitted packets with errors, of all interfaces.");
static SENT_RATE: Row =
    Row::gauge("system.network.bytes_sent_rate", "By/s", "Bytes a second transmitted since the previous scrape.")
        .fraction();
static RECEIVED_RATE: Row =
    Row::gauge("system.network.bytes_recv_rate", "By/s", "Bytes a second received since the previous scrape.")
        .fraction();

static ALL: [&Row; 18] = [
    &CPU_USAGE,
    &CPU_CORES,
    &MEMORY_TOTAL,
    &MEMORY_USED,
    &MEMORY_AVAILABLE,
    &MEMORY_USAGE,
    &DISK_TOTAL,
    &DISK_USED,
    &DISK_FREE,
    &DISK_USAGE,
    &BYTES_SENT,
    &BYTES_RECEIVED,
    &PACKETS_SENT,
    &PACKETS_RECEIVED,
    &ERRORS_IN,
    &ERRORS_OUT,
    &SENT_RATE,
    &RECEIVED_RATE,
];

/// Processors.
#[derive(Debug, Default)]
struct Processors {
    before: Vec<(String, Times)>,
}

/// Filesystems, of some paths or of all devices.
#[derive(Debug)]
struct Disks {
    filesystem: Filesystem,
    paths: Vec<PathBuf>,
}

/// All network interfaces together.
#[derive(Debug)]
struct Interfaces {
    network: Network,
    /// What they had received and transmitted in the scrape before, and when that was.
    before: Option<(u64, u64, u64)>,
}

/// Every metric, with all its attributes.
pub(super) fn choices() -> Vec<Choice> {
    let choice = |row: &&'static Row| Choice { row, keeps: vec![true; row.attributes.len()], strategy: Strategy::Sum };
    ALL.iter().map(choice).collect()
}

/// What a scrape might look like.
pub(in crate::system) fn sample(now: u64, boot: u64) -> Telemetry {
    let mut sheet = Sheet::new(choices(), boot);
    sheet.begin(now);
    sheet.put(&CPU_USAGE, 14.2, &[]);
    sheet.put(&MEMORY_USAGE, 75.0, &[]);
    sheet.put(&DISK_USAGE, 42.0, &["/"]);
    sheet.count(&BYTES_SENT, 123_456_789, &[]);
    sheet.finish()
}

/// What is measured in a lane.
pub(super) fn parts(course: Course, config: &Arc<Config>, roots: &Roots) -> Vec<Box<dyn Part>> {
    let scrapers = &config.scrapers;
    let mut parts: Vec<Box<dyn Part>> = Vec::new();
    match course {
        Course::Quick => {
            if scrapers.cpu.is_some() {
                parts.push(Box::new(Processors::default()));
            }
            if scrapers.memory.is_some() {
                parts.push(Box::new(Memories(Memory::new(roots))));
            }
            if let Some(network) = &scrapers.network {
                parts.push(Box::new(Interfaces { network: Network::new(network.filter(), roots), before: None }));
            }
        }
        Course::Filesystems => {
            if let Some(settings) = &scrapers.filesystem {
                let filesystem = Filesystem::new(settings, roots);
                parts.push(Box::new(Disks { filesystem, paths: config.disk_paths.clone() }));
            }
        }
        Course::Processes => {}
    }
    parts
}

impl Part for Processors {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let now = cpu::times(system)?;
        if let Some(percent) = cpu::busy(&self.before, &now).filter(|_| !self.before.is_empty()) {
            out.put(&CPU_USAGE, percent, &[]);
        }
        out.count(&CPU_CORES, now.len() as u64, &[]);
        self.before = now;
        Ok(())
    }
}

/// Memory.
#[derive(Debug)]
struct Memories(Memory);

impl Part for Memories {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let info = self.0.read(system)?;
        let available = info.available().min(info.total);
        let used = info.total - available;
        out.count(&MEMORY_TOTAL, info.total, &[]);
        out.count(&MEMORY_USED, used, &[]);
        out.count(&MEMORY_AVAILABLE, available, &[]);
        out.put(&MEMORY_USAGE, used as f64 / info.total as f64 * 100.0, &[]);
        Ok(())
    }
}

impl Part for Disks {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let (mut paths, mut listed) = (self.paths.clone(), Ok(()));
        if paths.is_empty() {
            let mut mounts = Vec::new();
            listed = self.filesystem.list(system, &mut mounts);
            paths = mounts.into_iter().map(|mount| mount.point.into()).collect();
            paths.sort_unstable();
            paths.dedup();
        }
        let points = paths.iter().map(PathBuf::as_path);
        let asked = self.filesystem.ask(points, |at, usage| {
            let path = paths[at].to_string_lossy();
            out.count(&DISK_TOTAL, usage.size, &[&path]);
            out.count(&DISK_USED, usage.used(), &[&path]);
            out.count(&DISK_FREE, usage.available, &[&path]);
            if let Some(share) = usage.share() {
                out.put(&DISK_USAGE, share * 100.0, &[&path]);
            }
        });
        asked.and(listed)
    }
}

impl Part for Interfaces {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let (mut received, mut sent) = (Traffic::default(), Traffic::default());
        self.network.devices(system, |device, more_received, more_sent| {
            if device != "lo" {
                received.add(more_received);
                sent.add(more_sent);
            }
        })?;
        out.count(&BYTES_SENT, sent.bytes, &[]);
        out.count(&BYTES_RECEIVED, received.bytes, &[]);
        out.count(&PACKETS_SENT, sent.packets, &[]);
        out.count(&PACKETS_RECEIVED, received.packets, &[]);
        out.count(&ERRORS_IN, received.errors, &[]);
        out.count(&ERRORS_OUT, sent.errors, &[]);
        let before = self.before.replace((sent.bytes, received.bytes, out.now()));
        if let Some((sent_before, received_before, then)) = before.filter(|before| before.2 < out.now()) {
            let seconds = (out.now() - then) as f64 / 1e9;
            // An interface that went took its bytes with it: then there is no rate.
            for (row, now, before) in
                [(&SENT_RATE, sent.bytes, sent_before), (&RECEIVED_RATE, received.bytes, received_before)]
            {
                if let Some(more) = now.checked_sub(before) {
                    out.put(row, more as f64 / seconds, &[]);
                }
            }
        }
        Ok(())
    }
}
