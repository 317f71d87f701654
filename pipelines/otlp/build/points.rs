//! Building data points.

use super::attributes::AttributesBuilder;
use crate::otlp::field;
use crate::otlp::wire::{LEN, put_fixed64, put_len, put_tag, put_varint};

/// Since when a point aggregates (0 when that is unknown or means nothing) and when it was taken, in nanoseconds since
/// the Unix epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// `start_time_unix_nano`.
    pub start: u64,
    /// `time_unix_nano`.
    pub now: u64,
}

/// Writes the points of a gauge or a sum.
pub struct NumberPoints<'b>(Points<'b>);

/// Writes the points of a histogram.
pub struct HistogramPoints<'b>(Points<'b>);

/// Writes the points of a summary.
pub struct SummaryPoints<'b>(Points<'b>);

/// What a histogram's point holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistogramValue<'v> {
    /// How many measurements.
    pub count: u64,
    /// Their sum.
    pub sum: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// How many fell into each bucket; one more than bounds, or none.
    pub bucket_counts: &'v [u64],
    /// Upper bounds of the buckets, ascending.
    pub explicit_bounds: &'v [f64],
}

/// What a summary's point holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SummaryValue<'v> {
    /// How many measurements.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// Quantiles (0.0 to 1.0) and their values.
    pub quantile_values: &'v [(f64, f64)],
}

struct Points<'b> {
    data: &'b mut Vec<u8>,
    point: &'b mut Vec<u8>,
}

// === impl Points ===

impl<'b> Points<'b> {
    fn add(
        &mut self,
        kind: u32,
        times: Times,
        write: impl FnOnce(&mut Vec<u8>),
        attributes: impl FnOnce(&mut AttributesBuilder<'_>),
    ) {
        self.point.clear();
        attributes(&mut AttributesBuilder::new(self.point, field::point_attributes(kind)));
        if times.start != 0 {
            put_fixed64(self.point, 2, times.start);
        }
        put_fixed64(self.point, 3, times.now);
        write(self.point);
        put_len(self.data, field::DATA_POINTS, self.point);
    }
}

// === impl NumberPoints ===

impl<'b> NumberPoints<'b> {
    pub(super) fn new(data: &'b mut Vec<u8>, point: &'b mut Vec<u8>) -> Self {
        Self(Points { data, point })
    }

    /// Adds a point with an integer.
    pub fn int(&mut self, times: Times, value: i64, attributes: impl FnOnce(&mut AttributesBuilder<'_>)) {
        self.0.add(field::GAUGE, times, |out| put_fixed64(out, 6, value.cast_unsigned()), attributes);
    }

    /// Adds a point with a floating-point number.
    pub fn double(&mut self, times: Times, value: f64, attributes: impl FnOnce(&mut AttributesBuilder<'_>)) {
        self.0.add(field::GAUGE, times, |out| put_fixed64(out, 4, value.to_bits()), attributes);
    }
}

// === impl HistogramPoints ===

impl<'b> HistogramPoints<'b> {
    pub(super) fn new(data: &'b mut Vec<u8>, point: &'b mut Vec<u8>) -> Self {
        Self(Points { data, point })
    }

    /// Adds a point.
    pub fn point(
        &mut self,
        times: Times,
        value: HistogramValue<'_>,
        attributes: impl FnOnce(&mut AttributesBuilder<'_>),
    ) {
        let write = |out: &mut Vec<u8>| {
            put_fixed64(out, 4, value.count);
            put_double(out, 5, value.sum);
            put_packed(out, 6, value.bucket_counts.iter().copied());
            put_packed(out, 7, value.explicit_bounds.iter().map(|bound| bound.to_bits()));
            put_double(out, 11, value.min);
            put_double(out, 12, value.max);
        };
        self.0.add(field::HISTOGRAM, times, write, attributes);
    }
}

// === impl SummaryPoints ===

impl<'b> SummaryPoints<'b> {
    pub(super) fn new(data: &'b mut Vec<u8>, point: &'b mut Vec<u8>) -> Self {
        Self(Points { data, point })
    }

    /// Adds a point.
    pub fn point(
        &mut self,
        times: Times,
        value: SummaryValue<'_>,
        attributes: impl FnOnce(&mut AttributesBuilder<'_>),
    ) {
        let write = |out: &mut Vec<u8>| {
            put_fixed64(out, 4, value.count);
            put_double(out, 5, Some(value.sum));
            for (quantile, value) in value.quantile_values {
                put_tag(out, 6, LEN);
                // Two doubles with their tags.
                put_varint(out, 18);
                put_fixed64(out, 1, quantile.to_bits());
                put_fixed64(out, 2, value.to_bits());
            }
        };
        self.0.add(field::SUMMARY, times, write, attributes);
    }
}

fn put_double(out: &mut Vec<u8>, number: u32, value: Option<f64>) {
    if let Some(value) = value {
        put_fixed64(out, number, value.to_bits());
    }
}

fn put_packed(out: &mut Vec<u8>, number: u32, values: impl ExactSizeIterator<Item = u64>) {
    if values.len() > 0 {
        put_tag(out, number, LEN);
        put_varint(out, values.len() as u64 * 8);
        values.for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
    }
}
