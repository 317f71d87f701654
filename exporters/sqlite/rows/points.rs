//! The rows of data points.

use pipelines::otlp::view::{BucketsView, DataPointView, MetricKind, MetricView, NumberValue};

use super::{Fields, Group, JSON, Table};
use crate::values::{integer, nanos};

/// A row of the table of the metric's kind.
pub(super) fn point<F: Fields>(
    row: &mut F,
    group: &Group<'_>,
    metric: &MetricView<'_>,
    point: &DataPointView<'_>,
) -> Result<(), F::Error> {
    row.begin(match point.kind() {
        MetricKind::Gauge => Table::Gauge,
        MetricKind::Sum => Table::Sum,
        MetricKind::Histogram => Table::Histogram,
        MetricKind::ExponentialHistogram => Table::ExpHistogram,
        MetricKind::Summary => Table::Summary,
        // It has no points.
        MetricKind::None => return Ok(()),
    });
    row.int(nanos(point.time_unix_nano()));
    row.int(nanos(point.start_time_unix_nano()));
    row.name(metric.name());
    row.name(metric.description());
    row.name(metric.unit());
    row.name(group.service_name);
    row.written(|out| JSON.object(point.attributes(), out));
    row.int(point.flags().into());
    row.int(group.resource_id);
    row.int(group.scope_id);
    if point.kind() == MetricKind::Summary {
        row.count(point.count());
        row.optional(point.sum());
        row.written(|out| JSON.quantiles(point, out));
        return row.end();
    }
    row.written(|out| JSON.exemplars(point, out));
    match point.kind() {
        MetricKind::Histogram => histogram(row, metric, point),
        MetricKind::ExponentialHistogram => exponential_histogram(row, metric, point),
        _ => number(row, metric, point),
    }
    row.end()
}

/// Value as a double, and as an integer if it is one.
fn number<F: Fields>(row: &mut F, metric: &MetricView<'_>, point: &DataPointView<'_>) {
    match point.value() {
        NumberValue::Empty => {
            row.null();
            row.null();
        }
        NumberValue::Int(value) => {
            row.double(value as f64);
            row.int(value);
        }
        NumberValue::Double(value) => {
            row.double(value);
            row.null();
        }
    }
    if point.kind() == MetricKind::Sum {
        row.int(metric.aggregation_temporality().into());
        row.int(metric.is_monotonic().into());
    }
}

fn histogram<F: Fields>(row: &mut F, metric: &MetricView<'_>, point: &DataPointView<'_>) {
    measured(row, metric, point);
    counts(row, point.bucket_counts());
    row.written(|out| list(point.explicit_bounds(), out, |bound, out| JSON.number(bound, out)));
}

fn exponential_histogram<F: Fields>(row: &mut F, metric: &MetricView<'_>, point: &DataPointView<'_>) {
    measured(row, metric, point);
    row.int(point.scale().into());
    row.count(point.zero_count());
    row.double(point.zero_threshold());
    buckets(row, point.positive());
    buckets(row, point.negative());
}

fn measured<F: Fields>(row: &mut F, metric: &MetricView<'_>, point: &DataPointView<'_>) {
    row.int(metric.aggregation_temporality().into());
    row.count(point.count());
    row.optional(point.sum());
    row.optional(point.min());
    row.optional(point.max());
}

fn buckets<F: Fields>(row: &mut F, buckets: Option<BucketsView<'_>>) {
    let buckets = buckets.unwrap_or_default();
    row.int(buckets.offset().into());
    counts(row, buckets.bucket_counts());
}

/// Numbers beyond 2^63 are taken as 2^63 - 1.
fn counts<F: Fields>(row: &mut F, counts: impl Iterator<Item = u64>) {
    row.written(|out| list(counts, out, |count, out| integer(i64::try_from(count).unwrap_or(i64::MAX), out)));
}

fn list<T>(values: impl Iterator<Item = T>, out: &mut Vec<u8>, write: impl Fn(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(value, out);
    }
    out.push(b']');
}
