//! `Metric`.

use super::attributes::AttributesView;
use super::extent::{Extent, each_field};
use super::list::Messages;
use super::point::DataPointView;
use super::text;
use crate::otlp::field;
use crate::otlp::wire::Value;

/// The kind of a metric's data; the values are the Collector's `METRIC_DATA_TYPE_*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum MetricKind {
    /// No data.
    #[default]
    None = 0,
    /// `Gauge`.
    Gauge = 1,
    /// `Sum`.
    Sum = 2,
    /// `Histogram`.
    Histogram = 3,
    /// `ExponentialHistogram`.
    ExponentialHistogram = 4,
    /// `Summary`.
    Summary = 5,
}

/// One metric.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricView<'a> {
    kind: MetricKind,
    temporality: i32,
    is_monotonic: bool,
    name: &'a [u8],
    description: &'a [u8],
    unit: &'a [u8],
    metadata: &'a [u8],
    data: &'a [u8],
    encoded: &'a [u8],
}

// === impl MetricView ===

impl<'a> MetricView<'a> {
    /// Reads an encoded `Metric`.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        let mut view = Self { encoded: message, ..Self::default() };
        let mut metadata = Extent::default();
        each_field(message, |field, end| match (field.number, field.value) {
            (1, Value::Len(value)) => view.name = value,
            (2, Value::Len(value)) => view.description = value,
            (3, Value::Len(value)) => view.unit = value,
            (field::METRIC_METADATA, Value::Len(_)) => metadata.cover(&field, end),
            (number, Value::Len(value)) if field::is_metric_data(number) => {
                view.kind = MetricKind::of(number);
                view.data = value;
            }
            _ => {}
        });
        view.metadata = metadata.of(message);
        if matches!(view.kind, MetricKind::Sum | MetricKind::Histogram | MetricKind::ExponentialHistogram) {
            each_field(view.data, |field, _| match (field.number, field.value) {
                (2, Value::Varint(value)) => view.temporality = value as i32,
                (3, Value::Varint(value)) => view.is_monotonic = value != 0 && view.kind == MetricKind::Sum,
                _ => {}
            });
        }
        view
    }

    /// The metric's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        text(self.name)
    }

    /// What the metric means.
    #[must_use]
    pub fn description(&self) -> &'a str {
        text(self.description)
    }

    /// The unit, in UCUM.
    #[must_use]
    pub fn unit(&self) -> &'a str {
        text(self.unit)
    }

    /// Attributes of the metric itself.
    #[must_use]
    pub fn metadata(&self) -> AttributesView<'a> {
        AttributesView::new(self.metadata, field::METRIC_METADATA)
    }

    /// The kind of data.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.kind
    }

    /// `AggregationTemporality`: 0 unspecified (or a gauge or summary), 1 delta, 2 cumulative.
    #[must_use]
    pub fn aggregation_temporality(&self) -> i32 {
        self.temporality
    }

    /// Whether a sum only grows; false for other kinds.
    #[must_use]
    pub fn is_monotonic(&self) -> bool {
        self.is_monotonic
    }

    /// The data points, in order.
    pub fn points(&self) -> impl Iterator<Item = DataPointView<'a>> + Clone + use<'a> {
        let kind = self.kind;
        Messages::new(self.data, field::DATA_POINTS).map(move |point| DataPointView::new(kind, point))
    }

    /// The encoded `Metric`.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}

// === impl MetricKind ===

impl MetricKind {
    /// The kind that this field of `Metric` holds.
    pub(crate) fn of(number: u32) -> Self {
        match number {
            field::GAUGE => Self::Gauge,
            field::SUM => Self::Sum,
            field::HISTOGRAM => Self::Histogram,
            field::EXPONENTIAL_HISTOGRAM => Self::ExponentialHistogram,
            field::SUMMARY => Self::Summary,
            _ => Self::None,
        }
    }
}
