//! Rows of processors.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Cpu;
const CPU: &[Label] = &[Label::Cpu];

/// Every row of the group.
pub static ALL: &[&Metric] = &[
    &SECONDS,
    &GUEST_SECONDS,
    &USAGE,
    &CORE_USAGE,
    &LOGICAL,
    &CORES,
    &PACKAGES,
    &ONLINE,
    &FREQUENCY,
    &FREQUENCY_MIN,
    &FREQUENCY_MAX,
    &HARDWARE_FREQUENCY,
    &HARDWARE_FREQUENCY_MIN,
    &HARDWARE_FREQUENCY_MAX,
    &GOVERNOR,
    &THERMAL,
    &CORE_THROTTLES,
    &PACKAGE_THROTTLES,
];

/// Time by mode.
pub static SECONDS: Metric =
    Metric::counter(GROUP, "node.cpu.seconds", "s", "Time each logical processor spent in each mode.")
        .fraction()
        .labels(&[Label::Cpu, Label::Mode])
        .semconv(Name::new("system.cpu.time"))
        .prometheus(Name::new("node_cpu_seconds_total"))
        .source("/proc/stat: cpuN");

/// Time of guests.
pub static GUEST_SECONDS: Metric = Metric::counter(
    GROUP,
    "node.cpu.guest_seconds",
    "s",
    "Time each logical processor ran virtual machines; it is part of the modes user and nice, too.",
)
.fraction()
.labels(&[Label::Cpu, Label::Mode])
.prometheus(Name::new("node_cpu_guest_seconds_total"))
.source("/proc/stat: cpuN");

/// How busy the machine was.
pub static USAGE: Metric = Metric::gauge(
    GROUP,
    "node.cpu.usage",
    "%",
    "Share of the time since the previous scrape in which processors were not idle, of all of them together.",
)
.fraction()
.source("/proc/stat: cpu");

/// How busy each logical processor was.
pub static CORE_USAGE: Metric = Metric::gauge(
    GROUP,
    "node.cpu.core.usage",
    "%",
    "Share of the time since the previous scrape in which the logical processor was not idle.",
)
.fraction()
.labels(CPU)
.semconv(Name::new("system.cpu.utilization").scaled(0.01, "1"))
.source("/proc/stat: cpuN");

/// How many logical processors.
pub static LOGICAL: Metric =
    Metric::sum(GROUP, "node.cpu.logical.count", "{cpu}", "Logical processors that are online.")
        .semconv(Name::new("system.cpu.logical.count"))
        .aliases(&["system.cpu.cores"])
        .source("/proc/stat: cpuN");

/// How many cores.
pub static CORES: Metric = Metric::sum(GROUP, "node.cpu.physical.count", "{cpu}", "Cores of all packages.")
    .semconv(Name::new("system.cpu.physical.count"))
    .source("/sys/devices/system/cpu/cpuN/topology");

/// How many packages.
pub static PACKAGES: Metric = Metric::sum(GROUP, "node.cpu.package.count", "{package}", "Processor packages.")
    .source("/sys/devices/system/cpu/cpuN/topology");

/// Which logical processors are online.
pub static ONLINE: Metric =
    Metric::gauge(GROUP, "node.cpu.online", "1", "Whether the logical processor is online: 1 or 0.")
        .labels(CPU)
        .prometheus(Name::new("node_cpu_online"))
        .source("/sys/devices/system/cpu/online");

/// The present frequency.
pub static FREQUENCY: Metric =
    Metric::gauge(GROUP, "node.cpu.frequency", "Hz", "Present frequency, as the frequency driver says.")
        .labels(CPU)
        .semconv(Name::new("system.cpu.frequency"))
        .prometheus(Name::new("node_cpu_scaling_frequency_hertz"))
        .aliases(&["node.cpu.frequency_hz"])
        .source("/sys/devices/system/cpu/cpuN/cpufreq/scaling_cur_freq");

/// The lowest frequency it may have.
pub static FREQUENCY_MIN: Metric =
    Metric::gauge(GROUP, "node.cpu.frequency_min", "Hz", "Lowest frequency the processor may be set to.")
        .labels(CPU)
        .prometheus(Name::new("node_cpu_scaling_frequency_min_hertz"))
        .source("/sys/devices/system/cpu/cpuN/cpufreq/scaling_min_freq");

/// The highest frequency it may have.
pub static FREQUENCY_MAX: Metric =
    Metric::gauge(GROUP, "node.cpu.frequency_max", "Hz", "Highest frequency the processor may be set to.")
        .labels(CPU)
        .prometheus(Name::new("node_cpu_scaling_frequency_max_hertz"))
        .source("/sys/devices/system/cpu/cpuN/cpufreq/scaling_max_freq");

/// The frequency as the hardware says.
pub static HARDWARE_FREQUENCY: Metric = Metric::gauge(
    GROUP,
    "node.cpu.hardware_frequency",
    "Hz",
    "Present frequency, as the hardware says; only root may read it.",
)
.labels(CPU)
.prometheus(Name::new("node_cpu_frequency_hertz"))
.source("/sys/devices/system/cpu/cpuN/cpufreq/cpuinfo_cur_freq");

/// The lowest frequency it can have.
pub static HARDWARE_FREQUENCY_MIN: Metric =
    Metric::gauge(GROUP, "node.cpu.hardware_frequency_min", "Hz", "Lowest frequency the processor can run at.")
        .labels(CPU)
        .prometheus(Name::new("node_cpu_frequency_min_hertz"))
        .source("/sys/devices/system/cpu/cpuN/cpufreq/cpuinfo_min_freq");

/// The highest frequency it can have.
pub static HARDWARE_FREQUENCY_MAX: Metric =
    Metric::gauge(GROUP, "node.cpu.hardware_frequency_max", "Hz", "Highest frequency the processor can run at.")
        .labels(CPU)
        .prometheus(Name::new("node_cpu_frequency_max_hertz"))
        .source("/sys/devices/system/cpu/cpuN/cpufreq/cpuinfo_max_freq");

/// What sets the frequency.
pub static GOVERNOR: Metric = Metric::gauge(
    GROUP,
    "node.cpu.scaling_governor",
    "1",
    "Whether the governor sets the frequency: 1 for the present one, 0 for the others that there are.",
)
.labels(&[Label::Cpu, Label::Governor])
.prometheus(Name::new("node_cpu_scaling_governor"))
.source("/sys/devices/system/cpu/cpuN/cpufreq/scaling_governor");

/// How hot processors are.
pub static THERMAL: Metric =
    Metric::gauge(GROUP, "node.cpu.thermal", "Cel", "Temperature at each sensor of a processor.")
        .fraction()
        .labels(&[Label::Sensor])
        .source("/sys/class/hwmon/hwmonN/tempN_input, /sys/class/thermal/thermal_zoneN/temp");

/// Cores that ran slower because of heat.
pub static CORE_THROTTLES: Metric =
    Metric::counter(GROUP, "node.cpu.core_throttles", "{event}", "Times the core was slowed down because of heat.")
        .labels(&[Label::Package, Label::Core])
        .prometheus(Name::new("node_cpu_core_throttles_total"))
        .source("/sys/devices/system/cpu/cpuN/thermal_throttle/core_throttle_count");

/// Packages that ran slower because of heat.
pub static PACKAGE_THROTTLES: Metric = Metric::counter(
    GROUP,
    "node.cpu.package_throttles",
    "{event}",
    "Times the package was slowed down because of heat.",
)
.labels(&[Label::Package])
.prometheus(Name::new("node_cpu_package_throttles_total"))
.source("/sys/devices/system/cpu/cpuN/thermal_throttle/package_throttle_count");
