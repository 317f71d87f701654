//! [`Describer`]: the resource attributes of processes.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;

use super::stat::Stat;
use super::{field, forbidden};
use crate::kernel::text::{lines, number};
use crate::kernel::{System, Unavailable};
use crate::system::config::{self, ProcessAttributes};
use crate::system::sheet::{put_attribute, put_number};

/// `attributes` of `Resource`.
const ATTRIBUTES: u32 = 1;

/// Most of a command line that is told, in bytes: the rest is cut off.
const MAX_COMMAND_LINE: usize = 4096;

/// Bytes of a name before the kernel cuts it off.
const CUT_NAME: usize = 15;

/// Says which process it is.
#[derive(Debug)]
pub(super) struct Describer {
    wanted: ProcessAttributes,
    /// Names of users, and when the file they are from was changed.
    users: HashMap<u64, String>,
    changed: Option<(i64, i64)>,
}

// === impl Describer ===

impl Describer {
    pub(super) fn new(wanted: ProcessAttributes) -> Self {
        Self { wanted, users: HashMap::new(), changed: None }
    }

    /// Begins a scrape: reads the names of users again, if they changed.
    pub(super) fn begin(&mut self, system: &System) {
        let path = system.roots.root.join("etc/passwd");
        let changed = std::fs::metadata(&path).ok().map(|meta| (meta.mtime(), meta.mtime_nsec()));
        if !self.wanted.owner.enabled || changed == self.changed {
            return;
        }
        self.changed = changed;
        let content = std::fs::read(&path).unwrap_or_default();
        let user = |line: &[u8]| {
            let mut fields = line.split(|byte| *byte == b':');
            let name = String::from_utf8_lossy(fields.next()?).into_owned();
            Some((number(fields.nth(1)?)?, name))
        };
        self.users.clear();
        for (id, name) in lines(&content).filter_map(user) {
            self.users.entry(id).or_insert(name);
        }
    }

    /// Appends the attributes of a process to `out`; what may not be known is left out and returned.
    pub(super) fn describe(
        &self,
        id: u32,
        stat: &Stat,
        settings: &config::Process,
        system: &mut System,
        out: &mut Vec<u8>,
    ) -> Option<Unavailable> {
        let wanted = &self.wanted;
        let folder = system.roots.proc.join(id.to_string());
        let mut missing = None;
        let mut text = |key: &str, value: &str| put_attribute(out, ATTRIBUTES, key, value);
        if wanted.cgroup.enabled || wanted.linux_cgroup.enabled {
            let groups = std::fs::read(folder.join("cgroup")).unwrap_or_default();
            let groups = String::from_utf8_lossy(&groups);
            let keys = [("process.cgroup", wanted.cgroup), ("process.linux.cgroup", wanted.linux_cgroup)];
            keys.iter().filter(|(_, key)| key.enabled).for_each(|(key, _)| text(key, groups.trim_end()));
        }
        let mut command = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        command.truncate(MAX_COMMAND_LINE);
        let command = String::from_utf8_lossy(&command);
        let words: Vec<&str> = command.trim_end_matches('\0').split('\0').collect();
        let first = words.first().copied().unwrap_or_default();
        if wanted.command.enabled {
            text("process.command", first);
        }
        if wanted.command_line.enabled {
            text("process.command_line", &words.join(" "));
        }
        if wanted.executable_name.enabled {
            let base = first.rsplit('/').next().unwrap_or_default();
            let is_cut = stat.name.len() >= CUT_NAME && base.starts_with(&stat.name);
            text("process.executable.name", if is_cut { base } else { &stat.name });
        }
        if wanted.executable_path.enabled {
            match std::fs::read_link(folder.join("exe")) {
                Ok(path) => text("process.executable.path", &path.to_string_lossy()),
                // Threads of the kernel have none.
                Err(_) if settings.mute_process_exe_error => {}
                Err(error) => missing = forbidden("exe", &error).err(),
            }
        }
        if wanted.owner.enabled {
            let mut file = system.roots.proc(format!("{id}/status"));
            let user = system.read(&mut file).ok().and_then(|status| number(field(status, b"Uid:")?));
            user.and_then(|user| self.users.get(&user)).into_iter().for_each(|name| text("process.owner", name));
        }
        if wanted.parent_pid.enabled {
            put_number(out, ATTRIBUTES, "process.parent_pid", stat.parent);
        }
        if wanted.pid.enabled {
            put_number(out, ATTRIBUTES, "process.pid", u64::from(id));
        }
        missing
    }
}
