//! Requests with something in every field.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

/// Now, in nanoseconds, with digits that a timestamp of PostgreSQL does not hold.
pub(crate) fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_secs() * 1_000_000_000 + 123_456_789
}

pub(crate) fn value(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

pub(crate) fn text(text: &str) -> AnyValue {
    value(Value::StringValue(text.into()))
}

pub(crate) fn pair(key: &str, value: AnyValue) -> KeyValue {
    KeyValue { key: key.into(), value: Some(value), ..KeyValue::default() }
}

pub(crate) fn resource() -> Option<Resource> {
    let attributes = vec![pair("service.name", text("shop")), pair("host.name", text("h1"))];
    Some(Resource { attributes, dropped_attributes_count: 3, ..Resource::default() })
}

pub(crate) fn scope() -> Option<InstrumentationScope> {
    let attributes = vec![pair("lib", text("x"))];
    Some(InstrumentationScope {
        name: "io.shop".into(),
        version: "1.2".into(),
        attributes,
        dropped_attributes_count: 1,
    })
}

pub(crate) fn logs(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope = ScopeLogs { scope: scope(), log_records, schema_url: "https://scope/1".into() };
    let resource =
        ResourceLogs { resource: resource(), scope_logs: vec![scope], schema_url: "https://resource/1".into() };
    ExportLogsServiceRequest { resource_logs: vec![resource] }
}

/// Records with these bodies.
pub(crate) fn bodies(bodies: impl IntoIterator<Item = String>) -> ExportLogsServiceRequest {
    let record = |body: String| LogRecord { time_unix_nano: now(), body: Some(text(&body)), ..LogRecord::default() };
    logs(bodies.into_iter().map(record).collect())
}

pub(crate) fn log() -> LogRecord {
    LogRecord {
        time_unix_nano: now(),
        observed_time_unix_nano: now() + 5,
        severity_number: 9,
        severity_text: "INFO".into(),
        body: Some(text("paid")),
        attributes: vec![
            pair("user", text("ann")),
            pair("n", value(Value::IntValue(7))),
            pair("ratio", value(Value::DoubleValue(f64::NAN))),
            pair(
                "list",
                value(Value::ArrayValue(ArrayValue { values: vec![text("a"), value(Value::BoolValue(true))] })),
            ),
        ],
        dropped_attributes_count: 2,
        flags: 1,
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        event_name: "order.paid".into(),
    }
}

pub(crate) fn spans() -> ExportTraceServiceRequest {
    let span = Span {
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        trace_state: "a=b".into(),
        parent_span_id: vec![9; 8],
        flags: 257,
        name: "GET /".into(),
        kind: 2,
        start_time_unix_nano: now(),
        end_time_unix_nano: now() + 1_500_000_001,
        attributes: vec![pair("http.method", text("GET"))],
        dropped_attributes_count: 1,
        events: vec![Event {
            time_unix_nano: 7,
            name: "exception".into(),
            attributes: vec![pair("e", text("\"quoted\""))],
            dropped_attributes_count: 4,
        }],
        dropped_events_count: 5,
        links: vec![Link {
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            trace_state: "l".into(),
            flags: 1,
            ..Link::default()
        }],
        dropped_links_count: 6,
        status: Some(Status { message: "boom".into(), code: 2 }),
    };
    let scope = ScopeSpans { scope: scope(), spans: vec![span, Span::default()], schema_url: String::new() };
    let resource = ResourceSpans { resource: resource(), scope_spans: vec![scope], schema_url: String::new() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }
}

/// One metric of every kind.
pub(crate) fn metrics() -> ExportMetricsServiceRequest {
    let (time_unix_nano, start_time_unix_nano) = (now(), now() - 1_000_000_000);
    let attributes = vec![pair("k", text("v"))];
    let exemplars = vec![Exemplar {
        filtered_attributes: vec![pair("f", text("g"))],
        time_unix_nano: 8,
        value: Some(exemplar::Value::AsInt(3)),
        trace_id: vec![3; 16],
        span_id: vec![4; 8],
    }];
    let number = |value| NumberDataPoint {
        attributes: attributes.clone(),
        start_time_unix_nano,
        time_unix_nano,
        exemplars: exemplars.clone(),
        value: Some(value),
        flags: 1,
    };
    let gauge = [f64::NAN, f64::INFINITY, 1.5].map(|value| number(number_data_point::Value::AsDouble(value)));
    let sum = number(number_data_point::Value::AsInt((1 << 53) + 1));
    let histogram = HistogramDataPoint {
        attributes: attributes.clone(),
        time_unix_nano,
        start_time_unix_nano,
        count: 6,
        sum: Some(12.5),
        bucket_counts: vec![1, 2, 3],
        // A bound too many.
        explicit_bounds: vec![0.5, 5.0, f64::INFINITY, 9.0],
        min: Some(0.25),
        ..HistogramDataPoint::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes.clone(),
        time_unix_nano,
        count: u64::MAX,
        scale: -3,
        zero_count: 2,
        zero_threshold: 0.1,
        positive: Some(Buckets { offset: -4, bucket_counts: vec![1, 300] }),
        ..ExponentialHistogramDataPoint::default()
    };
    let summary = SummaryDataPoint {
        attributes,
        time_unix_nano,
        count: 9,
        sum: 3.5,
        quantile_values: vec![
            ValueAtQuantile { quantile: 0.5, value: 1.0 },
            ValueAtQuantile { quantile: 1.0, value: f64::NAN },
        ],
        ..SummaryDataPoint::default()
    };
    let data = [
        Data::Gauge(Gauge { data_points: gauge.to_vec() }),
        Data::Sum(Sum { data_points: vec![sum], aggregation_temporality: 2, is_monotonic: true }),
        Data::Histogram(Histogram { data_points: vec![histogram], aggregation_temporality: 1 }),
        Data::ExponentialHistogram(ExponentialHistogram { data_points: vec![exponential], aggregation_temporality: 2 }),
        Data::Summary(Summary { data_points: vec![summary] }),
    ];
    let metric = |data| Metric {
        name: "m".into(),
        description: "d".into(),
        unit: "s".into(),
        data: Some(data),
        ..Metric::default()
    };
    let scope = ScopeMetrics { scope: scope(), metrics: data.map(metric).to_vec(), schema_url: String::new() };
    let resource = ResourceMetrics { resource: resource(), scope_metrics: vec![scope], schema_url: String::new() };
    ExportMetricsServiceRequest { resource_metrics: vec![resource] }
}
