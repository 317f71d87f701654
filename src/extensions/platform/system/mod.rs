//! What heartbeats say of this machine. Only what is known: what a kernel, a container or a first look does not tell is
//! left out, never sent as zero.

mod counters;
mod cpu;
mod disk;
mod environment;
mod facts;
pub(super) mod host;
mod memory;
pub(super) mod network;
mod process;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use pipelines::runtime::{Instant, now};
use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use self::counters::Rates;
use self::facts::Facts;
use super::identity::uptime;
use crate::admin::rfc3339;

/// Looks at this machine now and then.
#[derive(Default)]
pub(super) struct Survey {
    before: Before,
    /// A look that has not ended: a file system that does not answer keeps its thread.
    running: Option<JoinHandle<Look>>,
}

/// One look, and what the next one compares with.
type Look = (Map<String, Value>, Before);

/// Counters of the last look, and when that was.
#[derive(Debug, Default)]
struct Before {
    at: Option<Instant>,
    cpu: Option<cpu::Ticks>,
    disk: Option<disk::Totals>,
    network: Option<network::Totals>,
}

/// A heartbeat goes without these facts rather than wait longer for them.
const PATIENCE: Duration = Duration::from_secs(5);

// === impl Survey ===

impl Survey {
    /// What is known; none if an earlier look has not ended.
    pub(super) async fn take(&mut self) -> Option<Map<String, Value>> {
        let before = std::mem::take(&mut self.before);
        let running =
            self.running.get_or_insert_with(|| tokio::task::spawn_blocking(move || look(Path::new("/"), &before)));
        let looked = tokio::time::timeout(PATIENCE, running).await;
        let Ok(looked) = looked else {
            tracing::debug!("a look at this machine does not end, the heartbeat goes without");
            return None;
        };
        self.running = None;
        let (facts, before) = looked.ok()?;
        self.before = before;
        Some(facts)
    }
}

/// Looks at the machine whose files lie below `root`.
fn look(root: &Path, before: &Before) -> Look {
    let at = now();
    let since = before.at.map(|before| at.saturating_duration_since(before)).filter(|since| !since.is_zero());
    let mut facts = Facts::default();
    host::look(root, &mut facts);
    let cpu = cpu::look(root, before.cpu.as_ref(), &mut facts);
    memory::look(root, &mut facts);
    let disk = disk::look(root, &Rates::new(since, before.disk.as_ref()), &mut facts);
    let network = network::look(root, &Rates::new(since, before.network.as_ref()), &mut facts);
    process::look(root, &mut facts);
    environment::look(root, |name| std::env::var(name).ok(), &mut facts);
    let uptime = uptime();
    facts.set("agentVersion", Some(env!("CARGO_PKG_VERSION")));
    facts.set("agentUptime", uptime.map(|uptime| uptime.as_secs()));
    facts.set("agentStartTime", uptime.and_then(|uptime| SystemTime::now().checked_sub(uptime)).map(rfc3339));
    facts.set("collectionTime", Some(rfc3339(SystemTime::now())));
    facts.set("collectionDuration", u64::try_from(now().saturating_duration_since(at).as_nanos()).ok());
    (facts.into_map(), Before { at: Some(at), cpu, disk, network })
}

/// The text of a file below `root`, which is absolute otherwise; none if it cannot be read.
fn read(root: &Path, file: &str) -> Option<String> {
    let path: PathBuf = root.join(file);
    Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
}

/// A file with one number.
fn number(root: &Path, file: &str) -> Option<u64> {
    read(root, file)?.trim().parse().ok()
}
