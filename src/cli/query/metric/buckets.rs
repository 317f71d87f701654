//! Counts in buckets, those with bounds that stand there and those that grow: added, subtracted, and asked for quantiles.

use super::exponential::Exponential;
use super::quantile::{Bucket, quantile};

/// A distribution.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Buckets {
    /// `counts[i]` values lie above `bounds[i - 1]` and not above `bounds[i]`.
    Explicit {
        /// The bounds between buckets, ascending.
        bounds: Vec<f64>,
        /// One more than there are bounds.
        counts: Vec<u64>,
    },
    /// Buckets as wide as their values are large.
    Exponential(Exponential),
}

/// A distribution with what is known beside the buckets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Distribution {
    /// How many values.
    pub(crate) count: u64,
    /// Their sum, if that is told.
    pub(crate) sum: Option<f64>,
    /// Where they lie.
    pub(crate) buckets: Buckets,
    /// The least value, if that is told.
    pub(crate) min: Option<f64>,
    /// The greatest one.
    pub(crate) max: Option<f64>,
}

// === impl Buckets ===

impl Buckets {
    fn minus(&self, before: &Self) -> Option<Self> {
        match (self, before) {
            (Self::Explicit { bounds, counts }, Self::Explicit { bounds: others, counts: less }) => {
                if bounds != others || counts.len() != less.len() {
                    return None;
                }
                let counts = counts.iter().zip(less).map(|(count, less)| count.checked_sub(*less));
                Some(Self::Explicit { bounds: bounds.clone(), counts: counts.collect::<Option<_>>()? })
            }
            (Self::Exponential(of), Self::Exponential(less)) => of.minus(less).map(Self::Exponential),
            _ => None,
        }
    }

    /// Adds others; buckets that cannot be added, since their bounds changed, take the place of those before.
    fn add(&mut self, more: Self) {
        match (self, more) {
            (Self::Explicit { bounds, counts }, Self::Explicit { bounds: others, counts: more })
                if *bounds == others && counts.len() == more.len() =>
            {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count = count.saturating_add(more));
            }
            (Self::Exponential(of), Self::Exponential(more)) => of.add(&more),
            (buckets, more) => *buckets = more,
        }
    }

    /// From the least to the greatest values.
    fn ascending(&self) -> Vec<Bucket> {
        match self {
            Self::Explicit { bounds, counts } => {
                let bound = |at: Option<usize>| at.and_then(|at| bounds.get(at)).copied();
                let bucket = |(at, count): (usize, &u64)| {
                    let (below, above) = (bound(at.checked_sub(1)), bound(Some(at)));
                    Bucket { lower: below, upper: above, count: *count, grows: false }
                };
                counts.iter().enumerate().map(bucket).collect()
            }
            Self::Exponential(of) => of.ascending(),
        }
    }
}

// === impl Distribution ===

impl Distribution {
    /// What came since `before`; `None` if counting began anew meanwhile.
    pub(crate) fn minus(&self, before: &Self) -> Option<Self> {
        let count = self.count.checked_sub(before.count)?;
        let sum = self.sum.zip(before.sum).map(|(sum, less)| sum - less);
        let buckets = self.buckets.minus(&before.buckets)?;
        // The extremes are those since counting began, which hold for a part of it, too.
        Some(Self { count, sum, buckets, min: self.min, max: self.max })
    }

    /// Takes in what another one counted.
    pub(crate) fn add(&mut self, more: Self) {
        self.count = self.count.saturating_add(more.count);
        self.sum = self.sum.zip(more.sum).map(|(sum, more)| sum + more);
        self.buckets.add(more.buckets);
        self.min = self.min.zip(more.min).map(|(min, other)| min.min(other));
        self.max = self.max.zip(more.max).map(|(max, other)| max.max(other));
    }

    /// The mean.
    pub(crate) fn mean(&self) -> Option<f64> {
        self.sum.filter(|_| self.count > 0).map(|sum| sum / self.count as f64)
    }

    /// An estimate of the value that so large a part (0 to 1) of all values does not exceed.
    pub(crate) fn quantile(&self, part: f64) -> Option<f64> {
        let extremes = (self.min.filter(|min| min.is_finite()), self.max.filter(|max| max.is_finite()));
        quantile(&self.buckets.ascending(), part, extremes)
    }
}
