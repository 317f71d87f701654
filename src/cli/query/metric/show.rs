//! A metric: what it is, then a line for each series with its course and its numbers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::read::Metric;
use super::series::Series;
use crate::cli::query::cell::float;
use crate::cli::query::clock;
use crate::cli::query::metrics::Kind;
use crate::cli::query::show::{Cell, Column, Screen, Style, Table, attributes, clean, measure, nanos, spark};

/// Quantiles that are estimated, and their names.
const QUANTILES: [(f64, &str); 3] = [(0.5, "P50"), (0.95, "P95"), (0.99, "P99")];

/// For people.
pub(crate) fn text(name: &str, metric: &Metric, screen: &Screen) -> String {
    let range = metric.range;
    let what = metric.kind.title(metric.monotonic, metric.delta);
    let unit =
        if matches!(metric.unit.as_str(), "" | "1") { String::new() } else { format!(", in {}", clean(&metric.unit)) };
    let mut text = format!("{}  {what}{unit}\n", screen.paint(Some(Style::Bold), &clean(name)));
    if !metric.description.is_empty() {
        let _ = writeln!(text, "{}", screen.paint(Some(Style::Dim), &clean(&metric.description)));
    }
    let length = nanos(range.until.saturating_sub(range.from) as f64);
    let _ = writeln!(text, "{} .. {} ({length})\n", clock::short(range.from), clock::short(range.until));
    let mut table = Table::new(metric.columns());
    let apart = apart(&metric.series);
    for (series, apart) in metric.series.iter().zip(&apart) {
        let mut of = series.attributes.clone();
        of.extend(apart.clone());
        let service = series.origin.service.as_deref().unwrap_or("-");
        let course = spark(&metric.course(series), metric.is_flow() || metric.kind.is_distribution());
        let head = [
            Cell::styled(service, Style::Cyan),
            Cell::from(if of.is_empty() { "-".to_owned() } else { attributes(&of) }),
            Cell::styled(&course, Style::Green),
        ];
        table.row(head.into_iter().chain(metric.numbers(series).into_iter().map(Cell::from)));
    }
    text + &table.draw(screen) + "\n"
}

/// For machines: one document, with an entry for each kind of points that goes by the name.
pub(crate) fn json(name: &str, metrics: &[Metric]) -> Value {
    let one = |metric: &Metric| {
        json!({
            "type": metric.kind.name(),
            "aggregation_temporality":
                metric.kind.has_temporality().then_some(if metric.delta { "delta" } else { "cumulative" }),
            "is_monotonic": (metric.kind == Kind::Sum).then_some(metric.monotonic),
            "unit": metric.unit,
            "description": metric.description,
            "from_time": clock::exact(metric.range.from),
            "until_time": clock::exact(metric.range.until),
            "series": metric.series.iter().map(|series| record(metric, series)).collect::<Vec<_>>(),
            "more_series": metric.more,
        })
    };
    json!({ "metric_name": name, "metrics": metrics.iter().map(one).collect::<Vec<_>>() })
}

fn record(metric: &Metric, series: &Series) -> Value {
    let number = |number: Option<f64>| number.filter(|number| !number.is_nan()).map_or(Value::Null, float);
    let mut record = json!({
        "service_name": series.origin.service,
        "attributes": series.attributes,
        "resource": series.origin.resource,
        "scope": series.origin.scope,
        "points": series.points,
        "last_time": clock::exact(series.last_time),
        "last_time_unix_nano": series.last_time,
        "course": metric.course(series).into_iter().map(number).collect::<Vec<_>>(),
    });
    let mut add = |key: &str, value: Value| record[key] = value;
    if !metric.kind.is_distribution() {
        add("last_value", series.last_integer.map_or_else(|| number(Some(series.last)), Value::from));
        add("min", number(series.extremes.map(|(min, _)| min)));
        add("max", number(series.extremes.map(|(_, max)| max)));
    }
    if metric.is_flow() || metric.kind.is_distribution() {
        match metric.kind.is_distribution() {
            true => add("count", (series.flow.total as u64).into()),
            false => add("increase", number(Some(series.flow.total))),
        }
        add("rate_per_second", number(series.flow.rate()));
        add("resets", series.resets.into());
    }
    if metric.kind.is_distribution() {
        add("mean", number(series.mean()));
    }
    if let Some(came) = &series.came {
        add("sum", number(came.sum));
        QUANTILES.iter().for_each(|(part, name)| add(&name.to_lowercase(), number(came.quantile(*part))));
    }
    if metric.kind == Kind::Summary {
        let pairs =
            series.quantiles.iter().map(|(part, value)| json!({ "quantile": part, "value": number(Some(*value)) }));
        add("quantiles", pairs.collect());
    }
    record
}

/// What tells series apart whose points have the same attributes: those of the resource that differ within a service.
fn apart(series: &[Series]) -> Vec<Map<String, Value>> {
    let resource = |series: &Series| series.origin.resource["attributes"].as_object().cloned().unwrap_or_default();
    let mut first: BTreeMap<&Option<String>, Map<String, Value>> = BTreeMap::new();
    let mut differ: BTreeMap<&Option<String>, Vec<String>> = BTreeMap::new();
    for one in series {
        let of = resource(one);
        let first = first.entry(&one.origin.service).or_insert_with(|| of.clone());
        let keys = first.keys().chain(of.keys()).filter(|key| first.get(*key) != of.get(*key));
        differ.entry(&one.origin.service).or_default().extend(keys.cloned());
    }
    let of = |one: &Series| {
        let keys = differ.get(&one.origin.service);
        resource(one).into_iter().filter(|(key, _)| keys.is_some_and(|keys| keys.contains(key))).collect()
    };
    series.iter().map(of).collect()
}

// === impl Metric ===

impl Metric {
    /// Whether it is a sum of increments, so that what counts is how fast it grows.
    fn is_flow(&self) -> bool {
        self.kind == Kind::Sum && (self.monotonic || self.delta)
    }

    /// The course that is drawn.
    fn course(&self, series: &Series) -> Vec<Option<f64>> {
        if self.is_flow() { series.flow.rates() } else { series.means() }
    }

    fn columns(&self) -> Vec<Column> {
        let left = |course| vec![Column::left("SERVICE"), Column::left("SERIES"), Column::whole(course)];
        let right = |titles: &[&'static str]| titles.iter().map(|title| Column::right(*title)).collect::<Vec<_>>();
        match self.kind {
            _ if self.is_flow() => [left("PER SECOND"), right(&["RATE", "INCREASE", "LAST"])].concat(),
            Kind::Gauge | Kind::Sum => [left("VALUE"), right(&["LAST", "MIN", "MAX"])].concat(),
            Kind::Histogram | Kind::Exponential => {
                let names = QUANTILES.map(|(_, name)| name);
                [left("MEAN"), right(&["COUNT", "RATE", "MEAN"]), right(&names)].concat()
            }
            Kind::Summary => {
                let parts = self.parts().into_iter().map(|part| Column::right(format!("P{}", part * 100.0)));
                [left("MEAN"), right(&["COUNT", "RATE", "MEAN"]), parts.collect()].concat()
            }
        }
    }

    fn numbers(&self, series: &Series) -> Vec<String> {
        let shown = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| measure(number, &self.unit));
        let rate = |unit: &str| {
            let rate = series.flow.rate();
            rate.map_or_else(|| "-".to_owned(), |rate| format!("{}/s", measure(rate, unit)))
        };
        let count = measure(series.flow.total, "");
        match self.kind {
            _ if self.is_flow() => vec![rate(&self.unit), shown(Some(series.flow.total)), shown(Some(series.last))],
            Kind::Gauge | Kind::Sum => {
                let (min, max) = series.extremes.unzip();
                vec![shown(Some(series.last)), shown(min), shown(max)]
            }
            Kind::Histogram | Kind::Exponential => {
                let quantile = |part| shown(series.came.as_ref().and_then(|came| came.quantile(part)));
                let quantiles = QUANTILES.map(|(part, _)| quantile(part));
                [vec![count, rate(""), shown(series.mean())], quantiles.to_vec()].concat()
            }
            Kind::Summary => {
                let value = |part: f64| series.quantiles.iter().find(|(of, _)| *of == part).map(|(_, value)| *value);
                let quantiles = self.parts().into_iter().map(|part| shown(value(part)));
                [vec![count, rate(""), shown(series.mean())], quantiles.collect()].concat()
            }
        }
    }

    /// The quantiles that summaries have.
    fn parts(&self) -> Vec<f64> {
        let mut parts: Vec<f64> = Vec::new();
        parts.extend(self.series.iter().flat_map(|series| &series.quantiles).map(|(part, _)| *part));
        parts.sort_by(f64::total_cmp);
        parts.dedup();
        parts
    }
}

// === impl Series ===

impl Series {
    /// The mean of all values that came.
    fn mean(&self) -> Option<f64> {
        let (sum, count) = self.summed;
        let summed = (count > 0.0).then(|| sum / count).filter(|mean| mean.is_finite());
        self.came.as_ref().and_then(super::buckets::Distribution::mean).or(summed)
    }
}
