//! Rows of thermal zones, of what cools them, and of sensors.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Thermal;
const SENSOR: &[Label] = &[Label::Chip, Label::Sensor];
/// node_exporter takes thousandths of a percent for millionths.
const HUMIDITY: f64 = 0.001;

/// How hot a zone is.
pub static ZONE: Metric =
    Metric::gauge(GROUP, "node.thermal.temperature_celsius", "Cel", "Temperature of a thermal zone.")
        .fraction()
        .labels(&[Label::Zone, Label::ZoneType])
        .prometheus(Name::new("node_thermal_zone_temp"))
        .source("/sys/class/thermal/thermal_zoneN/temp");

/// How much something cools.
pub static COOLING: Metric =
    Metric::gauge(GROUP, "node.thermal.cooling_state", "1", "How much a device cools or is slowed down, from 0.")
        .labels(&[Label::CoolingDevice, Label::ZoneType])
        .prometheus(Name::new("node_cooling_device_cur_state"))
        .source("/sys/class/thermal/cooling_deviceN/cur_state");

/// How much something can cool.
pub static COOLING_MAX: Metric =
    Metric::gauge(GROUP, "node.thermal.cooling_state_max", "1", "How much a device can cool or be slowed down.")
        .labels(&[Label::CoolingDevice, Label::ZoneType])
        .prometheus(Name::new("node_cooling_device_max_state"))
        .source("/sys/class/thermal/cooling_deviceN/max_state");

/// The name of a chip.
pub static CHIP: Metric = Metric::gauge(GROUP, "node.hwmon.chip_names", "1", "The driver's name of a chip; always 1.")
    .labels(&[Label::Chip, Label::ChipName])
    .prometheus(Name::new("node_hwmon_chip_names"))
    .source("/sys/class/hwmon/hwmonN/name");

/// The name of a sensor.
pub static LABEL: Metric =
    Metric::gauge(GROUP, "node.hwmon.sensor_label", "1", "The driver's name of a sensor; always 1.")
        .labels(&[Label::Chip, Label::Sensor, Label::SensorLabel])
        .prometheus(Name::new("node_hwmon_sensor_label"))
        .source("/sys/class/hwmon/hwmonN/*_label");

/// What a file of a sensor says.
#[derive(Debug)]
pub struct Sensor {
    /// The type of the sensor: what its files begin with, before the number.
    pub kind: &'static str,
    /// What its files end with, after the number.
    pub element: &'static str,
    /// What values are divided by to be in the unit of the row: exactly so, where a factor would not be.
    pub divisor: f64,
    /// The row.
    pub row: &'static Metric,
}

/// A row for each kind of file, and the list of them.
macro_rules! sensors {
    ($($row:ident = $make:ident $kind:literal $element:literal / $divisor:literal $unit:literal $tfo:literal
       $prometheus:expr; $description:literal)*) => {
        $(
            #[doc = $description]
            pub static $row: Metric = Metric::$make(GROUP, concat!("node.hwmon.", $tfo), $unit, $description)
                .fraction()
                .labels(SENSOR)
                .prometheus($prometheus)
                .source(concat!("/sys/class/hwmon/hwmonN/", $kind, "N", $element));
        )*

        /// Files of sensors and their rows.
        pub static SENSORS: &[Sensor] =
            &[$(Sensor { kind: $kind, element: $element, divisor: $divisor, row: &$row }),*];

        /// Every row of the group.
        pub static ALL: &[&Metric] = &[&ZONE, &COOLING, &COOLING_MAX, &CHIP, &LABEL, $(&$row),*];
    };
}

sensors! {
    TEMPERATURE = gauge "temp" "_input" / 1e3 "Cel" "temperature" Name::new("node_hwmon_temp_celsius");
        "Temperature at a sensor."
    TEMPERATURE_MAX = gauge "temp" "_max" / 1e3 "Cel" "temperature_max" Name::new("node_hwmon_temp_max_celsius");
        "Temperature that should not be exceeded."
    TEMPERATURE_MAX_HYST = gauge "temp" "_max_hyst" / 1e3 "Cel" "temperature_max_hyst"
        Name::new("node_hwmon_temp_max_hyst_celsius");
        "Temperature below which the maximum is no longer exceeded."
    TEMPERATURE_MIN = gauge "temp" "_min" / 1e3 "Cel" "temperature_min" Name::new("node_hwmon_temp_min_celsius");
        "Temperature that should be exceeded."
    TEMPERATURE_CRIT = gauge "temp" "_crit" / 1e3 "Cel" "temperature_crit" Name::new("node_hwmon_temp_crit_celsius");
        "Temperature at which damage begins."
    TEMPERATURE_CRIT_HYST = gauge "temp" "_crit_hyst" / 1e3 "Cel" "temperature_crit_hyst"
        Name::new("node_hwmon_temp_crit_hyst_celsius");
        "Temperature below which it is no longer critical."
    TEMPERATURE_CRIT_ALARM = gauge "temp" "_crit_alarm" / 1e0 "1" "temperature_crit_alarm"
        Name::new("node_hwmon_temp_crit_alarm_celsius").scaled(0.001, "Cel");
        "Whether the temperature is critical: 1 or 0; node_exporter takes it for thousandths of a degree."
    TEMPERATURE_ALARM = gauge "temp" "_alarm" / 1e0 "1" "temperature_alarm" Name::new("node_hwmon_temp_alarm");
        "Whether the temperature is out of bounds: 1 or 0."
    FAN = gauge "fan" "_input" / 1e0 "{revolution}/min" "fan_speed" Name::new("node_hwmon_fan_rpm");
        "Speed of a fan."
    FAN_MIN = gauge "fan" "_min" / 1e0 "{revolution}/min" "fan_speed_min" Name::new("node_hwmon_fan_min_rpm");
        "Speed that a fan should exceed."
    FAN_MAX = gauge "fan" "_max" / 1e0 "{revolution}/min" "fan_speed_max" Name::new("node_hwmon_fan_max_rpm");
        "Speed that a fan should not exceed."
    FAN_TARGET = gauge "fan" "_target" / 1e0 "{revolution}/min" "fan_speed_target"
        Name::new("node_hwmon_fan_target_rpm");
        "Speed that a fan is told to have."
    FAN_ALARM = gauge "fan" "_alarm" / 1e0 "1" "fan_alarm" Name::new("node_hwmon_fan_alarm");
        "Whether a fan is too slow: 1 or 0."
    PWM = gauge "pwm" "" / 1e0 "1" "pwm" Name::new("node_hwmon_pwm");
        "How strongly a fan is driven, from 0 to 255."
    VOLTAGE = gauge "in" "_input" / 1e3 "V" "voltage" Name::new("node_hwmon_in_volts");
        "Voltage at a sensor."
    VOLTAGE_MIN = gauge "in" "_min" / 1e3 "V" "voltage_min" Name::new("node_hwmon_in_min_volts");
        "Voltage that should be exceeded."
    VOLTAGE_MAX = gauge "in" "_max" / 1e3 "V" "voltage_max" Name::new("node_hwmon_in_max_volts");
        "Voltage that should not be exceeded."
    VOLTAGE_ALARM = gauge "in" "_alarm" / 1e0 "1" "voltage_alarm" Name::new("node_hwmon_in_alarm");
        "Whether the voltage is out of bounds: 1 or 0."
    CURRENT = gauge "curr" "_input" / 1e3 "A" "current" Name::new("node_hwmon_curr_amps");
        "Current at a sensor."
    CURRENT_MAX = gauge "curr" "_max" / 1e3 "A" "current_max" Name::new("node_hwmon_curr_max_amps");
        "Current that should not be exceeded."
    POWER = gauge "power" "_input" / 1e6 "W" "power" Name::new("node_hwmon_power_watt");
        "Power at a sensor."
    POWER_AVERAGE = gauge "power" "_average" / 1e6 "W" "power_average" Name::new("node_hwmon_power_average_watt");
        "Average power at a sensor."
    POWER_CAP = gauge "power" "_cap" / 1e6 "W" "power_cap" Name::new("node_hwmon_power_cap_watt");
        "Power that is not exceeded."
    ENERGY = counter "energy" "_input" / 1e6 "J" "energy" Name::new("node_hwmon_energy_joule_total");
        "Energy that was used."
    HUMIDITY_RATIO = gauge "humidity" "_input" / 1e3 "%" "humidity"
        Name::new("node_hwmon_humidity").scaled(HUMIDITY, "1");
        "Relative humidity; that of node_exporter is a tenth of the ratio."
    FREQUENCY = gauge "freq" "_input" / 1e0 "Hz" "frequency" Name::new("node_hwmon_freq_freq_mhz").scaled(1e-6, "MHz");
        "Frequency of a graphics processor; node_exporter names its sensors by their labels."
}
