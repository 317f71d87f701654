//! Rows of the five tables of metrics: what all points have, what is the kind's own, exemplars.

mod points;

use pipelines::Telemetry;
use pipelines::otlp::view::{DataPointView, MetricKind, MetricView, ResourceView, ScopeView};

use self::points::{ExemplarColumns, Exponential, Histogram, Number, Own, PointColumns, Sum, Summary};
use super::block::{Columns, Rows, TableColumns, context_bytes};
use super::column::Written;
use super::compression::Compression;
use super::{Insert, Shape, Shapes, Table};

/// Data points on their way into up to five inserts.
pub(super) struct PointRows {
    gauge: Rows<Points<Number>>,
    sum: Rows<Points<Sum>>,
    summary: Rows<Points<Summary>>,
    histogram: Rows<Points<Histogram>>,
    exponential: Rows<Points<Exponential>>,
}

/// The columns of one table of metrics.
struct Points<O> {
    point: PointColumns,
    own: O,
    exemplars: ExemplarColumns,
}

/// Calls a method of the rows of every table.
macro_rules! each_table {
    ($rows:expr, $table:ident => $call:expr) => {{
        let PointRows { gauge, sum, summary, histogram, exponential } = $rows;
        {
            let $table = gauge;
            $call;
        }
        {
            let $table = sum;
            $call;
        }
        {
            let $table = summary;
            $call;
        }
        {
            let $table = histogram;
            $call;
        }
        {
            let $table = exponential;
            $call;
        }
    }};
}

/// Encodes data points.
pub(super) fn encode(telemetry: &Telemetry, rows: &mut PointRows) -> Result<Vec<Insert>, String> {
    for resource in telemetry.resources() {
        for scope in resource.scopes() {
            for metric in scope.metrics() {
                match metric.kind() {
                    MetricKind::None => {}
                    MetricKind::Gauge => put(&mut rows.gauge, &resource, &scope, &metric)?,
                    MetricKind::Sum => put(&mut rows.sum, &resource, &scope, &metric)?,
                    MetricKind::Summary => put(&mut rows.summary, &resource, &scope, &metric)?,
                    MetricKind::Histogram => put(&mut rows.histogram, &resource, &scope, &metric)?,
                    MetricKind::ExponentialHistogram => put(&mut rows.exponential, &resource, &scope, &metric)?,
                }
            }
            each_table!(&mut *rows, table => table.end_scope(&scope));
        }
        each_table!(&mut *rows, table => table.end_resource(&resource));
    }
    let mut inserts = Vec::new();
    each_table!(&mut *rows, table => inserts.extend(table.finish()?));
    Ok(inserts)
}

fn put<O: Own>(
    rows: &mut Rows<Points<O>>,
    resource: &ResourceView<'_>,
    scope: &ScopeView<'_>,
    metric: &MetricView<'_>,
) -> Result<(), String> {
    let texts = metric.name().len() + metric.description().len() + metric.unit().len();
    let context = context_bytes(resource, scope) + texts;
    for point in metric.points() {
        rows.row(context + point.encoded().len()).put(metric, &point);
        if rows.is_full() {
            rows.end_scope(scope);
            rows.end_resource(resource);
            rows.end_block()?;
        }
    }
    Ok(())
}

// === impl PointRows ===

impl PointRows {
    pub(super) fn new(shapes: &Shapes, compression: Compression) -> Self {
        Self {
            gauge: Rows::new(shapes.of(Table::Gauge), compression),
            sum: Rows::new(shapes.of(Table::Sum), compression),
            summary: Rows::new(shapes.of(Table::Summary), compression),
            histogram: Rows::new(shapes.of(Table::Histogram), compression),
            exponential: Rows::new(shapes.of(Table::ExponentialHistogram), compression),
        }
    }
}

// === impl Points ===

impl<O: Own> Points<O> {
    #[inline]
    fn put(&mut self, metric: &MetricView<'_>, point: &DataPointView<'_>) {
        self.point.put(metric, point);
        self.own.put(metric, point);
        self.exemplars.put(point);
    }
}

impl<O: Own> Columns for Points<O> {
    fn new(shape: &Shape) -> Self {
        Self { point: PointColumns::new(shape), own: O::new(shape), exemplars: ExemplarColumns::new(shape) }
    }

    fn each(&mut self, visit: &mut dyn FnMut(&mut dyn Written) -> Result<(), String>) -> Result<(), String> {
        self.point.each(visit)?;
        self.own.each(visit)?;
        self.exemplars.each(visit)
    }
}

impl<O: Own> TableColumns for Points<O> {
    fn put_resource(&mut self, resource: &ResourceView<'_>, rows: usize) {
        self.point.put_resource(resource, rows);
    }

    fn put_scope(&mut self, scope: &ScopeView<'_>, rows: usize) {
        self.point.put_scope(scope, rows);
    }
}
