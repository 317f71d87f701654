//! [`Family`]: one metric with all its series, before it is written in a format.

/// One metric.
#[derive(Clone, Debug)]
pub(super) struct Family {
    /// The name without suffixes: `otelcol_exporter_sent_spans`.
    pub(super) name: String,
    /// One sentence.
    pub(super) help: &'static str,
    /// In UCUM: `s`, `By`, `{item}`.
    pub(super) unit: &'static str,
    /// Whether it only grows.
    pub(super) is_counter: bool,
    /// Its series.
    pub(super) points: Vec<Point>,
}

/// One series.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// Labels, sorted by name.
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) value: Value,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Whole(u64),
    Real(f64),
}

/// Labels as they are written down where a series is made.
pub(super) type Labels<'l, const N: usize> = [(&'static str, &'l str); N];

// === impl Family ===

impl Family {
    /// A metric that only grows.
    pub(super) fn counter(name: impl Into<String>, unit: &'static str, help: &'static str) -> Self {
        Self { name: name.into(), help, unit, is_counter: true, points: Vec::new() }
    }

    /// A metric that goes up and down.
    pub(super) fn gauge(name: impl Into<String>, unit: &'static str, help: &'static str) -> Self {
        Self { is_counter: false, ..Self::counter(name, unit, help) }
    }

    /// Adds a series; labels without a value are left out.
    pub(super) fn add<const N: usize>(&mut self, labels: Labels<'_, N>, value: impl Into<Value>) {
        let mut labels: Vec<_> = labels
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        labels.sort_unstable_by_key(|(name, _)| *name);
        self.points.push(Point { labels, value: value.into() });
    }

    /// Adds the only series.
    pub(super) fn with(mut self, value: impl Into<Value>) -> Self {
        self.add([], value);
        self
    }
}

// === impl Value ===

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Whole(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}
