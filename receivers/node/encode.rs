//! OTLP points and metrics as bytes. A receiver that repeats itself every few seconds writes them without a builder,
//! into buffers it keeps.

use pipelines::otlp::wire::{LEN, len_field_len, put_fixed64, put_len, put_tag, put_uint, put_varint, varint_len};

/// `attributes` of `NumberDataPoint`.
const ATTRIBUTES: u32 = 7;
/// `gauge` and `sum` of `Metric`.
const GAUGE: u32 = 5;
const SUM: u32 = 7;

/// The value of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// `as_int`.
    Int(i64),
    /// `as_double`.
    Double(f64),
}

/// How the points of a metric are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A gauge.
    Gauge,
    /// A cumulative sum.
    Sum {
        /// Whether it only grows.
        is_monotonic: bool,
    },
}

/// Appends an attribute with text.
pub(super) fn put_text(out: &mut Vec<u8>, key: &str, value: &str) {
    let content = len_field_len(1, value.len());
    put_tag(out, ATTRIBUTES, LEN);
    put_varint(out, (len_field_len(1, key.len()) + len_field_len(2, content)) as u64);
    put_len(out, 1, key.as_bytes());
    put_tag(out, 2, LEN);
    put_varint(out, content as u64);
    put_len(out, 1, value.as_bytes());
}

/// Appends an attribute with a number.
pub(super) fn put_int(out: &mut Vec<u8>, key: &str, value: u32) {
    let content = 1 + varint_len(u64::from(value));
    put_tag(out, ATTRIBUTES, LEN);
    put_varint(out, (len_field_len(1, key.len()) + len_field_len(2, content)) as u64);
    put_len(out, 1, key.as_bytes());
    put_tag(out, 2, LEN);
    put_varint(out, content as u64);
    put_uint(out, 3, u64::from(value));
}

/// Appends what follows the attributes of a point; a start of 0 is left out.
pub(super) fn put_value(point: &mut Vec<u8>, start: u64, now: u64, value: Number) {
    if start != 0 {
        put_fixed64(point, 2, start);
    }
    put_fixed64(point, 3, now);
    match value {
        Number::Int(value) => put_fixed64(point, 6, value.cast_unsigned()),
        Number::Double(value) => put_fixed64(point, 4, value.to_bits()),
    }
}

/// Appends a finished point to the points of its metric.
pub(super) fn put_point(points: &mut Vec<u8>, point: &[u8]) {
    put_len(points, 1, point);
}

/// The beginning of a metric: all that does not change from scrape to scrape.
pub(super) fn header(name: &str, description: &str, unit: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_len(&mut out, 1, name.as_bytes());
    put_len(&mut out, 2, description.as_bytes());
    put_len(&mut out, 3, unit.as_bytes());
    out
}

/// A request with one scope that holds these metrics, in one buffer of exactly its size.
pub(super) fn request<'m>(
    scope: (&str, &str),
    metrics: impl Iterator<Item = (&'m [u8], Shape, &'m [u8])> + Clone,
) -> Vec<u8> {
    let context = len_field_len(1, scope.0.len()) + len_field_len(2, scope.1.len());
    let body = |(header, shape, points): (&[u8], Shape, &[u8])| {
        header.len() + len_field_len(shape.number(), points.len() + shape.tail().len())
    };
    let scoped =
        len_field_len(1, context) + metrics.clone().map(|metric| len_field_len(2, body(metric))).sum::<usize>();
    let resource = len_field_len(2, scoped);
    let mut out = Vec::with_capacity(len_field_len(1, resource));
    put_tag(&mut out, 1, LEN);
    put_varint(&mut out, resource as u64);
    put_tag(&mut out, 2, LEN);
    put_varint(&mut out, scoped as u64);
    put_tag(&mut out, 1, LEN);
    put_varint(&mut out, context as u64);
    put_len(&mut out, 1, scope.0.as_bytes());
    put_len(&mut out, 2, scope.1.as_bytes());
    for (header, shape, points) in metrics {
        put_tag(&mut out, 2, LEN);
        put_varint(&mut out, body((header, shape, points)) as u64);
        out.extend_from_slice(header);
        put_tag(&mut out, shape.number(), LEN);
        put_varint(&mut out, (points.len() + shape.tail().len()) as u64);
        out.extend_from_slice(points);
        out.extend_from_slice(shape.tail());
    }
    out
}

// === impl Shape ===

impl Shape {
    const fn number(self) -> u32 {
        match self {
            Self::Gauge => GAUGE,
            Self::Sum { .. } => SUM,
        }
    }

    /// `aggregation_temporality` and `is_monotonic`.
    const fn tail(self) -> &'static [u8] {
        match self {
            Self::Gauge => &[],
            Self::Sum { is_monotonic: false } => &[0x10, 2],
            Self::Sum { is_monotonic: true } => &[0x10, 2, 0x18, 1],
        }
    }
}

// === impl Number ===

impl Number {
    /// The number as a fraction, which is exact up to 2^53.
    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Double(value) => value,
        }
    }

    /// The number multiplied; what is multiplied by one stays as it is.
    pub(super) fn scaled(self, scale: f64) -> Self {
        if scale.to_bits() == 1f64.to_bits() { self } else { Self::Double(self.as_f64() * scale) }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Double(value as f64), Self::Int)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}
