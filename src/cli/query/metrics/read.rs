//! Names of metrics by jumping through their index, and the newest points of each.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use crate::cli::query::cell;
use crate::cli::query::failure::Failure;
use crate::cli::query::store::Store;

/// The newest points of a metric that are looked at to count its series.
const POINTS: usize = 10_000;

/// Delta, in OTLP.
const DELTA: i64 = 1;

/// What a point is, and the table it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value of a moment.
    Gauge,
    /// A sum.
    Sum,
    /// Counts in buckets with bounds.
    Histogram,
    /// Counts in buckets that grow.
    Exponential,
    /// Quantiles.
    Summary,
}

/// A metric in a line.
#[derive(Debug)]
pub(crate) struct Summary {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its name.
    pub(crate) name: String,
    /// In UCUM.
    pub(crate) unit: Option<String>,
    /// What it tells.
    pub(crate) description: Option<String>,
    /// Whether it is delta, for what has a temporality.
    pub(crate) temporality: Option<bool>,
    /// Whether it only grows, for sums.
    pub(crate) monotonic: Option<bool>,
    /// Who sends it.
    pub(crate) services: BTreeSet<Option<String>>,
    /// How many series there are.
    pub(crate) series: usize,
    /// Whether all points were looked at.
    pub(crate) complete: bool,
    /// When the newest point is from.
    pub(crate) time: i64,
    /// Its value, or its mean.
    pub(crate) value: Option<f64>,
    /// Its value, where that is whole.
    pub(crate) integer: Option<i64>,
}

/// The names of all metrics of a kind: one look into the index for each, however many points there are.
pub(crate) fn names(store: &Store, kind: Kind) -> Result<Vec<String>, Failure> {
    let mut statement = store.connection.prepare(&names_sql(kind))?;
    let names = statement.query_map([], |row| cell::text(row, 0))?;
    Ok(names.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// What the newest points of a metric tell; `None` if none is of that service.
pub(crate) fn sum_up(store: &Store, kind: Kind, name: &str, service: Option<&str>) -> Result<Option<Summary>, Failure> {
    let mut statement = store.connection.prepare_cached(&newest_sql(kind))?;
    let mut rows = statement.query((name, POINTS as i64))?;
    let hasher = RandomState::new();
    let (mut series, mut found, mut points) = (HashSet::new(), None::<Summary>, 0);
    while let Some(row) = rows.next()? {
        points += 1;
        let of = cell::text(row, 1)?;
        if service.is_some_and(|service| of.as_deref() != Some(service)) {
            continue;
        }
        let (resource, scope) = (cell::integer(row, 2)?, cell::integer(row, 3)?);
        // A number instead of the text: a metric may have many series, and this is a count.
        series.insert(hasher.hash_one((resource, scope, cell::text(row, 4)?)));
        if let Some(found) = &mut found {
            found.services.insert(of);
            continue;
        }
        let temporality = cell::integer(row, 9)?;
        found = Some(Summary {
            kind,
            name: name.to_owned(),
            unit: cell::text(row, 5)?,
            description: cell::text(row, 6)?,
            temporality: kind.has_temporality().then_some(temporality == DELTA),
            monotonic: (kind == Kind::Sum).then_some(cell::integer(row, 10)? != 0),
            services: BTreeSet::from([of]),
            series: 0,
            complete: true,
            time: cell::integer(row, 0)?,
            value: cell::real(row, 7)?,
            integer: cell::real(row, 8)?.map(|_| cell::integer(row, 8)).transpose()?,
        });
    }
    Ok(found.map(|found| Summary { series: series.len(), complete: points < POINTS, ..found }))
}

/// The statement behind [`names`].
pub(crate) fn names_sql(kind: Kind) -> String {
    let table = kind.table();
    format!(
        "WITH RECURSIVE names(name) AS (SELECT min(metric_name) FROM {table} UNION ALL \
         SELECT (SELECT min(metric_name) FROM {table} WHERE metric_name > names.name) FROM names \
         WHERE names.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL"
    )
}

/// The statement behind [`sum_up`].
pub(crate) fn newest_sql(kind: Kind) -> String {
    let (value, integer) = match kind {
        Kind::Gauge | Kind::Sum => ("coalesce(value_int, value)", "value_int"),
        _ => ("sum / nullif(count, 0)", "NULL"),
    };
    let temporality = if kind.has_temporality() { "aggregation_temporality" } else { "0" };
    let monotonic = if kind == Kind::Sum { "is_monotonic" } else { "0" };
    format!(
        "SELECT time_unix_nano, service_name, resource_id, scope_id, attributes, unit, description, {value}, {integer}, \
         {temporality}, {monotonic} FROM {} WHERE metric_name = ? ORDER BY time_unix_nano DESC LIMIT ?",
        kind.table()
    )
}

// === impl Kind ===

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 5] = [Self::Gauge, Self::Sum, Self::Histogram, Self::Exponential, Self::Summary];

    /// Where its points are.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Gauge => "otel_metrics_gauge",
            Self::Sum => "otel_metrics_sum",
            Self::Histogram => "otel_metrics_histogram",
            Self::Exponential => "otel_metrics_exp_histogram",
            Self::Summary => "otel_metrics_summary",
        }
    }

    /// Its name for machines.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Sum => "sum",
            Self::Histogram => "histogram",
            Self::Exponential => "exponential_histogram",
            Self::Summary => "summary",
        }
    }

    /// Whether a point is many values.
    pub(crate) fn is_distribution(self) -> bool {
        !matches!(self, Self::Gauge | Self::Sum)
    }

    /// Whether points say delta or cumulative.
    pub(crate) fn has_temporality(self) -> bool {
        matches!(self, Self::Sum | Self::Histogram | Self::Exponential)
    }

    /// Its name for people, who call a sum that only grows a counter.
    pub(crate) fn title(self, monotonic: bool, delta: bool) -> String {
        let name = match self {
            Self::Sum if monotonic => "counter",
            Self::Sum => "up-down counter",
            Self::Exponential => "exp histogram",
            other => other.name(),
        };
        if delta { format!("{name}, delta") } else { name.to_owned() }
    }
}

// === impl Summary ===

impl Summary {
    /// What it is, for people.
    pub(crate) fn what(&self) -> String {
        self.kind.title(self.monotonic.unwrap_or(false), self.temporality.unwrap_or(false))
    }
}
