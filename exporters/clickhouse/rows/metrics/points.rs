//! Columns of data points.

use pipelines::otlp::view::{BucketsView, DataPointView, MetricView, NumberValue, ResourceView, ScopeView};

use crate::clickhouse::rows::block::{Columns, columns};
use crate::clickhouse::rows::column::{self, Array, Pairs, Text, Time};
use crate::values::service_name;

/// Columns that only one kind of point has.
pub(super) trait Own: Columns {
    /// Appends a row.
    fn put(&mut self, metric: &MetricView<'_>, point: &DataPointView<'_>);
}

columns! {
    /// The columns that all points have.
    PointColumns {
        resource_attributes: Pairs = "ResourceAttributes",
        resource_schema_url: Text = "ResourceSchemaUrl",
        scope_name: Text = "ScopeName",
        scope_version: Text = "ScopeVersion",
        scope_attributes: Pairs = "ScopeAttributes",
        scope_dropped: column::Number<4> = "ScopeDroppedAttrCount",
        scope_schema_url: Text = "ScopeSchemaUrl",
        service_name: Text = "ServiceName",
        name: Text = "MetricName",
        description: Text = "MetricDescription",
        unit: Text = "MetricUnit",
        attributes: Pairs = "Attributes",
        start_time: Time = "StartTimeUnix",
        time: Time = "TimeUnix",
        flags: column::Number<4> = "Flags",
    }
}

columns! {
    /// The value of a gauge's point.
    Number {
        value: column::Number<8> = "Value",
    }
}

columns! {
    /// The value of a sum's point and how it adds up.
    Sum {
        value: column::Number<8> = "Value",
        temporality: column::Number<4> = "AggregationTemporality",
        is_monotonic: column::Number<1> = "IsMonotonic",
    }
}

columns! {
    /// A summary's quantiles.
    Summary {
        count: column::Number<8> = "Count",
        sum: column::Number<8> = "Sum",
        quantiles: Array<column::Number<8>> = "ValueAtQuantiles.Quantile",
        values: Array<column::Number<8>> = "ValueAtQuantiles.Value",
    }
}

columns! {
    /// A histogram's buckets.
    Histogram {
        count: column::Number<8> = "Count",
        sum: column::Number<8> = "Sum",
        bucket_counts: Array<column::Number<8>> = "BucketCounts",
        explicit_bounds: Array<column::Number<8>> = "ExplicitBounds",
        min: column::Number<8> = "Min",
        max: column::Number<8> = "Max",
        temporality: column::Number<4> = "AggregationTemporality",
    }
}

columns! {
    /// An exponential histogram's buckets.
    Exponential {
        count: column::Number<8> = "Count",
        sum: column::Number<8> = "Sum",
        scale: column::Number<4> = "Scale",
        zero_count: column::Number<8> = "ZeroCount",
        positive_offset: column::Number<4> = "PositiveOffset",
        positive_counts: Array<column::Number<8>> = "PositiveBucketCounts",
        negative_offset: column::Number<4> = "NegativeOffset",
        negative_counts: Array<column::Number<8>> = "NegativeBucketCounts",
        min: column::Number<8> = "Min",
        max: column::Number<8> = "Max",
        temporality: column::Number<4> = "AggregationTemporality",
    }
}

columns! {
    /// Exemplars, which summaries do not have.
    ExemplarColumns {
        attributes: Array<Pairs> = "Exemplars.FilteredAttributes",
        times: Array<Time> = "Exemplars.TimeUnix",
        values: Array<column::Number<8>> = "Exemplars.Value",
        span_ids: Array<Text> = "Exemplars.SpanId",
        trace_ids: Array<Text> = "Exemplars.TraceId",
    }
}

// === impl PointColumns ===

impl PointColumns {
    #[inline]
    pub(super) fn put(&mut self, metric: &MetricView<'_>, point: &DataPointView<'_>) {
        self.name.put(metric.name().as_bytes());
        self.description.put(metric.description().as_bytes());
        self.unit.put(metric.unit().as_bytes());
        self.attributes.put(point.attributes());
        self.start_time.put(point.start_time_unix_nano());
        self.time.put(point.time_unix_nano());
        self.flags.put(point.flags().to_le_bytes());
    }

    pub(super) fn put_resource(&mut self, resource: &ResourceView<'_>, rows: usize) {
        self.service_name.put_all(service_name(resource).as_bytes(), rows);
        self.resource_schema_url.put_all(resource.schema_url().as_bytes(), rows);
        self.resource_attributes.put_all(resource.attributes(), rows);
    }

    pub(super) fn put_scope(&mut self, scope: &ScopeView<'_>, rows: usize) {
        self.scope_name.put_all(scope.name().as_bytes(), rows);
        self.scope_version.put_all(scope.version().as_bytes(), rows);
        self.scope_schema_url.put_all(scope.schema_url().as_bytes(), rows);
        self.scope_dropped.put_all(scope.dropped_attributes_count().to_le_bytes(), rows);
        self.scope_attributes.put_all(scope.attributes(), rows);
    }
}

// === impl ExemplarColumns ===

impl ExemplarColumns {
    #[inline]
    pub(super) fn put(&mut self, point: &DataPointView<'_>) {
        for exemplar in point.exemplars() {
            self.attributes.values().put(exemplar.filtered_attributes());
            self.times.values().put(exemplar.time_unix_nano());
            self.values.values().put(number(exemplar.value()));
            self.span_ids.values().put_id(exemplar.span_id());
            self.trace_ids.values().put_id(exemplar.trace_id());
        }
        self.attributes.end_row();
        self.times.end_row();
        self.values.end_row();
        self.span_ids.end_row();
        self.trace_ids.end_row();
    }
}

// === impl Own ===

impl Own for Number {
    #[inline]
    fn put(&mut self, _: &MetricView<'_>, point: &DataPointView<'_>) {
        self.value.put(number(point.value()));
    }
}

impl Own for Sum {
    #[inline]
    fn put(&mut self, metric: &MetricView<'_>, point: &DataPointView<'_>) {
        self.value.put(number(point.value()));
        self.temporality.put(metric.aggregation_temporality().to_le_bytes());
        self.is_monotonic.put([metric.is_monotonic().into()]);
    }
}

impl Own for Summary {
    #[inline]
    fn put(&mut self, _: &MetricView<'_>, point: &DataPointView<'_>) {
        self.count.put(point.count().to_le_bytes());
        self.sum.put(or_zero(point.sum()));
        for quantile in point.quantile_values() {
            self.quantiles.values().put(quantile.quantile.to_le_bytes());
            self.values.values().put(quantile.value.to_le_bytes());
        }
        self.quantiles.end_row();
        self.values.end_row();
    }
}

impl Own for Histogram {
    #[inline]
    fn put(&mut self, metric: &MetricView<'_>, point: &DataPointView<'_>) {
        self.count.put(point.count().to_le_bytes());
        self.sum.put(or_zero(point.sum()));
        point.bucket_counts().for_each(|count| self.bucket_counts.values().put(count.to_le_bytes()));
        self.bucket_counts.end_row();
        point.explicit_bounds().for_each(|bound| self.explicit_bounds.values().put(bound.to_le_bytes()));
        self.explicit_bounds.end_row();
        self.min.put(or_zero(point.min()));
        self.max.put(or_zero(point.max()));
        self.temporality.put(metric.aggregation_temporality().to_le_bytes());
    }
}

impl Own for Exponential {
    #[inline]
    fn put(&mut self, metric: &MetricView<'_>, point: &DataPointView<'_>) {
        self.count.put(point.count().to_le_bytes());
        self.sum.put(or_zero(point.sum()));
        self.scale.put(point.scale().to_le_bytes());
        self.zero_count.put(point.zero_count().to_le_bytes());
        buckets(point.positive(), &mut self.positive_offset, &mut self.positive_counts);
        buckets(point.negative(), &mut self.negative_offset, &mut self.negative_counts);
        self.min.put(or_zero(point.min()));
        self.max.put(or_zero(point.max()));
        self.temporality.put(metric.aggregation_temporality().to_le_bytes());
    }
}

#[inline]
fn buckets(buckets: Option<BucketsView<'_>>, offset: &mut column::Number<4>, counts: &mut Array<column::Number<8>>) {
    let buckets = buckets.unwrap_or_default();
    offset.put(buckets.offset().to_le_bytes());
    buckets.bucket_counts().for_each(|count| counts.values().put(count.to_le_bytes()));
    counts.end_row();
}

/// Integers become floating-point numbers, as in the Collector; no value is 0.
fn number(value: NumberValue) -> [u8; 8] {
    let value = match value {
        NumberValue::Empty => 0.0,
        NumberValue::Int(value) => value as f64,
        NumberValue::Double(value) => value,
    };
    value.to_le_bytes()
}

/// The columns are not nullable: the Collector writes 0 for what is absent.
fn or_zero(value: Option<f64>) -> [u8; 8] {
    value.unwrap_or_default().to_le_bytes()
}
