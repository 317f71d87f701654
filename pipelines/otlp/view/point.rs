//! Data points of all kinds.

use super::attributes::AttributesView;
use super::extent::{Extent, each_field};
use super::list::{Doubles, Fixed64s, Messages, Varints};
use super::metric::MetricKind;
use crate::otlp::field;
use crate::otlp::wire::{Value, fields};

/// One data point of any kind. Times are nanoseconds since the Unix epoch. What its kind does not have reads as absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct DataPointView<'a> {
    kind: MetricKind,
    flags: u32,
    start_time_unix_nano: u64,
    time_unix_nano: u64,
    value: NumberValue,
    attributes: &'a [u8],
    encoded: &'a [u8],
}

/// The value of a gauge's or sum's point, or of an exemplar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum NumberValue {
    /// No value is set.
    #[default]
    Empty,
    /// `as_int`.
    Int(i64),
    /// `as_double`.
    Double(f64),
}

/// `Buckets` of an exponential histogram's point.
#[derive(Clone, Copy, Debug, Default)]
pub struct BucketsView<'a> {
    message: &'a [u8],
}

/// `ValueAtQuantile` of a summary's point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuantileView {
    /// 0.0 to 1.0.
    pub quantile: f64,
    /// The value at this quantile.
    pub value: f64,
}

/// A sample measurement that went into a point.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExemplarView<'a> {
    message: &'a [u8],
}

// === impl DataPointView ===

impl<'a> DataPointView<'a> {
    /// Reads an encoded data point of a metric of this kind.
    #[inline]
    #[must_use]
    pub fn new(kind: MetricKind, message: &'a [u8]) -> Self {
        let mut view = Self { kind, encoded: message, ..Self::default() };
        let number = matches!(kind, MetricKind::Gauge | MetricKind::Sum);
        let flags = if matches!(kind, MetricKind::Histogram | MetricKind::ExponentialHistogram) { 10 } else { 8 };
        let own = view.attributes_number();
        let mut attributes = Extent::default();
        each_field(message, |field, end| match (field.number, field.value) {
            (number, Value::Len(_)) if number == own => attributes.cover(&field, end),
            (2, Value::Fixed64(value)) => view.start_time_unix_nano = value,
            (3, Value::Fixed64(value)) => view.time_unix_nano = value,
            (4, Value::Fixed64(value)) if number => view.value = NumberValue::Double(f64::from_bits(value)),
            (6, Value::Fixed64(value)) if number => view.value = NumberValue::Int(value.cast_signed()),
            (number, Value::Varint(value)) if number == flags => view.flags = value as u32,
            _ => {}
        });
        view.attributes = attributes.of(message);
        view
    }

    /// The kind of the metric it belongs to.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.kind
    }

    /// The attributes.
    #[must_use]
    pub fn attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.attributes, self.attributes_number())
    }

    /// Since when the point aggregates, 0 when unknown.
    #[must_use]
    pub fn start_time_unix_nano(&self) -> u64 {
        self.start_time_unix_nano
    }

    /// When the point was taken.
    #[must_use]
    pub fn time_unix_nano(&self) -> u64 {
        self.time_unix_nano
    }

    /// The value of a gauge's or sum's point.
    #[must_use]
    pub fn value(&self) -> NumberValue {
        self.value
    }

    /// `DataPointFlags`; bit 0 says that no value was recorded.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// How many measurements a histogram's or summary's point holds; 0 for a number.
    #[must_use]
    pub fn count(&self) -> u64 {
        if self.is_number() { 0 } else { self.fixed(4).unwrap_or_default() }
    }

    /// The sum of the measurements. Always there in a summary.
    #[must_use]
    pub fn sum(&self) -> Option<f64> {
        if self.is_number() {
            return None;
        }
        let sum = self.double(5);
        if self.kind == MetricKind::Summary { Some(sum.unwrap_or_default()) } else { sum }
    }

    /// The smallest measurement, in histograms that have it.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        match self.kind {
            MetricKind::Histogram => self.double(11),
            MetricKind::ExponentialHistogram => self.double(12),
            _ => None,
        }
    }

    /// The largest measurement, in histograms that have it.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        match self.kind {
            MetricKind::Histogram => self.double(12),
            MetricKind::ExponentialHistogram => self.double(13),
            _ => None,
        }
    }

    /// Counts of a histogram's buckets, one more than bounds.
    #[must_use]
    pub fn bucket_counts(&self) -> Fixed64s<'a> {
        Fixed64s::new(self.of_kind(MetricKind::Histogram), 6)
    }

    /// Upper bounds of a histogram's buckets.
    #[must_use]
    pub fn explicit_bounds(&self) -> Doubles<'a> {
        Doubles::new(self.of_kind(MetricKind::Histogram), 7)
    }

    /// Scale of an exponential histogram; the base is 2^(2^-scale).
    #[must_use]
    pub fn scale(&self) -> i32 {
        zigzag(self.of_kind(MetricKind::ExponentialHistogram), 6)
    }

    /// Measurements of an exponential histogram inside the zero threshold.
    #[must_use]
    pub fn zero_count(&self) -> u64 {
        self.exponential(7).unwrap_or_default()
    }

    /// The width of an exponential histogram's zero bucket.
    #[must_use]
    pub fn zero_threshold(&self) -> f64 {
        self.exponential(14).map_or(0.0, f64::from_bits)
    }

    /// Positive buckets of an exponential histogram.
    #[must_use]
    pub fn positive(&self) -> Option<BucketsView<'a>> {
        self.buckets(8)
    }

    /// Negative buckets of an exponential histogram.
    #[must_use]
    pub fn negative(&self) -> Option<BucketsView<'a>> {
        self.buckets(9)
    }

    /// Quantiles of a summary.
    pub fn quantile_values(&self) -> impl Iterator<Item = QuantileView> + Clone + use<'a> {
        Messages::new(self.of_kind(MetricKind::Summary), 6).map(|message| QuantileView {
            quantile: fixed64(message, 1).map_or(0.0, f64::from_bits),
            value: fixed64(message, 2).map_or(0.0, f64::from_bits),
        })
    }

    /// Exemplars; a summary has none.
    pub fn exemplars(&self) -> impl Iterator<Item = ExemplarView<'a>> + Clone + use<'a> {
        let number = match self.kind {
            MetricKind::Gauge | MetricKind::Sum => 5,
            MetricKind::Histogram => 8,
            MetricKind::ExponentialHistogram => 11,
            MetricKind::Summary | MetricKind::None => 0,
        };
        Messages::new(self.encoded, number).map(|message| ExemplarView { message })
    }

    /// The encoded data point.
    #[must_use]
    pub fn encoded(&self) -> &'a [u8] {
        self.encoded
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, MetricKind::Gauge | MetricKind::Sum | MetricKind::None)
    }

    fn attributes_number(&self) -> u32 {
        match self.kind {
            MetricKind::Histogram => field::point_attributes(field::HISTOGRAM),
            MetricKind::ExponentialHistogram => field::point_attributes(field::EXPONENTIAL_HISTOGRAM),
            _ => field::point_attributes(field::GAUGE),
        }
    }

    fn of_kind(&self, kind: MetricKind) -> &'a [u8] {
        if self.kind == kind { self.encoded } else { &[] }
    }

    fn fixed(&self, number: u32) -> Option<u64> {
        fixed64(self.encoded, number)
    }

    fn double(&self, number: u32) -> Option<f64> {
        self.fixed(number).map(f64::from_bits)
    }

    fn exponential(&self, number: u32) -> Option<u64> {
        fixed64(self.of_kind(MetricKind::ExponentialHistogram), number)
    }

    fn buckets(&self, number: u32) -> Option<BucketsView<'a>> {
        let message = Messages::new(self.of_kind(MetricKind::ExponentialHistogram), number).last()?;
        Some(BucketsView { message })
    }
}

// === impl BucketsView ===

impl<'a> BucketsView<'a> {
    /// Index of the first bucket.
    #[must_use]
    pub fn offset(&self) -> i32 {
        zigzag(self.message, 1)
    }

    /// Counts of the buckets from `offset` on.
    #[must_use]
    pub fn bucket_counts(&self) -> Varints<'a> {
        Varints::new(self.message, 2)
    }
}

// === impl ExemplarView ===

impl<'a> ExemplarView<'a> {
    /// Attributes that the aggregation left out.
    #[must_use]
    pub fn filtered_attributes(&self) -> AttributesView<'a> {
        AttributesView::new(self.message, 7)
    }

    /// When the measurement was taken.
    #[must_use]
    pub fn time_unix_nano(&self) -> u64 {
        fixed64(self.message, 2).unwrap_or_default()
    }

    /// The measurement.
    #[must_use]
    pub fn value(&self) -> NumberValue {
        fields(self.message).map_while(Result::ok).fold(NumberValue::Empty, |last, field| {
            match (field.number, field.value) {
                (3, Value::Fixed64(value)) => NumberValue::Double(f64::from_bits(value)),
                (6, Value::Fixed64(value)) => NumberValue::Int(value.cast_signed()),
                _ => last,
            }
        })
    }

    /// 8 bytes, or none.
    #[must_use]
    pub fn span_id(&self) -> &'a [u8] {
        Messages::new(self.message, 4).last().unwrap_or_default()
    }

    /// 16 bytes, or none.
    #[must_use]
    pub fn trace_id(&self) -> &'a [u8] {
        Messages::new(self.message, 5).last().unwrap_or_default()
    }
}

/// The last fixed64 field with this number.
fn fixed64(message: &[u8], number: u32) -> Option<u64> {
    fields(message).map_while(Result::ok).filter(|field| field.number == number).fold(None, |last, field| {
        match field.value {
            Value::Fixed64(value) => Some(value),
            _ => last,
        }
    })
}

/// The last sint32 field with this number.
fn zigzag(message: &[u8], number: u32) -> i32 {
    fields(message).map_while(Result::ok).filter(|field| field.number == number).fold(0, |last, field| {
        match field.value {
            Value::Varint(value) => (value as u32 >> 1).cast_signed() ^ -((value as u32 & 1).cast_signed()),
            _ => last,
        }
    })
}
