//! The scraper `processes`.

use std::collections::BTreeMap;

use super::{Part, process};
use crate::kernel::text::{lines, named_number};
use crate::kernel::{System, Unavailable};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Counts processes.
#[derive(Debug)]
pub(super) struct Processes;

impl Part for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        if out.wants(&[&rows::PROCESSES_COUNT]) {
            for id in process::ids(system)? {
                // One that is gone meanwhile is not counted.
                let mut file = system.roots.proc(format!("{id}/stat"));
                let state = system.read(&mut file).ok().and_then(process::Stat::parse).map(|stat| stat.state);
                if let Some(state) = state {
                    *counts.entry(status(state)).or_default() += 1;
                }
            }
        }
        let path = system.stat_path().to_owned();
        for (key, value) in
            lines(system.stat().map_err(|error| Unavailable::io(&path, &error))?).filter_map(named_number)
        {
            match key {
                b"processes" => out.count(&rows::PROCESSES_CREATED, value, &[]),
                // These are the kernel's own, of one moment.
                b"procs_running" => drop(counts.insert("running", value)),
                b"procs_blocked" => drop(counts.insert("blocked", value)),
                _ => {}
            }
        }
        for (status, count) in counts {
            out.count(&rows::PROCESSES_COUNT, count, &[status]);
        }
        Ok(())
    }
}

/// The Collector's word for a state.
fn status(state: u8) -> &'static str {
    match state {
        b'D' => "blocked",
        b'I' => "idle",
        b'R' => "running",
        b'S' => "sleeping",
        b'T' | b't' => "stopped",
        b'W' => "paging",
        b'Z' => "zombies",
        _ => "unknown",
    }
}
