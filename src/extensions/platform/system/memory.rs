//! Memory and swap.

use std::path::Path;

use super::facts::Facts;
use super::read;

/// Names in /proc/meminfo, which counts in KiB.
const MEMINFO: [(&str, &str); 14] = [
    ("memoryTotal", "MemTotal"),
    ("memoryAvailable", "MemAvailable"),
    ("memoryFree", "MemFree"),
    ("memoryCached", "Cached"),
    ("memoryBuffers", "Buffers"),
    ("memoryActive", "Active"),
    ("memoryInactive", "Inactive"),
    ("memoryShared", "Shmem"),
    ("memorySlab", "Slab"),
    ("memoryPageTables", "PageTables"),
    ("memoryCommitted", "Committed_AS"),
    ("memoryCommitLimit", "CommitLimit"),
    ("memoryDirty", "Dirty"),
    ("memoryWriteback", "Writeback"),
];

pub(super) fn look(root: &Path, facts: &mut Facts) {
    let info = read(root, "proc/meminfo").unwrap_or_default();
    let bytes = |key: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    for (name, key) in MEMINFO {
        facts.set(name, bytes(key));
    }
    let used = |total: Option<u64>, left: Option<u64>| total?.checked_sub(left?);
    let total = bytes("MemTotal");
    let in_use = used(total, bytes("MemAvailable"));
    facts.set("memoryUsed", in_use);
    facts.share("memoryUsage", in_use, total);
    let (swap, free) = (bytes("SwapTotal"), bytes("SwapFree"));
    facts.set("swapTotal", swap);
    facts.set("swapFree", free);
    facts.set("swapUsed", used(swap, free));
    facts.share("swapUsage", used(swap, free), swap);
    let events = read(root, "proc/vmstat").unwrap_or_default();
    let count =
        |key: &str| events.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.parse::<u64>().ok());
    let page = rustix::param::page_size() as u64;
    facts.set("swapIn", count("pswpin").and_then(|pages| pages.checked_mul(page)));
    facts.set("swapOut", count("pswpout").and_then(|pages| pages.checked_mul(page)));
    let major = count("pgmajfault");
    facts.set("pageFaultsMajor", major);
    facts.set("pageFaultsMinor", used(count("pgfault"), major));
}
