//! The group `filesystem`.

mod mounts;
mod prober;
mod usage;

use std::path::Path;

use self::mounts::Mounts;
use self::prober::{Answer, Ask, MAX_HUNG, Prober};
pub(super) use self::usage::Usage;
use super::config;
use super::group::{Group, Unavailable};
use super::record::Recorder;
use super::system::{Roots, Source, System};
use crate::catalogue::{Label, filesystem};

/// Collects how full mounted filesystems are.
#[derive(Debug)]
pub(super) struct Filesystem {
    settings: config::Filesystem,
    /// What is mounted for the machine, and for ourselves if that cannot be read.
    sources: [Source; 2],
    mounts: Mounts,
    prober: Prober,
}

// === impl Filesystem ===

impl Filesystem {
    pub(super) fn new(settings: &config::Filesystem, roots: &Roots) -> Self {
        Self::asking(Usage::ask, settings, roots)
    }

    /// One that asks in its own way.
    pub(super) fn asking(ask: Ask, settings: &config::Filesystem, roots: &Roots) -> Self {
        let sources = [roots.proc("1/mountinfo"), roots.proc("self/mountinfo")];
        let prober = Prober::new(settings.mount_timeout.get(), ask);
        Self { settings: settings.clone(), sources, mounts: Mounts::default(), prober }
    }

    fn read(&mut self, system: &mut System) -> Result<(), Unavailable> {
        let root = system.roots.root.clone();
        let [machine, own] = &mut self.sources;
        if let Ok(content) = system.read(machine) {
            self.mounts.take(content, b"", &root, &self.settings);
            return Ok(());
        }
        let read = system.read(own).map(|content| {
            // What we see below the root is what the machine sees as `/`.
            let prefix = if root == Path::new("/") { &[] } else { root.as_os_str().as_encoded_bytes() };
            self.mounts.take(content, prefix, &root, &self.settings);
        });
        read.map_err(|error| Unavailable::io(own.path(), &error))
    }
}

impl Group for Filesystem {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        self.read(system)?;
        let Mounts { mounts, paths, damaged, .. } = &self.mounts;
        let threads = |error| Unavailable::new(self.sources[0].path(), format!("no thread can be started: {error}"));
        let answers = self.prober.ask(paths).map_err(threads)?;
        for (mount, answer) in mounts.iter().zip(answers) {
            let labels = [
                (Label::Device, mount.device.as_str()),
                (Label::Mountpoint, mount.mountpoint.as_str()),
                (Label::Fstype, mount.fstype.as_str()),
            ];
            out.gauge(&filesystem::DEVICE_ERROR, u64::from(!matches!(answer, Answer::Usage(_))), &labels);
            out.gauge(&filesystem::READ_ONLY, u64::from(mount.is_read_only), &labels);
            if let Answer::Usage(usage) = answer {
                usage.record(&labels, out);
            }
        }
        let count = |which| answers.iter().filter(|answer| **answer == which).count();
        let (hung, not_asked) = (count(Answer::Hung), count(Answer::NotAsked));
        if let Some(first) = answers.iter().position(|answer| *answer == Answer::Hung) {
            let mut text = "the filesystem there does not answer".to_owned();
            if hung > 1 {
                text = format!("{text}, nor do {} others", hung - 1);
            }
            if not_asked > 0 {
                text = format!("{text}; {not_asked} are not asked while {MAX_HUNG} do not answer");
            }
            return Err(Unavailable::new(&*paths[first], text));
        }
        match damaged {
            Some(at) => Err(Unavailable::new(self.sources[0].path(), format!("line {at} says no mount"))),
            None => Ok(()),
        }
    }
}
