//! [`Label`]: what tells the points of a metric apart.

use super::Naming;

/// An attribute of points, with its key in every vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// A logical processor, by its number.
    Cpu,
    /// What a processor does.
    Mode,
    /// A core of a processor package, by its number.
    Core,
    /// A processor package, by its number.
    Package,
    /// What sets the frequency of a processor.
    Governor,
    /// A kind of interrupt that the kernel handles later.
    Vector,
    /// A block device.
    Device,
    /// A network interface.
    Interface,
    /// Where a filesystem is mounted.
    Mountpoint,
    /// The type of a filesystem.
    Fstype,
    /// The state of a connection.
    ConnectionState,
    /// The state of a process.
    ProcessState,
    /// The place where something is measured.
    Sensor,
    /// The chip or driver a sensor belongs to.
    Chip,
    /// The type of a thermal zone.
    ZoneType,
    /// A thermal zone, by its number.
    Zone,
    /// A device that cools, by its number.
    CoolingDevice,
    /// The driver's name of a chip.
    ChipName,
    /// The driver's name of a sensor.
    SensorLabel,
    /// What tasks wait for: `cpu`, `memory`, `io`, `irq`.
    Resource,
    /// A file.
    File,
    /// A group of this receiver.
    Collector,
    /// What an information metric says of its subject, by its key in every vocabulary.
    Property(&'static str),
}

// === impl Label ===

impl Label {
    /// The key in a vocabulary.
    #[must_use]
    pub const fn key(self, naming: Naming) -> &'static str {
        let (tfo, semconv, prometheus) = self.keys();
        match naming {
            Naming::Tfo => tfo,
            Naming::Semconv => semconv,
            Naming::Prometheus => prometheus,
        }
    }

    /// Whether values are numbers in a vocabulary.
    #[must_use]
    pub const fn is_number(self, naming: Naming) -> bool {
        matches!((self, naming), (Self::Cpu, Naming::Semconv))
    }

    /// The word of a vocabulary for a value, which is given as the kernel or node_exporter writes it.
    #[must_use]
    pub fn value(self, naming: Naming, value: &str) -> &str {
        match (self, naming, value) {
            (Self::Mode, Naming::Semconv, "irq") => "interrupt",
            (Self::ConnectionState, Naming::Semconv, "close") => "closed",
            (Self::ConnectionState, Naming::Semconv, "fin_wait1") => "fin_wait_1",
            (Self::ConnectionState, Naming::Semconv, "fin_wait2") => "fin_wait_2",
            (Self::ConnectionState, Naming::Semconv, "syn_recv") => "syn_received",
            (Self::ProcessState, Naming::Tfo | Naming::Semconv, _) => process_state(naming, value),
            _ => value,
        }
    }

    /// In TelemetryFlow's vocabulary, the semantic conventions and node_exporter.
    const fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Cpu => ("cpu", "cpu.logical_number", "cpu"),
            Self::Mode => ("mode", "cpu.mode", "mode"),
            Self::Core => ("core", "core", "core"),
            Self::Package => ("package", "package", "package"),
            Self::Governor => ("governor", "governor", "governor"),
            Self::Vector => ("vector", "vector", "vector"),
            Self::Device => ("device", "system.device", "device"),
            Self::Interface => ("device", "network.interface.name", "device"),
            Self::Mountpoint => ("mountpoint", "system.filesystem.mountpoint", "mountpoint"),
            Self::Fstype => ("fstype", "system.filesystem.type", "fstype"),
            Self::ConnectionState => ("state", "network.connection.state", "state"),
            Self::ProcessState => ("state", "process.state", "state"),
            Self::Sensor => ("sensor", "sensor", "sensor"),
            Self::Chip => ("chip", "chip", "chip"),
            Self::ZoneType => ("type", "type", "type"),
            Self::Zone => ("sensor", "sensor", "zone"),
            Self::CoolingDevice => ("device", "device", "name"),
            Self::ChipName => ("chip_name", "chip_name", "chip_name"),
            Self::SensorLabel => ("label", "label", "label"),
            Self::Resource => ("resource", "resource", "resource"),
            Self::File => ("file", "file", "file"),
            Self::Collector => ("collector", "collector", "collector"),
            Self::Property(key) => (key, key, key),
        }
    }
}

/// The word for the letter of a process's state.
fn process_state(naming: Naming, letter: &str) -> &str {
    match (letter, naming) {
        ("R", _) => "running",
        ("S", _) => "sleeping",
        ("D", _) => "uninterruptible",
        ("T", _) => "stopped",
        ("t", _) => "traced",
        ("I", _) => "idle",
        ("P", _) => "parked",
        ("X" | "x", _) => "dead",
        ("Z", Naming::Semconv) => "defunct",
        ("Z", _) => "zombie",
        _ => letter,
    }
}
