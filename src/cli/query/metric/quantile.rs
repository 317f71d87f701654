//! Quantiles out of buckets, as good as buckets allow.

/// Values that were counted together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    /// They are above it; `None` for the first one.
    pub(crate) lower: Option<f64>,
    /// They are not above it; `None` for the last one.
    pub(crate) upper: Option<f64>,
    /// How many.
    pub(crate) count: u64,
    /// Whether it belongs to a scale that grows exponentially, where values are spread evenly over the logarithm.
    pub(crate) grows: bool,
}

/// The value that `part` of all values does not exceed; buckets are ascending.
///
/// Values are taken to be spread evenly within their bucket. Where a bucket is open, the extreme closes it if it is known;
/// else the first one begins at 0 (or has its bound as all of its values, if that is negative), and the last one has its
/// lower bound as all of its values, as Prometheus does it.
pub(crate) fn quantile(buckets: &[Bucket], part: f64, (min, max): (Option<f64>, Option<f64>)) -> Option<f64> {
    let total: f64 = buckets.iter().map(|bucket| bucket.count as f64).sum();
    let rank = part * total;
    let mut below = 0.0;
    for bucket in buckets.iter().filter(|bucket| bucket.count > 0) {
        let within = ((rank - below) / bucket.count as f64).clamp(0.0, 1.0);
        below += bucket.count as f64;
        // What is lost to rounding must not lead beyond the last bucket.
        if rank > below && below < total {
            continue;
        }
        let lower = bucket.lower.or(min).or_else(|| bucket.upper.map(|upper| upper.min(0.0)));
        let (lower, upper) = match (lower, bucket.upper.or(max)) {
            (Some(lower), Some(upper)) => (lower, upper.max(lower)),
            (Some(one), None) | (None, Some(one)) => (one, one),
            (None, None) => return None,
        };
        let value = if bucket.grows && lower > 0.0 {
            lower * (upper / lower).powf(within)
        } else if bucket.grows && upper < 0.0 {
            upper * (lower / upper).powf(1.0 - within)
        } else {
            lower + (upper - lower) * within
        };
        let value = max.map_or(value, |max| value.min(max));
        return Some(min.map_or(value, |min| value.max(min)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explicit(bounds: &[f64], counts: &[u64]) -> Vec<Bucket> {
        let bound = |at: usize| bounds.get(at).copied();
        let lower = |at: usize| at.checked_sub(1).and_then(bound);
        let bucket =
            |(at, count): (usize, &u64)| Bucket { lower: lower(at), upper: bound(at), count: *count, grows: false };
        counts.iter().enumerate().map(bucket).collect()
    }

    fn close(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?} is not {expected}");
    }

    /// Scenario: values in the middle, all in the first or the last bucket, with and without known extremes. Guarantee:
    /// even spreading within a bucket, and open ends closed by what is known.
    #[test]
    fn open_ends_are_closed_by_what_is_known() {
        let none = (None, None);
        let spread = explicit(&[10.0, 20.0, 30.0], &[10, 10, 10, 0]);
        close(quantile(&spread, 0.5, none), 15.0);
        close(quantile(&spread, 0.95, none), 28.5);
        close(quantile(&spread, 1.0, none), 30.0);
        close(quantile(&explicit(&[10.0], &[4, 0]), 0.5, none), 5.0);
        close(quantile(&explicit(&[10.0], &[4, 0]), 0.5, (Some(8.0), None)), 9.0);
        close(quantile(&explicit(&[-10.0], &[4, 0]), 0.5, none), -10.0);
        close(quantile(&explicit(&[10.0], &[0, 4]), 0.99, none), 10.0);
        close(quantile(&explicit(&[10.0], &[0, 4]), 0.5, (None, Some(30.0))), 20.0);
        close(quantile(&explicit(&[], &[4]), 0.5, (Some(1.0), Some(3.0))), 2.0);
        close(quantile(&explicit(&[10.0, 1000.0], &[0, 1, 0]), 0.99, (None, Some(12.0))), 12.0);
        assert_eq!(quantile(&explicit(&[], &[4]), 0.5, none), None);
        assert_eq!(quantile(&explicit(&[1.0], &[0, 0]), 0.5, none), None);
        assert_eq!(quantile(&[], 0.5, none), None);
    }

    /// Scenario: a bucket of a scale that grows, of either sign. Guarantee: even spreading over the logarithm, ascending.
    #[test]
    fn growing_buckets_are_spread_over_the_logarithm() {
        let bucket = |lower, upper| [Bucket { lower: Some(lower), upper: Some(upper), count: 2, grows: true }];
        close(quantile(&bucket(1.0, 4.0), 0.5, (None, None)), 2.0);
        close(quantile(&bucket(-4.0, -1.0), 0.5, (None, None)), -2.0);
        close(quantile(&bucket(-4.0, -1.0), 0.0, (None, None)), -4.0);
    }
}
