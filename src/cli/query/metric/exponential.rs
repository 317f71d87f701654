//! Exponential histograms: bucket `i` holds what lies above `base^i` and not above `base^(i + 1)`, where `base` is
//! 2 to the power of 2^-scale; so one scale less joins two neighbours.

use std::collections::BTreeMap;

use super::quantile::Bucket;

/// Buckets of either sign that are held at most; more are joined. Senders stay below 160.
const MOST: usize = 1024;

/// The least scale of OTLP, at which a bucket holds everything.
const LEAST: i32 = -11;

/// Counts in buckets that grow.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Exponential {
    scale: i32,
    /// Values too near to 0 for any bucket, and how near.
    zero: (u64, f64),
    positive: BTreeMap<i32, u64>,
    negative: BTreeMap<i32, u64>,
}

// === impl Exponential ===

impl Exponential {
    /// As points say it: the number of the first bucket, then their counts.
    pub(crate) fn new(scale: i32, zero: (u64, f64), positive: (i32, &[u64]), negative: (i32, &[u64])) -> Self {
        let numbered = |(offset, counts): (i32, &[u64])| {
            let at = |at: usize| offset.saturating_add(i32::try_from(at).unwrap_or(i32::MAX));
            counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(i, count)| (at(i), *count)).collect()
        };
        let scale = scale.clamp(LEAST, 20);
        let mut of = Self { scale, zero, positive: numbered(positive), negative: numbered(negative) };
        of.bound();
        of
    }

    /// What came since `before`; `None` if a bucket has less than it had.
    pub(crate) fn minus(&self, before: &Self) -> Option<Self> {
        let (mut of, mut less) = (self.clone(), before.clone());
        let scale = of.scale.min(less.scale);
        of.coarsen(scale);
        less.coarsen(scale);
        of.zero.0 = of.zero.0.checked_sub(less.zero.0)?;
        for (buckets, less) in [(&mut of.positive, less.positive), (&mut of.negative, less.negative)] {
            for (at, less) in less {
                let count = buckets.get_mut(&at).filter(|count| **count >= less)?;
                *count -= less;
            }
        }
        Some(of)
    }

    /// Adds others, at the coarser scale of both.
    pub(crate) fn add(&mut self, more: &Self) {
        let mut more = more.clone();
        let scale = self.scale.min(more.scale);
        self.coarsen(scale);
        more.coarsen(scale);
        self.zero = (self.zero.0.saturating_add(more.zero.0), self.zero.1.max(more.zero.1));
        for (buckets, more) in [(&mut self.positive, more.positive), (&mut self.negative, more.negative)] {
            for (at, count) in more {
                let sum = buckets.entry(at).or_default();
                *sum = sum.saturating_add(count);
            }
        }
        self.bound();
    }

    /// From the most negative to the greatest values.
    pub(crate) fn ascending(&self) -> Vec<Bucket> {
        let bound = |at: i64| (at as f64 * (-f64::from(self.scale)).exp2()).exp2().min(f64::MAX);
        let bucket = |lower: f64, upper: f64, count: u64, grows: bool| Bucket {
            lower: Some(lower),
            upper: Some(upper),
            count,
            grows,
        };
        let negative = self.negative.iter().rev().map(|(at, count)| {
            let at = i64::from(*at);
            bucket(-bound(at + 1), -bound(at), *count, true)
        });
        let near = self.zero.1.max(0.0);
        let below = if self.negative.is_empty() { 0.0 } else { -near };
        let zero = bucket(below, if self.positive.is_empty() && below < 0.0 { 0.0 } else { near }, self.zero.0, false);
        let positive = self.positive.iter().map(|(at, count)| {
            let at = i64::from(*at);
            bucket(bound(at), bound(at + 1), *count, true)
        });
        negative.chain([zero]).chain(positive).collect()
    }

    /// Joins buckets until the scale is that small.
    fn coarsen(&mut self, scale: i32) {
        let steps = u32::try_from(self.scale.saturating_sub(scale)).unwrap_or(0).min(31);
        if steps == 0 {
            return;
        }
        for buckets in [&mut self.positive, &mut self.negative] {
            let mut joined = BTreeMap::new();
            for (at, count) in std::mem::take(buckets) {
                let sum: &mut u64 = joined.entry(at >> steps).or_default();
                *sum = sum.saturating_add(count);
            }
            *buckets = joined;
        }
        self.scale = scale;
    }

    fn bound(&mut self) {
        while self.positive.len() + self.negative.len() > MOST && self.scale > LEAST {
            self.coarsen(self.scale - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::quantile::quantile;
    use super::*;

    fn median(of: &Exponential) -> f64 {
        quantile(&of.ascending(), 0.5, (None, None)).unwrap()
    }

    /// Scenario: scale 0, where bucket i is (2^i, 2^(i+1)], with values of both signs and near 0. Guarantee: quantiles
    /// where they belong.
    #[test]
    fn buckets_of_both_signs_are_ordered() {
        let positive = Exponential::new(0, (0, 0.0), (2, &[8]), (0, &[]));
        assert!((median(&positive) - 32f64.sqrt()).abs() < 1e-9);
        let both = Exponential::new(0, (2, 0.5), (0, &[1]), (0, &[1]));
        assert_eq!(median(&both), 0.0);
        let lower = quantile(&both.ascending(), 0.0, (None, None)).unwrap();
        assert_eq!(lower, -2.0);
    }

    /// Scenario: the same values at two scales, and a point whose scale fell since the one before. Guarantee: sums and
    /// differences at the coarser scale, also of buckets below 1, whose numbers are negative.
    #[test]
    fn scales_meet_at_the_coarser_one() {
        let fine = Exponential::new(1, (0, 0.0), (-3, &[1, 1, 1, 1]), (0, &[]));
        let coarse = Exponential::new(0, (0, 0.0), (-2, &[1, 2, 1]), (0, &[]));
        let mut sum = fine.clone();
        sum.add(&coarse);
        assert_eq!(sum, Exponential::new(0, (0, 0.0), (-2, &[2, 4, 2]), (0, &[])));
        let difference = sum.minus(&fine).unwrap();
        assert_eq!(difference.positive.values().sum::<u64>(), 4);
        assert_eq!(coarse.minus(&sum), None);
    }

    /// Scenario: more buckets than anyone sends, and numbers at the ends of 32 bits. Guarantee: joined to a bounded
    /// number, none lost, no overflow.
    #[test]
    fn many_buckets_are_joined() {
        let many = Exponential::new(20, (0, 0.0), (i32::MAX - 5000, &vec![1; 10_000]), (i32::MIN, &[7]));
        assert!(many.positive.len() + many.negative.len() <= MOST);
        assert_eq!(many.positive.values().sum::<u64>(), 5001);
        assert!(many.ascending().iter().all(|bucket| bucket.upper.is_some_and(f64::is_finite)));
    }
}
