//! What is counted, over time: increments of delta and cumulative points alike, resets included, as rates.
//!
//! OTLP's data model decides: a delta point counts from its start to its time. A cumulative one counts from its start, so
//! the difference to the point before is what came between, unless it started anew meanwhile (another start, or a value
//! that fell although it cannot): then all of it came since.

/// Where a point lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// When counting began; 0 if the sender does not say.
    pub(crate) start: i64,
    /// When it ended.
    pub(crate) time: i64,
}

/// What a point adds to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing one could tell: it is where counting begins, or a repetition.
    Base,
    /// The difference to the point before it, which came since that one.
    Difference {
        /// The time of the point before it.
        from: i64,
    },
    /// All of it, which came since then; without a beginning there is an amount, but no rate.
    Whole {
        /// When counting began.
        from: Option<i64>,
        /// Whether counting began anew.
        reset: bool,
    },
}

/// Increments over time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flow {
    /// All increments.
    pub(crate) total: f64,
    /// Increments whose time is known, and how long that is.
    timed: (f64, f64),
    /// The same for every column of a drawing.
    columns: Vec<(f64, f64)>,
}

/// Times that are drawn, and in how many columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// The first nanosecond.
    pub(crate) from: i64,
    /// The last one.
    pub(crate) until: i64,
    /// Columns.
    pub(crate) columns: usize,
}

/// How a point relates to the one before it. `since` is where looking begins: what was counted before belongs to nobody.
pub(crate) fn step(before: Option<Moment>, point: Moment, delta: bool, fell: bool, since: i64) -> Step {
    let known = |start: i64| Some(start).filter(|start| *start > 0 && *start < point.time);
    if delta {
        let before = before.map(|before| before.time).filter(|time| *time < point.time);
        return Step::Whole { from: known(point.start).or(before), reset: false };
    }
    let Some(before) = before else {
        let from = known(point.start).filter(|start| *start >= since);
        return if from.is_some() { Step::Whole { from, reset: false } } else { Step::Base };
    };
    let restarted = point.start > before.start && before.start > 0;
    if point.time <= before.time {
        Step::Base
    } else if restarted || fell {
        Step::Whole { from: Some(known(point.start).unwrap_or(before.time).max(before.time)), reset: true }
    } else {
        Step::Difference { from: before.time }
    }
}

// === impl Flow ===

impl Flow {
    /// So much came, spread evenly from one moment to another.
    pub(crate) fn add(&mut self, amount: f64, from: Option<i64>, until: i64, range: &Range) {
        if !amount.is_finite() {
            return;
        }
        self.total += amount;
        let Some(from) = from.filter(|from| *from < until) else { return };
        let length = until.saturating_sub(from) as f64;
        self.timed.0 += amount;
        self.timed.1 += length / 1e9;
        self.columns.resize(range.columns, (0.0, 0.0));
        let (first, last) = (range.column(from), range.column(until));
        for (at, column) in self.columns.iter_mut().enumerate().take(last + 1).skip(first) {
            let (begin, end) = range.bounds(at);
            let part = end.min(until as f64) - begin.max(from as f64);
            if part > 0.0 {
                column.0 += amount * part / length;
                column.1 += part / 1e9;
            }
        }
    }

    /// Per second; `None` where no point says how long it counted.
    pub(crate) fn rate(&self) -> Option<f64> {
        (self.timed.1 > 0.0).then(|| self.timed.0 / self.timed.1)
    }

    /// Per second for every column.
    pub(crate) fn rates(&self) -> Vec<Option<f64>> {
        self.columns.iter().map(|(amount, seconds)| (*seconds > 0.0).then(|| amount / seconds)).collect()
    }
}

// === impl Range ===

impl Range {
    /// Where a moment is drawn.
    pub(crate) fn column(&self, time: i64) -> usize {
        let width = self.width();
        let at = time.saturating_sub(self.from).max(0) as f64 / width;
        (at as usize).min(self.columns.saturating_sub(1))
    }

    fn bounds(&self, column: usize) -> (f64, f64) {
        let begin = self.from as f64 + column as f64 * self.width();
        (begin, begin + self.width())
    }

    fn width(&self) -> f64 {
        (self.until.saturating_sub(self.from) as f64 / self.columns.max(1) as f64).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn at(start: i64, time: i64) -> Moment {
        Moment { start: start * SECOND, time: time * SECOND }
    }

    fn whole(from: Option<i64>, reset: bool) -> Step {
        Step::Whole { from: from.map(|from| from * SECOND), reset }
    }

    /// Scenario: cumulative points in a row, of a process that starts anew, with a value that falls, out of order, and
    /// the first one. Guarantee: increments as the data model says, and nothing from before the time that is looked at.
    #[test]
    fn cumulative_points_are_told_apart() {
        let step = |before: Option<Moment>, point, fell| step(before, point, false, fell, 5 * SECOND);
        assert_eq!(step(Some(at(10, 20)), at(10, 30), false), Step::Difference { from: 20 * SECOND });
        assert_eq!(step(Some(at(10, 20)), at(25, 30), false), whole(Some(25), true));
        assert_eq!(step(Some(at(10, 20)), at(15, 30), false), whole(Some(20), true));
        assert_eq!(step(Some(at(0, 20)), at(0, 30), true), whole(Some(20), true));
        assert_eq!(step(Some(at(10, 20)), at(10, 20), true), Step::Base);
        assert_eq!(step(Some(at(10, 20)), at(10, 19), true), Step::Base);
        assert_eq!(step(None, at(10, 20), false), whole(Some(10), false));
        assert_eq!(step(None, at(4, 20), false), Step::Base);
        assert_eq!(step(None, at(0, 20), false), Step::Base);
    }

    /// Scenario: delta points with and without a start. Guarantee: all of each counts, since its start, or else since the
    /// point before it.
    #[test]
    fn delta_points_count_as_a_whole() {
        let step = |before: Option<Moment>, point| step(before, point, true, false, 5 * SECOND);
        assert_eq!(step(Some(at(10, 20)), at(20, 30)), whole(Some(20), false));
        assert_eq!(step(Some(at(0, 20)), at(0, 30)), whole(Some(20), false));
        assert_eq!(step(None, at(20, 30)), whole(Some(20), false));
        assert_eq!(step(None, at(0, 30)), whole(None, false));
        assert_eq!(step(None, at(30, 30)), whole(None, false));
    }

    /// Scenario: increments over parts of the time that is drawn, one of them from before it, one without a time.
    /// Guarantee: rates are amounts by the time they took, spread evenly; the one without time counts only for the total.
    #[test]
    fn rates_are_spread_over_time() {
        let range = Range { from: 0, until: 40 * SECOND, columns: 4 };
        let mut flow = Flow::default();
        flow.add(20.0, Some(0), 20 * SECOND, &range);
        flow.add(5.0, Some(20 * SECOND), 25 * SECOND, &range);
        flow.add(7.0, None, 30 * SECOND, &range);
        flow.add(f64::NAN, Some(25 * SECOND), 30 * SECOND, &range);
        assert_eq!(flow.total, 32.0);
        assert_eq!(flow.rate(), Some(1.0));
        assert_eq!(flow.rates(), [Some(1.0), Some(1.0), Some(1.0), None]);
        let mut early = Flow::default();
        early.add(100.0, Some(-40 * SECOND), 10 * SECOND, &range);
        assert_eq!((early.rate(), early.rates()[0]), (Some(2.0), Some(2.0)));
    }

    /// Scenario: a range of no length, and times at the ends of 64 bits. Guarantee: no panic, nothing beyond the columns.
    #[test]
    fn odd_ranges_do_no_harm() {
        for (from, until) in [(5, 5), (i64::MIN, i64::MAX), (9, 3)] {
            let range = Range { from, until, columns: 3 };
            let mut flow = Flow::default();
            flow.add(1.0, Some(i64::MIN), i64::MAX, &range);
            flow.add(1.0, Some(4), 5, &range);
            assert!(flow.rates().len() == 3 && range.column(i64::MAX) < 3);
        }
    }
}
