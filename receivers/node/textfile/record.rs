//! What files say, as OTLP. Nobody knows since when a file counts, so counters have no start time.

use pipelines::otlp::build::{AttributesBuilder, HistogramValue, MetricMeta, SummaryValue, Temporality};

use super::family::{Family, Kind, Series};
use super::line::Labels;
use crate::node::record::Recorder;

/// Records a family.
pub(super) fn record(family: &Family, out: &mut Recorder) {
    let (builder, times) = out.foreign();
    let meta = MetricMeta { name: &family.name, description: family.help.as_deref().unwrap_or(""), unit: "" };
    let numbers = || family.series.iter().filter_map(|series| Some((series.value?, &series.labels)));
    match family.kind() {
        Kind::Gauge | Kind::Untyped => builder.gauge(meta, |points| {
            numbers().for_each(|(value, labels)| points.double(times, value, |out| put(labels, out)));
        }),
        Kind::Counter => builder.sum(meta, Temporality::Cumulative, true, |points| {
            numbers().for_each(|(value, labels)| points.double(times, value, |out| put(labels, out)));
        }),
        Kind::Histogram => builder.histogram(meta, Temporality::Cumulative, |points| {
            for series in &family.series {
                let (bounds, counts, count) = buckets(series);
                let value = HistogramValue {
                    count,
                    sum: series.sum,
                    bucket_counts: &counts,
                    explicit_bounds: &bounds,
                    ..HistogramValue::default()
                };
                points.point(times, value, |out| put(&series.labels, out));
            }
        }),
        Kind::Summary => builder.summary(meta, |points| {
            for series in &family.series {
                let count = series.count.unwrap_or_default() as u64;
                let sum = series.sum.unwrap_or_default();
                let value = SummaryValue { count, sum, quantile_values: &series.points };
                points.point(times, value, |out| put(&series.labels, out));
            }
        }),
    }
}

/// Bounds, how many lie between them, and how many there are: Prometheus counts all that is below a bound.
fn buckets(series: &Series) -> (Vec<f64>, Vec<u64>, u64) {
    let count = series.count.unwrap_or_default() as u64;
    let finite = || series.points.iter().filter(|(bound, _)| *bound != f64::INFINITY);
    let mut below = 0;
    let mut counts: Vec<u64> = finite()
        .map(|(_, all)| {
            let more = *all as u64 - below;
            below = *all as u64;
            more
        })
        .collect();
    counts.push(count - below);
    (finite().map(|(bound, _)| *bound).collect(), counts, count)
}

fn put(labels: &Labels, out: &mut AttributesBuilder<'_>) {
    labels.iter().for_each(|(name, value)| out.put(name, value.as_str()));
}
