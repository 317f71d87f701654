//! `verbosity: detailed` of metrics.

use std::fmt::Write;

use pipelines::otlp::view::{DataPointView, MetricKind, MetricView, NumberValue};

use super::buckets::{Bucket, buckets};
use super::groups::{attributes, inner_attributes};
use super::time::Time;
use super::value::{Fixed, Hex};

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
    inner_attributes("Metadata", metric.metadata(), out);
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
            number("", point.value(), out);
        }
        _ => {
            let _ = writeln!(out, "Count: {}", point.count());
            for (name, value) in [("Sum", point.sum()), ("Min", point.min()), ("Max", point.max())] {
                if let Some(value) = value {
                    let _ = writeln!(out, "{name}: {}", Fixed(value));
                }
            }
        }
    }
    for (at, bound) in point.explicit_bounds().enumerate() {
        let _ = writeln!(out, "ExplicitBounds #{at}: {}", Fixed(bound));
    }
    for (at, count) in point.bucket_counts().enumerate() {
        let _ = writeln!(out, "Buckets #{at}, Count: {count}");
    }
    if point.kind() == MetricKind::ExponentialHistogram {
        exponential(point, out);
    }
    for (at, quantile) in point.quantile_values().enumerate() {
        let _ = writeln!(
            out,
            "QuantileValue #{at}: Quantile {}, Value {}",
            Fixed(quantile.quantile),
            Fixed(quantile.value)
        );
    }
    exemplars(point, out);
}

fn exponential(point: &DataPointView<'_>, out: &mut String) {
    for bucket in buckets(point) {
        let _ = match bucket {
            Bucket::Negative { lower, upper, count } => {
                writeln!(out, "Bucket [{lower:.6}, {upper:.6}), Count: {count}")
            }
            Bucket::Zero { count } => writeln!(out, "Bucket [0, 0], Count: {count}"),
            Bucket::Positive { lower, upper, count } => {
                writeln!(out, "Bucket ({lower:.6}, {upper:.6}], Count: {count}")
            }
        };
    }
}

/// `Value: 1.500000`; nothing for none, which the protocol uses for points without a recorded value.
fn number(before: &str, value: NumberValue, out: &mut String) {
    let _ = match value {
        NumberValue::Empty => Ok(()),
        NumberValue::Int(value) => writeln!(out, "{before}Value: {value}"),
        NumberValue::Double(value) => writeln!(out, "{before}Value: {}", Fixed(value)),
    };
}

fn exemplars(point: &DataPointView<'_>, out: &mut String) {
    for (at, exemplar) in point.exemplars().enumerate() {
        let heading = if at == 0 { "Exemplars:\n" } else { "" };
        let _ = writeln!(out, "{heading}Exemplar #{at}\n     -> Trace ID: {}", Hex(exemplar.trace_id()));
        let _ = writeln!(out, "     -> Span ID: {}", Hex(exemplar.span_id()));
        let _ = writeln!(out, "     -> Timestamp: {}", Time(exemplar.time_unix_nano()));
        number("     -> ", exemplar.value(), out);
        inner_attributes("FilteredAttributes", exemplar.filtered_attributes(), out);
    }
}
