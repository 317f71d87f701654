//! What is kept of a series while its points go by.

use serde_json::{Map, Value};

use super::buckets::Distribution;
use super::flow::{Flow, Moment, Range, Step, step};
use crate::cli::query::store::Origin;

/// A point.
pub(crate) struct Point {
    /// When.
    pub(crate) moment: Moment,
    /// What it tells.
    pub(crate) told: Told,
    /// Whether it counts since the point before it, not since the beginning.
    pub(crate) delta: bool,
    /// Whether it only grows.
    pub(crate) monotonic: bool,
}

/// What a point tells.
pub(crate) enum Told {
    /// A value.
    Value {
        /// It; NaN where there is none.
        value: f64,
        /// Exactly, where it is whole.
        integer: Option<i64>,
    },
    /// Many values.
    Distribution(Distribution),
    /// Many values, which the sender has summed up.
    Quantiles {
        /// How many.
        count: u64,
        /// Their sum.
        sum: Option<f64>,
        /// Parts and values.
        quantiles: Vec<(f64, f64)>,
    },
}

/// A series.
pub(crate) struct Series {
    /// What makes it one of several.
    pub(crate) attributes: Map<String, Value>,
    /// Who sends it.
    pub(crate) origin: Origin,
    /// How many points.
    pub(crate) points: u64,
    /// The time of the last one.
    pub(crate) last_time: i64,
    /// The last value.
    pub(crate) last: f64,
    /// Exactly, where it is whole.
    pub(crate) last_integer: Option<i64>,
    /// Least and greatest value.
    pub(crate) extremes: Option<(f64, f64)>,
    /// What came, of a sum or as the count of a distribution.
    pub(crate) flow: Flow,
    /// How often counting began anew.
    pub(crate) resets: u64,
    /// All that came, of a distribution.
    pub(crate) came: Option<Distribution>,
    /// The last quantiles of a summary.
    pub(crate) quantiles: Vec<(f64, f64)>,
    /// The mean of a summary's values that came: sum and count.
    pub(crate) summed: (f64, f64),
    before: Option<(Moment, Told)>,
    /// Sum and number of values in every column of a drawing.
    columns: Vec<(f64, f64)>,
}

// === impl Series ===

impl Series {
    /// Without points.
    pub(crate) fn new(attributes: Map<String, Value>, origin: Origin) -> Self {
        Self {
            attributes,
            origin,
            points: 0,
            last_time: 0,
            last: f64::NAN,
            last_integer: None,
            extremes: None,
            flow: Flow::default(),
            resets: 0,
            came: None,
            quantiles: Vec::new(),
            summed: (0.0, 0.0),
            before: None,
            columns: Vec::new(),
        }
    }

    /// What series are ordered by.
    pub(crate) fn order(&self) -> (Option<String>, String, String) {
        let attributes = Value::Object(self.attributes.clone()).to_string();
        (self.origin.service.clone(), attributes, self.origin.resource.to_string())
    }

    /// Takes in the next point.
    pub(crate) fn take(&mut self, point: Point, since: i64, range: &Range) {
        let Point { moment, told, delta, monotonic } = point;
        self.points += 1;
        self.last_time = moment.time;
        let before = self.before.take();
        let step = |fell: bool| step(before.as_ref().map(|(moment, _)| *moment), moment, delta, fell, since);
        match &told {
            Told::Value { value, integer } => {
                (self.last, self.last_integer) = (*value, *integer);
                self.draw(*value, 1.0, moment.time, range);
                if !value.is_nan() {
                    let (min, max) = self.extremes.unwrap_or((*value, *value));
                    self.extremes = Some((min.min(*value), max.max(*value)));
                }
                if monotonic || delta {
                    let last = before.as_ref().and_then(|(_, told)| told.value());
                    let step = step(monotonic && last.is_some_and(|last| *value < last));
                    self.flow(step, *value, value - last.unwrap_or(0.0), moment.time, range);
                }
            }
            Told::Distribution(now) => {
                let last = before.as_ref().and_then(|(_, told)| told.distribution());
                let difference = last.and_then(|last| now.minus(last));
                let step = step(last.is_some() && difference.is_none());
                let count = difference.as_ref().map_or(0, |difference| difference.count);
                self.flow(step, now.count as f64, count as f64, moment.time, range);
                let came = match step {
                    Step::Base => None,
                    Step::Difference { .. } => difference,
                    Step::Whole { .. } => Some(now.clone()),
                };
                if let Some(came) = came {
                    self.draw(came.sum.unwrap_or(f64::NAN), came.count as f64, moment.time, range);
                    match &mut self.came {
                        Some(all) => all.add(came),
                        none => *none = Some(came),
                    }
                }
            }
            Told::Quantiles { count, sum, quantiles } => {
                let last = before.as_ref().and_then(|(_, told)| told.summed()).unwrap_or((0, 0.0));
                let step = step(*count < last.0);
                let (now, sum) = (*count as f64, sum.unwrap_or(f64::NAN));
                self.flow(step, now, now - last.0 as f64, moment.time, range);
                let came = match step {
                    Step::Base => (0.0, 0.0),
                    Step::Difference { .. } => (sum - last.1, now - last.0 as f64),
                    Step::Whole { .. } => (sum, now),
                };
                self.summed = (self.summed.0 + came.0, self.summed.1 + came.1);
                self.draw(came.0, came.1, moment.time, range);
                self.quantiles.clone_from(quantiles);
            }
        }
        self.before = Some((moment, told));
    }

    /// Means of what lies in each column, and the one before where a column between points has none.
    pub(crate) fn means(&self) -> Vec<Option<f64>> {
        let filled = |column: &(f64, f64)| (column.1 > 0.0).then(|| column.0 / column.1);
        let end = self.columns.iter().rposition(|column| column.1 > 0.0).map_or(0, |last| last + 1);
        let mut last = None;
        let shown = self.columns.iter().take(end).map(|column| {
            last = filled(column).or(last);
            last
        });
        shown.collect()
    }

    fn flow(&mut self, step: Step, whole: f64, difference: f64, time: i64, range: &Range) {
        match step {
            Step::Base => {}
            Step::Difference { from } => self.flow.add(difference, Some(from), time, range),
            Step::Whole { from, reset } => {
                self.resets += u64::from(reset);
                self.flow.add(whole, from, time, range);
            }
        }
    }

    fn draw(&mut self, sum: f64, count: f64, time: i64, range: &Range) {
        self.columns.resize(range.columns, (0.0, 0.0));
        if let Some(column) = self.columns.get_mut(range.column(time))
            && sum.is_finite()
        {
            *column = (column.0 + sum, column.1 + count);
        }
    }
}

// === impl Told ===

impl Told {
    fn value(&self) -> Option<f64> {
        if let Self::Value { value, .. } = self { Some(*value) } else { None }
    }

    fn distribution(&self) -> Option<&Distribution> {
        if let Self::Distribution(distribution) = self { Some(distribution) } else { None }
    }

    fn summed(&self) -> Option<(u64, f64)> {
        if let Self::Quantiles { count, sum, .. } = self { Some((*count, sum.unwrap_or(f64::NAN))) } else { None }
    }
}
