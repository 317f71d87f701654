//! Telemetry with the values that are easy to get wrong.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest, collector::metrics::v1::ExportMetricsServiceRequest,
    collector::trace::v1::ExportTraceServiceRequest,
};
use pipelines::{Signal, Telemetry};
use prost::Message;

/// A time all of whose bits matter.
pub(super) const TIME: u64 = 1_795_219_200_123_456_789;

pub(super) fn telemetry(signal: Signal, request: &impl Message) -> Telemetry {
    Telemetry::from_wire(signal, request.encode_to_vec().into()).unwrap()
}

pub(super) fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

/// One attribute of every kind.
pub(super) fn every_kind() -> Vec<KeyValue> {
    let any = |value| AnyValue { value: Some(value) };
    let list = vec![any(Value::IntValue(1)), any(Value::DoubleValue(0.5)), AnyValue { value: None }];
    vec![
        text("text", "a \"b\"\n\0\u{e9}"),
        text("", "no key"),
        attribute("bool", Value::BoolValue(true)),
        attribute("int", Value::IntValue(i64::MIN)),
        attribute("double", Value::DoubleValue(1e21)),
        attribute("nan", Value::DoubleValue(f64::NAN)),
        attribute("bytes", Value::BytesValue(vec![0, 255])),
        attribute("list", Value::ArrayValue(ArrayValue { values: list })),
        attribute(
            "map",
            Value::KvlistValue(KeyValueList { values: vec![text("z", "1"), attribute("a", Value::IntValue(2))] }),
        ),
        KeyValue { key: "empty".into(), value: Some(AnyValue { value: None }), ..KeyValue::default() },
        KeyValue { key: "absent".into(), value: None, ..KeyValue::default() },
    ]
}

pub(super) fn resource(name: &str) -> Resource {
    Resource { attributes: vec![text("service.name", name), text("host.name", "h1")], ..Resource::default() }
}

pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "lib".into(),
        version: "1.2".into(),
        attributes: vec![text("scope.key", "scope value")],
        dropped_attributes_count: 7,
    }
}

/// Log records: `records` below one resource and scope.
pub(super) fn logs(records: Vec<LogRecord>) -> Telemetry {
    let scope_logs = vec![ScopeLogs { scope: Some(scope()), log_records: records, schema_url: "scope-url".into() }];
    let resource = Some(resource("checkout"));
    let resource_logs = vec![ResourceLogs { resource, scope_logs, schema_url: "resource-url".into() }];
    telemetry(Signal::Logs, &ExportLogsServiceRequest { resource_logs })
}

/// A log record that has everything.
pub(super) fn record() -> LogRecord {
    LogRecord {
        time_unix_nano: TIME,
        observed_time_unix_nano: 1,
        severity_number: 9,
        severity_text: "INFO".into(),
        body: Some(AnyValue { value: Some(Value::StringValue("hello \0".into())) }),
        attributes: every_kind(),
        flags: 0x301,
        trace_id: (1..=16).collect(),
        span_id: (0xf1..=0xf8).collect(),
        event_name: "event".into(),
        ..LogRecord::default()
    }
}

/// Spans: one that has everything, one that has nothing.
pub(super) fn spans() -> Telemetry {
    let span = Span {
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        parent_span_id: vec![0; 8],
        trace_state: "a=b".into(),
        name: "GET /".into(),
        kind: 2,
        start_time_unix_nano: TIME,
        end_time_unix_nano: TIME + 5,
        attributes: every_kind(),
        status: Some(Status { code: 2, message: "broken".into() }),
        events: vec![
            Event { time_unix_nano: TIME + 1, name: "one".into(), attributes: every_kind(), ..Event::default() },
            Event { time_unix_nano: u64::MAX, name: "two".into(), ..Event::default() },
        ],
        links: vec![Link {
            trace_id: vec![0xab; 16],
            span_id: vec![0xcd; 8],
            trace_state: "c=d".into(),
            attributes: vec![text("link", "yes")],
            ..Link::default()
        }],
        ..Span::default()
    };
    let backwards = Span { start_time_unix_nano: 10, end_time_unix_nano: 9, kind: 77, ..Span::default() };
    let scope_spans = vec![ScopeSpans { scope: Some(scope()), spans: vec![span, backwards], ..ScopeSpans::default() }];
    let resource_spans =
        vec![ResourceSpans { resource: Some(resource("checkout")), scope_spans, ..ResourceSpans::default() }];
    telemetry(Signal::Traces, &ExportTraceServiceRequest { resource_spans })
}

/// Two points of every kind of metric, the second one with nothing but what is odd.
pub(super) fn metrics() -> Telemetry {
    let exemplars = vec![Exemplar {
        filtered_attributes: vec![text("why", "slow")],
        time_unix_nano: TIME,
        span_id: vec![1; 8],
        trace_id: vec![2; 16],
        value: Some(exemplar::Value::AsInt(-3)),
    }];
    let number = |value| NumberDataPoint {
        attributes: vec![text("core", "0")],
        start_time_unix_nano: TIME - 1,
        time_unix_nano: TIME,
        exemplars: exemplars.clone(),
        flags: 1,
        value,
    };
    let gauge = Gauge {
        data_points: vec![
            number(Some(number_data_point::Value::AsDouble(f64::NAN))),
            NumberDataPoint { value: Some(number_data_point::Value::AsInt(1 << 53)), ..Default::default() },
        ],
    };
    let sum = Sum {
        data_points: vec![number(Some(number_data_point::Value::AsDouble(f64::NEG_INFINITY))), number(None)],
        aggregation_temporality: 2,
        is_monotonic: true,
    };
    let histogram = Histogram {
        data_points: vec![
            HistogramDataPoint {
                time_unix_nano: TIME,
                count: u64::MAX,
                sum: Some(1.5),
                bucket_counts: vec![1, u64::MAX],
                explicit_bounds: vec![f64::INFINITY],
                exemplars,
                min: Some(-1.0),
                max: Some(2.0),
                ..Default::default()
            },
            // Buckets and bounds do not match.
            HistogramDataPoint { bucket_counts: vec![1], explicit_bounds: vec![1.0, 2.0, 3.0], ..Default::default() },
        ],
        aggregation_temporality: 1,
    };
    let exponential = ExponentialHistogram {
        data_points: vec![
            ExponentialHistogramDataPoint {
                time_unix_nano: TIME,
                count: 6,
                sum: Some(9.0),
                scale: -2,
                zero_count: 3,
                positive: Some(Buckets { offset: -5, bucket_counts: vec![1, 2] }),
                negative: Some(Buckets { offset: 4, bucket_counts: vec![300] }),
                min: Some(0.1),
                max: Some(8.0),
                ..Default::default()
            },
            ExponentialHistogramDataPoint::default(),
        ],
        aggregation_temporality: 2,
    };
    let quantile_values =
        vec![ValueAtQuantile { quantile: 0.5, value: 1.0 }, ValueAtQuantile { quantile: 1.0, value: f64::INFINITY }];
    let summary = Summary {
        data_points: vec![
            SummaryDataPoint { time_unix_nano: TIME, count: 4, sum: 2.5, quantile_values, ..Default::default() },
            SummaryDataPoint::default(),
        ],
    };
    let named = |name: &str, data| Metric {
        name: name.into(),
        description: "what".into(),
        unit: "By".into(),
        data,
        ..Metric::default()
    };
    let metrics = vec![
        named("g", Some(metric::Data::Gauge(gauge))),
        named("nothing", None),
        named("s", Some(metric::Data::Sum(sum))),
        named("h", Some(metric::Data::Histogram(histogram))),
        named("e", Some(metric::Data::ExponentialHistogram(exponential))),
        named("q", Some(metric::Data::Summary(summary))),
    ];
    let scope_metrics = vec![ScopeMetrics { scope: Some(scope()), metrics, schema_url: "scope-url".into() }];
    let resource = Some(resource("checkout"));
    let resource_metrics = vec![ResourceMetrics { resource, scope_metrics, schema_url: "resource-url".into() }];
    telemetry(Signal::Metrics, &ExportMetricsServiceRequest { resource_metrics })
}
