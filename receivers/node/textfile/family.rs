//! [`Family`]: all that files say about one metric.

use std::collections::HashMap;

use super::Refusal;
use super::line::{Labels, Sample};

/// A metric of files.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) help: Option<String>,
    kind: Option<Kind>,
    pub(super) series: Vec<Series>,
    /// Where a series stands, by its labels.
    places: HashMap<Labels, usize>,
}

/// The types of Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    Untyped,
}

/// What a file says about one set of labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Series {
    /// In the order of their names.
    pub(super) labels: Labels,
    /// The line it begins with.
    line: usize,
    /// The number, unless it is a histogram or a summary.
    pub(super) value: Option<f64>,
    /// Bounds of buckets with how many are below them, or quantiles with their values; ascending.
    pub(super) points: Vec<(f64, f64)>,
    pub(super) sum: Option<f64>,
    pub(super) count: Option<f64>,
}

// === impl Kind ===

impl Kind {
    /// The type of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "counter" => Self::Counter,
            "gauge" => Self::Gauge,
            "histogram" => Self::Histogram,
            "summary" => Self::Summary,
            "untyped" => Self::Untyped,
            _ => return None,
        })
    }

    /// Whether samples whose names end like this belong to it.
    pub(super) fn has_part(self, suffix: &str) -> bool {
        match self {
            Self::Histogram => true,
            Self::Summary => suffix != "_bucket",
            _ => false,
        }
    }

    /// The label that tells the points of a series apart.
    fn inner_label(self, part: &str) -> Option<&'static str> {
        match (self, part) {
            (Self::Histogram, "_bucket") => Some("le"),
            (Self::Summary, "") => Some("quantile"),
            _ => None,
        }
    }
}

// === impl Family ===

impl Family {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), help: None, kind: None, series: Vec::new(), places: HashMap::new() }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Untyped)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Takes a TYPE line.
    pub(super) fn declare(&mut self, kind: Kind) -> Result<(), String> {
        if self.kind.is_some() || !self.is_empty() {
            return Err(format!("a second TYPE of `{0}`, or one after values of `{0}`", self.name));
        }
        self.kind = Some(kind);
        Ok(())
    }

    /// Takes a sample; `part` is what follows the name of the family.
    pub(super) fn add(&mut self, mut sample: Sample<'_>, part: &str, line: usize) -> Result<(), String> {
        let kind = self.kind();
        let name = sample.name;
        let inner = match kind.inner_label(part) {
            None => None,
            Some(label) => {
                let place = sample.labels.iter().position(|(name, _)| name == label);
                let value = place.map(|place| sample.labels.remove(place).1);
                let number = value.and_then(|value| value.parse::<f64>().ok()).filter(|number| !number.is_nan());
                Some(number.ok_or_else(|| format!("`{name}` needs the label `{label}` with a number"))?)
            }
        };
        sample.labels.sort();
        let series = self.series(sample.labels, line);
        let is_new = match (kind, part, inner) {
            (_, _, Some(at)) => {
                let is_new = series.points.iter().all(|(point, _)| point.to_bits() != at.to_bits());
                series.points.push((at, sample.value));
                is_new
            }
            (_, "_sum", None) => series.sum.replace(sample.value).is_none(),
            (_, "_count", None) => series.count.replace(sample.value).is_none(),
            (Kind::Histogram, ..) => return Err(format!("`{name}` is a histogram, which has no value of its own")),
            _ => series.value.replace(sample.value).is_none(),
        };
        if is_new { Ok(()) } else { Err(format!("`{name}` is there twice with these labels")) }
    }

    /// Checks histograms and summaries once all is there.
    pub(super) fn finish(&mut self) -> Result<(), Refusal> {
        let kind = self.kind();
        for series in &mut self.series {
            series.points.sort_by(|(one, _), (other, _)| one.total_cmp(other));
            let checked = match kind {
                Kind::Histogram => series.check_histogram(),
                Kind::Summary => series.check_count().and_then(|()| series.sum.map(drop).ok_or("it has no sum")),
                _ => Ok(()),
            };
            checked.map_err(|reason| Refusal::new(series.line, format!("`{}`: {reason}", self.name)))?;
        }
        Ok(())
    }

    /// Checks that another file says nothing else about the metric.
    pub(super) fn agrees_with(&self, later: &Self) -> Result<(), Refusal> {
        let line = later.series.first().map_or(0, |series| series.line);
        if self.kind() != later.kind() {
            return Err(Refusal::new(line, format!("`{}` has another type in an earlier file", self.name)));
        }
        if self.help.is_some() && later.help.is_some() && self.help != later.help {
            return Err(Refusal::new(line, format!("`{}` has another HELP in an earlier file", self.name)));
        }
        match later.series.iter().find(|series| self.places.contains_key(&series.labels)) {
            Some(series) => {
                let reason = format!("`{}` with these labels is in an earlier file, too", self.name);
                Err(Refusal::new(series.line, reason))
            }
            None => Ok(()),
        }
    }

    /// Adds what another file says.
    pub(super) fn merge(&mut self, later: Self) {
        self.help = self.help.take().or(later.help);
        for series in later.series {
            self.places.insert(series.labels.clone(), self.series.len());
            self.series.push(series);
        }
    }

    fn series(&mut self, labels: Labels, line: usize) -> &mut Series {
        let place = self.places.get(&labels).copied().unwrap_or_else(|| {
            self.places.insert(labels.clone(), self.series.len());
            self.series.push(Series { labels, line, ..Series::default() });
            self.series.len() - 1
        });
        &mut self.series[place]
    }
}

// === impl Series ===

impl Series {
    fn check_count(&self) -> Result<(), &'static str> {
        match self.count {
            Some(count) if is_count(count) => Ok(()),
            Some(_) => Err("its count is not a whole number"),
            None => Err("it has no count"),
        }
    }

    /// What the buckets hold only grows, and ends in the count.
    fn check_histogram(&mut self) -> Result<(), &'static str> {
        let (mut below, mut last) = (0.0, None);
        for (bound, count) in &self.points {
            if !is_count(*count) || *count < below {
                return Err("a bucket does not hold all that the one before it holds");
            }
            below = *count;
            last = Some(*bound);
        }
        let is_complete = last.is_some_and(|bound| bound.is_infinite() && bound.is_sign_positive());
        if self.count.is_none() && is_complete {
            self.count = Some(below);
        }
        self.check_count()?;
        let count = self.count.unwrap_or_default();
        if count < below || (is_complete && count > below) {
            return Err("its count is not that of the bucket `+Inf`");
        }
        Ok(())
    }
}

/// Whether the number counts something, exactly.
fn is_count(number: f64) -> bool {
    /// 2^53: whole numbers up to here are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (0.0..=EXACT).contains(&number) && number.fract() == 0.0
}
