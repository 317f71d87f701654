//! The same metrics as OTLP.

use std::time::{SystemTime, UNIX_EPOCH};

use pipelines::Telemetry;
use pipelines::otlp::build::{MetricMeta, MetricsBuilder, NumberPoints, Temporality, Times};

use super::family::{Family, Value};

/// The instrumentation scope.
pub(super) const SCOPE: &str = "github.com/telemetryflow/engine";

/// A request with all metrics; sums are cumulative since `start`.
pub(super) fn encode(families: &[Family], resource: &[(String, String)], start: SystemTime) -> Telemetry {
    let nanos = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    };
    let (start, now) = (nanos(start), nanos(SystemTime::now()));
    let mut metrics = MetricsBuilder::new();
    metrics.resource(|attributes| {
        resource.iter().for_each(|(name, value)| attributes.put(name.as_str(), value.as_str()));
    });
    metrics.scope(SCOPE, env!("CARGO_PKG_VERSION"));
    for family in families {
        let meta = MetricMeta { name: &family.name, description: family.help, unit: family.unit };
        if family.is_counter {
            metrics.sum(meta, Temporality::Cumulative, true, |points| add(points, family, Times { start, now }));
        } else {
            metrics.gauge(meta, |points| add(points, family, Times { start: 0, now }));
        }
    }
    metrics.finish()
}

fn add(points: &mut NumberPoints<'_>, family: &Family, times: Times) {
    for point in &family.points {
        let attributes = |attributes: &mut pipelines::otlp::build::AttributesBuilder<'_>| {
            point.labels.iter().for_each(|(name, value)| attributes.put(name, value.as_str()));
        };
        match point.value {
            Value::Whole(value) => points.int(times, i64::try_from(value).unwrap_or(i64::MAX), attributes),
            Value::Real(value) => points.double(times, value, attributes),
        }
    }
}
