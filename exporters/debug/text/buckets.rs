//! [`buckets`]: the buckets of an exponential histogram with their bounds.

use std::f64::consts::LN_2;

use pipelines::otlp::view::{BucketsView, DataPointView};

/// One bucket.
pub(super) enum Bucket {
    /// Values in `[lower, upper)`, both below zero.
    Negative { lower: f64, upper: f64, count: u64 },
    /// Values too close to zero for a bucket of their own.
    Zero { count: u64 },
    /// Values in `(lower, upper]`, both above zero.
    Positive { lower: f64, upper: f64, count: u64 },
}

/// The buckets of a point from the lowest value to the highest, with the bounds that `scale` and `offset` give them;
/// none for other kinds of points, and no empty zero bucket.
pub(super) fn buckets(point: &DataPointView<'_>) -> Vec<Bucket> {
    let factor = LN_2 * f64::from(-point.scale()).exp2();
    let bound = |index: i64| (index as f64 * factor).exp();
    let mut all: Vec<Bucket> = numbered(point.negative())
        .map(|(index, count)| Bucket::Negative { lower: -bound(index + 1), upper: -bound(index), count })
        .collect();
    all.reverse();
    if point.zero_count() > 0 {
        all.push(Bucket::Zero { count: point.zero_count() });
    }
    let positive = numbered(point.positive());
    all.extend(positive.map(|(index, count)| Bucket::Positive { lower: bound(index), upper: bound(index + 1), count }));
    all
}

fn numbered(buckets: Option<BucketsView<'_>>) -> impl Iterator<Item = (i64, u64)> {
    buckets.into_iter().flat_map(|buckets| (i64::from(buckets.offset())..).zip(buckets.bucket_counts()))
}
