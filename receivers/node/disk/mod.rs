//! The group `disk`.

mod udev;

use std::path::PathBuf;

use self::udev::Properties;
use super::config;
use super::devices::Devices;
use super::encode::Number;
use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, Metric, disk};
use crate::kernel::diskstats::{self, FIELDS, SECTOR};
use crate::kernel::text::only_number;
use crate::kernel::{Damage, Roots, Source, System, Unavailable};

/// What a field is counted in.
#[derive(Clone, Copy)]
enum In {
    Operations,
    Sectors,
    Milliseconds,
}

/// The fields in their order.
static ROWS: [(&Metric, In); FIELDS] = [
    (&disk::READS, In::Operations),
    (&disk::READS_MERGED, In::Operations),
    (&disk::READ_BYTES, In::Sectors),
    (&disk::READ_TIME, In::Milliseconds),
    (&disk::WRITES, In::Operations),
    (&disk::WRITES_MERGED, In::Operations),
    (&disk::WRITTEN_BYTES, In::Sectors),
    (&disk::WRITE_TIME, In::Milliseconds),
    (&disk::IO_NOW, In::Operations),
    (&disk::IO_TIME, In::Milliseconds),
    (&disk::IO_TIME_WEIGHTED, In::Milliseconds),
    (&disk::DISCARDS, In::Operations),
    (&disk::DISCARDS_MERGED, In::Operations),
    (&disk::DISCARDED_SECTORS, In::Operations),
    (&disk::DISCARD_TIME, In::Milliseconds),
    (&disk::FLUSHES, In::Operations),
    (&disk::FLUSH_TIME, In::Milliseconds),
];

/// Collects what block devices did and are.
#[derive(Debug)]
pub(super) struct Disk {
    settings: config::Disk,
    roots: Roots,
    source: Source,
    devices: Devices<Device>,
}

#[derive(Debug)]
struct Device {
    is_wanted: bool,
    number: (u64, u64),
    /// The same as text.
    major: String,
    minor: String,
    size: Source,
    /// What udev wrote down.
    udev: PathBuf,
    values: [u64; FIELDS],
    /// How many of the values there are.
    count: usize,
}

// === impl Disk ===

impl Disk {
    pub(super) fn new(settings: &config::Disk, roots: &Roots) -> Self {
        let source = roots.proc("diskstats");
        Self { settings: settings.clone(), roots: roots.clone(), source, devices: Devices::default() }
    }

    /// Reads the file; what is wrong with it is told when the rest was read.
    fn read(&mut self, system: &mut System) -> Result<Result<(), Damage>, Unavailable> {
        let Self { settings, roots, source, devices } = self;
        let read = system.read(source).map(|content| {
            devices.begin();
            diskstats::devices(content, |line| {
                let device = devices.see(line.name, |name| Device::new(name, settings.wants(name), roots));
                if device.is_wanted {
                    device.take(&line, roots);
                }
            })
        });
        read.map_err(|error| Unavailable::io(self.source.path(), &error))
    }
}

impl Group for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let read = self.read(system)?;
        for (name, device) in self.devices.seen().filter(|(_, device)| device.is_wanted) {
            device.record(name, out);
            if let Some(size) = system.read(&mut device.size).ok().and_then(only_number) {
                out.gauge(&disk::SIZE, size.saturating_mul(SECTOR), &[(Label::Device, name)]);
            }
            // Without udev, as in most containers, nothing more is known of it.
            let known = system.read_once(&device.udev).unwrap_or_default();
            device.describe(name, Properties::new(known), out);
        }
        read.map_err(|damage| damage.of(self.source.path()))
    }
}

// === impl Device ===

impl Device {
    fn new(name: &str, is_wanted: bool, roots: &Roots) -> Self {
        // A slash in a name is another character in sysfs.
        let size = roots.sys(format!("class/block/{}/size", name.replace('/', "!")));
        let (major, minor) = Default::default();
        let (values, count) = ([0; FIELDS], 0);
        Self { is_wanted, number: (u64::MAX, 0), major, minor, size, udev: PathBuf::new(), values, count }
    }

    fn take(&mut self, line: &diskstats::Device<'_>, roots: &Roots) {
        if self.number != line.number {
            let (major, minor) = line.number;
            self.number = line.number;
            self.major = major.to_string();
            self.minor = minor.to_string();
            self.udev = roots.root.join(format!("run/udev/data/b{major}:{minor}"));
        }
        (self.values, self.count) = (line.values, line.count);
    }

    fn record(&self, name: &str, out: &mut Recorder) {
        let labels = &[(Label::Device, name)];
        for ((metric, unit), value) in ROWS.iter().zip(self.values).take(self.count) {
            let value = match unit {
                In::Operations => Number::from(value),
                In::Sectors => Number::from(value.saturating_mul(SECTOR)),
                In::Milliseconds => Number::Double(value as f64 / 1000.0),
            };
            out.any(metric, value, labels);
        }
    }

    fn describe(&self, name: &str, known: Properties<'_>, out: &mut Recorder) {
        let [major, minor] = [&self.major, &self.minor].map(|number| ("", number.as_str()));
        let own = [("major", major.1), ("minor", minor.1)];
        let disk = [
            ("path", "ID_PATH"),
            ("wwn", "ID_WWN"),
            ("model", "ID_MODEL"),
            ("serial", "ID_SERIAL_SHORT"),
            ("revision", "ID_REVISION"),
        ];
        known.record(&disk::INFO, name, &own, &disk, out);
        if known.has("ID_FS_TYPE") {
            let filesystem = [
                ("type", "ID_FS_TYPE"),
                ("usage", "ID_FS_USAGE"),
                ("uuid", "ID_FS_UUID"),
                ("version", "ID_FS_VERSION"),
            ];
            known.record(&disk::FILESYSTEM_INFO, name, &[], &filesystem, out);
        }
        if known.has("DM_NAME") {
            let mapper = [
                ("name", "DM_NAME"),
                ("uuid", "DM_UUID"),
                ("vg_name", "DM_VG_NAME"),
                ("lv_name", "DM_LV_NAME"),
                ("lv_layer", "DM_LV_LAYER"),
            ];
            known.record(&disk::MAPPER_INFO, name, &[], &mapper, out);
        }
    }
}
