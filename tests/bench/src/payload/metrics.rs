//! Data points: gauges, sums and histograms of ten points each, five attributes a point.

use super::random::Random;
use super::{Shape, attribute, drop_mark, resource, scope, text};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric::Data,
    number_data_point,
};

/// 21 Nov 2026, in nanoseconds since 1970.
const TIME: u64 = 1_795_219_200_000_000_000;

/// Points of one metric.
const POINTS: usize = 10;

/// Cumulative, the temporality of Prometheus and the default of OTLP.
const CUMULATIVE: i32 = 2;

pub(super) fn resource_metrics(shape: Shape, random: &mut Random) -> ResourceMetrics {
    let metrics = (0..shape.items)
        .step_by(POINTS)
        .enumerate()
        .map(|(number, first)| metric(number, first..(first + POINTS).min(shape.items), random))
        .collect();
    ResourceMetrics {
        resource: Some(resource(random)),
        scope_metrics: vec![ScopeMetrics { scope: Some(scope()), metrics, ..ScopeMetrics::default() }],
        ..ResourceMetrics::default()
    }
}

/// Of ten metrics five are gauges, three are sums and two are histograms.
fn metric(number: usize, points: std::ops::Range<usize>, random: &mut Random) -> Metric {
    let data = match number % 10 {
        0..5 => Data::Gauge(Gauge { data_points: points.map(|index| number_point(index, random)).collect() }),
        5..8 => Data::Sum(Sum {
            data_points: points.map(|index| number_point(index, random)).collect(),
            aggregation_temporality: CUMULATIVE,
            is_monotonic: true,
        }),
        _ => Data::Histogram(Histogram {
            data_points: points.map(|index| histogram_point(index, random)).collect(),
            aggregation_temporality: CUMULATIVE,
        }),
    };
    Metric { name: format!("bench.metric_{number}"), unit: "By".into(), data: Some(data), ..Metric::default() }
}

fn attributes(index: usize, random: &mut Random) -> Vec<KeyValue> {
    let mut attributes = vec![
        text("http.method", "GET"),
        text("http.route", "/api/v1/items/{id}"),
        attribute("cpu", Value::IntValue(index as i64)),
        text("state", "active"),
        text("device", &format!("nvme{}n1", random.below(4))),
    ];
    attributes.extend(drop_mark(index));
    attributes
}

fn number_point(index: usize, random: &mut Random) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(index, random),
        start_time_unix_nano: TIME,
        time_unix_nano: TIME + 10_000_000_000,
        value: Some(number_data_point::Value::AsDouble(random.below(1_000_000) as f64 / 8.0)),
        ..NumberDataPoint::default()
    }
}

fn histogram_point(index: usize, random: &mut Random) -> HistogramDataPoint {
    let bucket_counts: Vec<u64> = (0..6).map(|_| random.below(1_000)).collect();
    HistogramDataPoint {
        attributes: attributes(index, random),
        start_time_unix_nano: TIME,
        time_unix_nano: TIME + 10_000_000_000,
        count: bucket_counts.iter().sum(),
        sum: Some(random.below(1_000_000) as f64),
        bucket_counts,
        explicit_bounds: vec![1.0, 5.0, 10.0, 50.0, 100.0],
        ..HistogramDataPoint::default()
    }
}
