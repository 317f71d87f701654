//! `verbosity: detailed` of metrics.

use std::f64::consts::LN_2;
use std::fmt::Write;

use pipelines::otlp::view::{BucketsView, DataPointView, MetricKind, MetricView};

use super::groups::{attributes, inner_attributes};
use super::time::Time;
use super::value::{Hex, Number};

/// Appends every field of a metric and its points.
pub(super) fn metric(at: usize, metric: &MetricView<'_>, out: &mut String) {
    let (kind, points) = match metric.kind() {
        MetricKind::None => ("Empty", ""),
        MetricKind::Gauge => ("Gauge", "NumberDataPoints"),
        MetricKind::Sum => ("Sum", "NumberDataPoints"),
        MetricKind::Histogram => ("Histogram", "HistogramDataPoints"),
        MetricKind::ExponentialHistogram => ("ExponentialHistogram", "ExponentialHistogramDataPoints"),
        MetricKind::Summary => ("Summary", "SummaryDataPoints"),
    };
    let _ = writeln!(out, "Metric #{at}\nDescriptor:\n     -> Name: {}", metric.name());
    let _ = writeln!(out, "     -> Description: {}\n     -> Unit: {}", metric.description(), metric.unit());
    let _ = writeln!(out, "     -> DataType: {kind}");
    if metric.kind() == MetricKind::Sum {
        let _ = writeln!(out, "     -> IsMonotonic: {}", metric.is_monotonic());
    }
    if matches!(metric.kind(), MetricKind::Sum | MetricKind::Histogram | MetricKind::ExponentialHistogram) {
        let temporality = match metric.aggregation_temporality() {
            1 => "Delta",
            2 => "Cumulative",
            _ => "Unspecified",
        };
        let _ = writeln!(out, "     -> AggregationTemporality: {temporality}");
    }
    for (at, point) in metric.points().enumerate() {
        let _ = writeln!(out, "{points} #{at}");
        self::point(&point, out);
    }
}

fn point(point: &DataPointView<'_>, out: &mut String) {
    attributes("Data point attributes", point.attributes(), out);
    let _ = writeln!(out, "StartTimestamp: {}", Time(point.start_time_unix_nano()));
    let _ = writeln!(out, "Timestamp: {}", Time(point.time_unix_nano()));
    match point.kind() {
        MetricKind::Gauge | MetricKind::Sum => {
            let _ = writeln!(out, "Value: {}", Number(point.value()));
        }
        _ => {
            let _ = writeln!(out, "Count: {}", point.count());
            for (name, value) in [("Sum", point.sum()), ("Min", point.min()), ("Max", point.max())] {
                if let Some(value) = value {
                    let _ = writeln!(out, "{name}: {value:.6}");
                }
            }
        }
    }
    for (at, bound) in point.explicit_bounds().enumerate() {
        let _ = writeln!(out, "ExplicitBounds #{at}: {bound:.6}");
    }
    for (at, count) in point.bucket_counts().enumerate() {
        let _ = writeln!(out, "Buckets #{at}, Count: {count}");
    }
    if point.kind() == MetricKind::ExponentialHistogram {
        exponential(point, out);
    }
    for (at, quantile) in point.quantile_values().enumerate() {
        let _ = writeln!(out, "QuantileValue #{at}: Quantile {:.6}, Value {:.6}", quantile.quantile, quantile.value);
    }
    exemplars(point, out);
}

/// The buckets from the lowest value to the highest, with the bounds that `scale` and `offset` give them.
fn exponential(point: &DataPointView<'_>, out: &mut String) {
    let factor = LN_2 * f64::from(-point.scale()).exp2();
    let bound = |index: i64| (index as f64 * factor).exp();
    let buckets = |buckets: BucketsView<'_>| -> Vec<(i64, u64)> {
        (i64::from(buckets.offset())..).zip(buckets.bucket_counts()).collect()
    };
    for (index, count) in point.negative().map(buckets).unwrap_or_default().into_iter().rev() {
        let _ = writeln!(out, "Bucket [{:.6}, {:.6}), Count: {count}", -bound(index + 1), -bound(index));
    }
    if point.zero_count() > 0 {
        let _ = writeln!(out, "Bucket [0, 0], Count: {}", point.zero_count());
    }
    for (index, count) in point.positive().map(buckets).unwrap_or_default() {
        let _ = writeln!(out, "Bucket ({:.6}, {:.6}], Count: {count}", bound(index), bound(index + 1));
    }
}

fn exemplars(point: &DataPointView<'_>, out: &mut String) {
    for (at, exemplar) in point.exemplars().enumerate() {
        let heading = if at == 0 { "Exemplars:\n" } else { "" };
        let _ = writeln!(out, "{heading}Exemplar #{at}\n     -> Trace ID: {}", Hex(exemplar.trace_id()));
        let _ = writeln!(out, "     -> Span ID: {}", Hex(exemplar.span_id()));
        let _ = writeln!(out, "     -> Timestamp: {}", Time(exemplar.time_unix_nano()));
        let _ = writeln!(out, "     -> Value: {}", Number(exemplar.value()));
        inner_attributes("FilteredAttributes", exemplar.filtered_attributes(), out);
    }
}
