//! Points of a metric, from the oldest to the newest, one at a time: only what series keep of them is held.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{OptionalExtension as _, Row};
use serde_json::{Map, Value};

use super::buckets::{Buckets, Distribution};
use super::exponential::Exponential;
use super::flow::{Moment, Range};
use super::series::{Point, Series, Told};
use crate::cli::query::cell;
use crate::cli::query::failure::Failure;
use crate::cli::query::metrics::Kind;
use crate::cli::query::store::{Origin, Store};

/// Columns of a drawing.
const COLUMNS: usize = 30;

/// Series that are held at most; points of others are passed over and their series counted.
const HELD: usize = 1000;

/// What all kinds of points have, in the order in which [`of_all`] reads it.
const COMMON: &str = "time_unix_nano, start_time_unix_nano, resource_id, scope_id, service_name, attributes, unit, \
                      description";

/// Which points are wanted.
pub(crate) struct Filter {
    /// The metric.
    pub(crate) name: String,
    /// Of this service.
    pub(crate) service: Option<String>,
    /// Of series with these attributes.
    pub(crate) attributes: Vec<(String, String)>,
    /// The earliest time in nanoseconds.
    pub(crate) since: i64,
}

/// A metric over time.
pub(crate) struct Metric {
    /// What it is.
    pub(crate) kind: Kind,
    /// In UCUM.
    pub(crate) unit: String,
    /// What it tells.
    pub(crate) description: String,
    /// Whether points are delta.
    pub(crate) delta: bool,
    /// Whether sums only grow.
    pub(crate) monotonic: bool,
    /// What is drawn.
    pub(crate) range: Range,
    /// Its series, ordered by name.
    pub(crate) series: Vec<Series>,
    /// How many there are beside these.
    pub(crate) more: usize,
}

/// What a row says beside the values.
struct Common {
    moment: Moment,
    key: (i64, i64, String),
    service: Option<String>,
    unit: Option<String>,
    description: Option<String>,
}

/// The time of the newest point.
pub(crate) fn newest(store: &Store, kind: Kind, name: &str) -> Result<Option<i64>, Failure> {
    let sql = format!("SELECT max(time_unix_nano) FROM {} WHERE metric_name = ?", kind.table());
    Ok(store.connection.query_row(&sql, [name], |row| row.get(0))?)
}

/// The points of a time, as series; `None` if there are none.
pub(crate) fn metric(store: &Store, kind: Kind, filter: &Filter, limit: usize) -> Result<Option<Metric>, Failure> {
    let Some(range) = range(store, kind, filter)? else { return Ok(None) };
    let mut statement = store.connection.prepare(&points_sql(kind))?;
    let mut rows = statement.query((&filter.name, filter.since))?;
    let mut known: HashMap<(i64, i64, String), Option<usize>> = HashMap::new();
    let mut metric = Metric {
        kind,
        unit: String::new(),
        description: String::new(),
        delta: false,
        monotonic: false,
        range,
        series: Vec::new(),
        more: 0,
    };
    while let Some(row) = rows.next()? {
        if filter.service.is_some() && cell::text(row, 4)? != filter.service {
            continue;
        }
        let common = of_all(row)?;
        let at = match known.entry(common.key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let (resource, scope, text) = new.key();
                let attributes: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
                let origin = Origin::read(store, *resource, *scope, common.service)?;
                let wanted = filter.matches(&attributes, &origin);
                if wanted && metric.series.len() >= HELD {
                    metric.more += 1;
                }
                let kept = wanted && metric.series.len() < HELD;
                if kept {
                    metric.series.push(Series::new(attributes, origin));
                }
                *new.insert(kept.then(|| metric.series.len() - 1))
            }
        };
        let Some(at) = at else { continue };
        // The newest point decides what is said of all of them.
        let point = point(kind, row, common.moment)?;
        (metric.delta, metric.monotonic) = (point.delta, point.monotonic);
        metric.unit = common.unit.unwrap_or_default();
        metric.description = common.description.unwrap_or_default();
        metric.series[at].take(point, filter.since, &metric.range);
    }
    metric.series.sort_by_cached_key(Series::order);
    metric.more += metric.series.len().saturating_sub(limit);
    metric.series.truncate(limit);
    Ok((!metric.series.is_empty()).then_some(metric))
}

/// The statement behind [`metric`].
pub(crate) fn points_sql(kind: Kind) -> String {
    let values = match kind {
        Kind::Gauge => "value, value_int",
        Kind::Sum => "value, value_int, aggregation_temporality, is_monotonic",
        Kind::Histogram => "count, sum, min, max, aggregation_temporality, bucket_counts, explicit_bounds",
        Kind::Exponential => {
            "count, sum, min, max, aggregation_temporality, scale, zero_count, zero_threshold, positive_offset, \
             positive_bucket_counts, negative_offset, negative_bucket_counts"
        }
        Kind::Summary => "count, sum, quantiles",
    };
    let table = kind.table();
    format!(
        "SELECT {COMMON}, {values} FROM {table} WHERE metric_name = ? AND time_unix_nano >= ? ORDER BY time_unix_nano"
    )
}

/// From the first to the last point that is wanted; where the first one says since when it counts, from there.
fn range(store: &Store, kind: Kind, filter: &Filter) -> Result<Option<Range>, Failure> {
    let table = kind.table();
    let sql = |order: &str| {
        format!(
            "SELECT time_unix_nano, start_time_unix_nano FROM {table} WHERE metric_name = ?1 AND time_unix_nano >= ?2 \
             AND (?3 IS NULL OR service_name = ?3) ORDER BY time_unix_nano {order} LIMIT 1"
        )
    };
    let end = |order| {
        let read = |row: &Row<'_>| Ok((cell::integer(row, 0)?, cell::integer(row, 1)?));
        let parameters = (&filter.name, filter.since, &filter.service);
        store.connection.query_row(&sql(order), parameters, read).optional()
    };
    let Some((from, start)) = end("ASC")? else { return Ok(None) };
    let until = end("DESC")?.map_or(from, |(until, _)| until);
    let from = if start > 0 && start >= filter.since { start.min(from) } else { from };
    Ok(Some(Range { from, until, columns: COLUMNS }))
}

fn of_all(row: &Row<'_>) -> rusqlite::Result<Common> {
    let moment = Moment { time: cell::integer(row, 0)?, start: cell::integer(row, 1)? };
    let key = (cell::integer(row, 2)?, cell::integer(row, 3)?, cell::text(row, 5)?.unwrap_or_default());
    let (unit, description) = (cell::text(row, 6)?, cell::text(row, 7)?);
    Ok(Common { moment, key, service: cell::text(row, 4)?, unit, description })
}

fn point(kind: Kind, row: &Row<'_>, moment: Moment) -> rusqlite::Result<Point> {
    let flag = |at| cell::integer(row, at);
    let value = || {
        let integer = cell::real(row, 9)?.map(|_| cell::integer(row, 9)).transpose()?;
        let value = integer.map_or_else(|| cell::real(row, 8), |integer| Ok(Some(integer as f64)))?;
        // SQLite keeps NaN as NULL.
        Ok::<_, rusqlite::Error>(Told::Value { value: value.unwrap_or(f64::NAN), integer })
    };
    let distribution = |buckets| {
        let count = whole(cell::integer(row, 8)?);
        let (sum, min, max) = (cell::real(row, 9)?, cell::real(row, 10)?, cell::real(row, 11)?);
        Ok::<_, rusqlite::Error>(Told::Distribution(Distribution { count, sum, buckets, min, max }))
    };
    let (told, delta, monotonic) = match kind {
        Kind::Gauge => (value()?, false, false),
        Kind::Sum => (value()?, flag(10)? == 1, flag(11)? != 0),
        Kind::Histogram => {
            let buckets = Buckets::Explicit { bounds: numbers(row, 14)?, counts: counts(row, 13)? };
            (distribution(buckets)?, flag(12)? == 1, true)
        }
        Kind::Exponential => {
            let zero = (whole(cell::integer(row, 14)?), cell::real(row, 15)?.unwrap_or(0.0));
            let offset = |at| Ok::<_, rusqlite::Error>(i32::try_from(cell::integer(row, at)?).unwrap_or(0));
            let (positive, negative) = (counts(row, 17)?, counts(row, 19)?);
            let (positive, negative) = ((offset(16)?, &*positive), (offset(18)?, &*negative));
            let scale = offset(13)?;
            let buckets = Buckets::Exponential(Exponential::new(scale, zero, positive, negative));
            (distribution(buckets)?, flag(12)? == 1, true)
        }
        Kind::Summary => {
            let quantiles = cell::document(row, 10)?;
            let pair = |of: &Value| Some((of["quantile"].as_f64()?, of["value"].as_f64().unwrap_or(f64::NAN)));
            let quantiles = quantiles.as_array().map(|all| all.iter().filter_map(pair).collect());
            let (count, sum) = (whole(cell::integer(row, 8)?), cell::real(row, 9)?);
            (Told::Quantiles { count, sum, quantiles: quantiles.unwrap_or_default() }, false, true)
        }
    };
    Ok(Point { moment, told, delta, monotonic })
}

fn counts(row: &Row<'_>, at: usize) -> rusqlite::Result<Vec<u64>> {
    let list = cell::document(row, at)?;
    let count = |of: &Value| of.as_u64().or_else(|| of.as_str().and_then(|text| text.parse().ok())).unwrap_or(0);
    Ok(list.as_array().map(|list| list.iter().map(count).collect()).unwrap_or_default())
}

fn numbers(row: &Row<'_>, at: usize) -> rusqlite::Result<Vec<f64>> {
    let list = cell::document(row, at)?;
    let number = |of: &Value| match of.as_str() {
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => of.as_f64().unwrap_or(f64::NAN),
    };
    Ok(list.as_array().map(|list| list.iter().map(number).collect()).unwrap_or_default())
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

// === impl Filter ===

impl Filter {
    fn matches(&self, attributes: &Map<String, Value>, origin: &Origin) -> bool {
        let resource = origin.resource["attributes"].as_object();
        self.attributes.iter().all(|(key, wanted)| {
            let found = attributes.get(key).or_else(|| resource.and_then(|resource| resource.get(key)));
            found.is_some_and(|found| match found {
                Value::String(text) => text == wanted,
                other => wanted.as_str() == other.to_string().as_str(),
            })
        })
    }
}
