//! Processes, and what they share.

use std::path::Path;

use super::facts::Facts;
use super::{number, read};

/// With more processes than this their states are not looked at: each is a file.
const MANY: usize = 4096;
/// More than this is no limit, and no number that every reader of JSON can hold.
const UNLIMITED: u64 = 1 << 53;

pub(super) fn look(root: &Path, facts: &mut Facts) {
    processes(root, facts);
    let stat = read(root, "proc/stat").unwrap_or_default();
    let count = |key: &str| {
        let line = stat.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    facts.set("processBlocked", count("procs_blocked"));
    facts.set("contextSwitches", count("ctxt"));
    facts.set("interrupts", count("intr"));
    facts.set("softInterrupts", count("softirq"));
    let load = read(root, "proc/loadavg").unwrap_or_default();
    let threads = load.split_whitespace().nth(3).and_then(|entities| entities.split_once('/')?.1.parse::<u64>().ok());
    facts.set("threadCount", threads);
    let files = read(root, "proc/sys/fs/file-nr").unwrap_or_default();
    let files: Vec<u64> = files.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    let (open, most) = (files.first().copied(), files.get(2).copied().filter(|most| *most < UNLIMITED));
    facts.set("openFileDescriptors", open);
    facts.set("maxFileDescriptors", most);
    facts.share("fileDescriptorsUsage", open, most);
    facts.set("entropyAvailable", number(root, "proc/sys/kernel/random/entropy_avail"));
}

fn processes(root: &Path, facts: &mut Facts) {
    let Ok(entries) = std::fs::read_dir(root.join("proc")) else { return };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let ids: Vec<u32> = ids.collect();
    facts.set("processCount", (!ids.is_empty()).then_some(ids.len()));
    if ids.is_empty() || ids.len() > MANY {
        return;
    }
    let mut states = [
        ("processRunning", "R", 0),
        ("processSleeping", "SDI", 0),
        ("processStopped", "Tt", 0),
        ("processZombie", "Z", 0),
    ];
    for id in ids {
        // One that is gone by now is in no state. The state comes after the name, which may hold anything.
        let stat = read(root, &format!("proc/{id}/stat"));
        let state = stat.as_deref().and_then(|stat| stat.rsplit_once(") ")?.1.chars().next());
        let Some(state) = state else { continue };
        if let Some((.., count)) = states.iter_mut().find(|(_, letters, _)| letters.contains(state)) {
            *count += 1;
        }
    }
    for (name, _, count) in states.into_iter().filter(|_| states.iter().any(|(.., count)| *count > 0)) {
        facts.set(name, Some(count));
    }
}
