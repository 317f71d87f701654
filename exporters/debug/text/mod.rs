//! The texts of the Collector's debug exporter.

mod buckets;
mod detailed;
mod groups;
mod metrics;
mod normal;
mod time;
mod value;

use std::fmt::Write;

use pipelines::{Signal, Telemetry};

pub(super) use self::detailed::detailed;
pub(super) use self::normal::normal;

/// One line with the counts of a batch.
pub(super) fn counts(telemetry: &Telemetry) -> String {
    let mut out = String::new();
    let (resources, items) = (telemetry.resources().count(), telemetry.items());
    // Writing to a string cannot fail.
    let _ = match telemetry.signal() {
        Signal::Traces => writeln!(out, "Traces\t{{\"resource spans\": {resources}, \"spans\": {items}}}"),
        Signal::Logs => writeln!(out, "Logs\t{{\"resource logs\": {resources}, \"log records\": {items}}}"),
        Signal::Profiles => writeln!(out, "Profiles\t{{\"resource profiles\": {resources}, \"profiles\": {items}}}"),
        Signal::Metrics => {
            let scopes = telemetry.resources().flat_map(|resource| resource.scopes());
            let metrics: usize = scopes.map(|scope| scope.metrics().count()).sum();
            writeln!(
                out,
                "Metrics\t{{\"resource metrics\": {resources}, \"metrics\": {metrics}, \"data points\": {items}}}"
            )
        }
    };
    out
}
