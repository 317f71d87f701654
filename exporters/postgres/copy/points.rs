//! The rows of data points.

use pipelines::otlp::view::{BucketsView, DataPointView, MetricKind, MetricView, NumberValue};

use super::fields::Fields;
use super::records::small;
use super::{Group, JSON};
use crate::postgres::schema::{EXP_HISTOGRAM, GAUGE, HISTOGRAM, SUM, SUMMARY, Table};
use crate::values::nanos;

/// The table of the points of a metric; `None` if it has no points.
pub(super) fn table(kind: MetricKind) -> Option<&'static Table> {
    match kind {
        MetricKind::Gauge => Some(&GAUGE),
        MetricKind::Sum => Some(&SUM),
        MetricKind::Histogram => Some(&HISTOGRAM),
        MetricKind::ExponentialHistogram => Some(&EXP_HISTOGRAM),
        MetricKind::Summary => Some(&SUMMARY),
        MetricKind::None => None,
    }
}

/// A row of the table of the metric's kind; returns its time in nanoseconds.
pub(super) fn point<F: Fields>(
    row: &mut F,
    table: &Table,
    group: &Group<'_>,
    metric: &MetricView<'_>,
    point: &DataPointView<'_>,
) -> i64 {
    let time = nanos(point.time_unix_nano());
    row.row(table.columns.len());
    row.time(time);
    row.int8(time);
    row.int8(nanos(point.start_time_unix_nano()));
    row.name(metric.name());
    row.name(metric.description());
    row.name(metric.unit());
    row.name(group.service_name);
    row.json(|out| JSON.object(point.attributes(), out));
    match point.kind() {
        MetricKind::Histogram => histogram(row, point),
        MetricKind::ExponentialHistogram => exponential_histogram(row, point),
        MetricKind::Summary => summary(row, point),
        _ => number(row, point.value()),
    }
    row.int4(point.flags().cast_signed());
    if point.kind() != MetricKind::Summary {
        row.json(|out| JSON.exemplars(point, out));
    }
    row.int8(group.resource_id);
    row.int8(group.scope_id);
    match point.kind() {
        MetricKind::Sum => {
            row.int2(small(metric.aggregation_temporality()));
            row.bool(metric.is_monotonic());
        }
        MetricKind::Histogram | MetricKind::ExponentialHistogram => {
            row.int2(small(metric.aggregation_temporality()));
        }
        _ => {}
    }
    row.end();
    time
}

/// Value as a double, and as an integer if it is one.
fn number<F: Fields>(row: &mut F, value: NumberValue) {
    match value {
        NumberValue::Empty => {
            row.null();
            row.null();
        }
        NumberValue::Int(value) => {
            row.float8(value as f64);
            row.int8(value);
        }
        NumberValue::Double(value) => {
            row.float8(value);
            row.null();
        }
    }
}

fn histogram<F: Fields>(row: &mut F, point: &DataPointView<'_>) {
    measured(row, point);
    row.int8s(point.bucket_counts().map(clamped));
    row.float8s(point.explicit_bounds());
}

fn exponential_histogram<F: Fields>(row: &mut F, point: &DataPointView<'_>) {
    measured(row, point);
    row.int4(point.scale());
    row.count8(point.zero_count());
    row.float8(point.zero_threshold());
    buckets(row, point.positive());
    buckets(row, point.negative());
}

fn measured<F: Fields>(row: &mut F, point: &DataPointView<'_>) {
    row.count8(point.count());
    row.optional(point.sum());
    row.optional(point.min());
    row.optional(point.max());
}

fn buckets<F: Fields>(row: &mut F, buckets: Option<BucketsView<'_>>) {
    let buckets = buckets.unwrap_or_default();
    row.int4(buckets.offset());
    row.int8s(buckets.bucket_counts().map(clamped));
}

fn summary<F: Fields>(row: &mut F, point: &DataPointView<'_>) {
    row.count8(point.count());
    row.optional(point.sum());
    row.json(|out| JSON.quantiles(point, out));
}

fn clamped(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
