//! The group `filesystem`.

mod mounts;

use self::mounts::Mounts;
use super::config;
use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, filesystem};
use crate::kernel::mountinfo::Table;
use crate::kernel::statfs::{self, Answer, Ask, Prober, Usage};
use crate::kernel::{Roots, System, Unavailable};

/// Collects how full mounted filesystems are.
#[derive(Debug)]
pub(super) struct Filesystem {
    settings: config::Filesystem,
    table: Table,
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
        let prober = Prober::new(settings.mount_timeout.get(), ask);
        Self { settings: settings.clone(), table: Table::new(roots), mounts: Mounts::default(), prober }
    }

    fn read(&mut self, system: &mut System) -> Result<(), Unavailable> {
        let Self { settings, table, mounts, .. } = self;
        let root = system.roots.root.clone();
        table.read(system, |content| mounts.take(content, &root, settings))
    }
}

impl Group for Filesystem {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        self.read(system)?;
        let Mounts { mounts, paths, damage, .. } = &self.mounts;
        let answers = self.prober.ask(paths)?;
        for (mount, answer) in mounts.iter().zip(answers) {
            let labels = [
                (Label::Device, mount.device.as_str()),
                (Label::Mountpoint, mount.mountpoint.as_str()),
                (Label::Fstype, mount.fstype.as_str()),
            ];
            out.gauge(&filesystem::DEVICE_ERROR, u64::from(!matches!(answer, Answer::Usage(_))), &labels);
            out.gauge(&filesystem::READ_ONLY, u64::from(mount.is_read_only), &labels);
            if let Answer::Usage(usage) = answer {
                record(usage, &labels, out);
            }
        }
        statfs::all_answered(paths, answers)?;
        damage.map_err(|damage| damage.of(self.table.path()))
    }
}

fn record(usage: &Usage, labels: &[(Label, &str)], out: &mut Recorder) {
    out.gauge(&filesystem::SIZE, usage.size, labels);
    out.gauge(&filesystem::FREE, usage.free, labels);
    out.gauge(&filesystem::AVAILABLE, usage.available, labels);
    out.gauge(&filesystem::RESERVED, usage.reserved(), labels);
    out.gauge(&filesystem::USED, usage.used(), labels);
    if let Some(share) = usage.share() {
        out.gauge(&filesystem::USAGE, share * 100.0, labels);
    }
    out.gauge(&filesystem::FILES, usage.files, labels);
    out.gauge(&filesystem::FILES_FREE, usage.files_free, labels);
    out.gauge(&filesystem::FILES_USED, usage.files_used(), labels);
}
