//! Builders against prost.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point};
use prost::Message as _;

use crate::otlp::build::{
    EncodedValue, HistogramValue, LogsBuilder, MetricMeta, MetricsBuilder, SummaryValue, Temporality, Times,
    TracesBuilder, ValueRef,
};
use crate::{Signal, Telemetry};

fn any(value: Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: any(value), ..Default::default() }
}

fn checked(telemetry: &Telemetry) -> usize {
    Telemetry::from_wire(telemetry.signal(), telemetry.to_bytes()).unwrap().items()
}

#[test]
fn a_log_record_with_every_field_and_kind_of_value() {
    let mut logs = LogsBuilder::new();
    logs.resource(|resource| resource.put("service.name", "checkout"));
    logs.scope("scope", "1.0");
    logs.record(|record| {
        record.time_unix_nano(1);
        record.observed_time_unix_nano(2);
        record.severity_number(9);
        record.severity_text("INFO");
        record.body("body");
        let mut attributes = record.attributes();
        attributes.put("s", "x");
        attributes.put("i", -1_i64);
        attributes.put("b", true);
        attributes.put("d", 0.5);
        attributes.put("y", ValueRef::Bytes(&[1, 2]));
        attributes.put("a", &EncodedValue::array([ValueRef::Int(1), ValueRef::Empty]));
        attributes.put("m", &EncodedValue::map([("k", ValueRef::Str("v"))]));
        record.flags(1);
        record.trace_id(&[1; 16]);
        record.span_id(&[2; 8]);
        record.event_name("event");
    });
    let telemetry = logs.finish();
    assert_eq!((telemetry.signal(), telemetry.items(), checked(&telemetry)), (Signal::Logs, 1, 1));
    let request = ExportLogsServiceRequest::decode(telemetry.to_bytes()).unwrap();
    let resource = &request.resource_logs[0];
    let expected = vec![attribute("service.name", Value::StringValue("checkout".into()))];
    assert_eq!(resource.resource.as_ref().unwrap().attributes, expected);
    let scope = &resource.scope_logs[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "scope");
    assert_eq!(scope.scope.as_ref().unwrap().version, "1.0");
    let record = &scope.log_records[0];
    assert_eq!((record.time_unix_nano, record.observed_time_unix_nano), (1, 2));
    assert_eq!((record.severity_number, record.severity_text.as_str()), (9, "INFO"));
    assert_eq!(record.body, any(Value::StringValue("body".into())));
    let array = ArrayValue { values: vec![any(Value::IntValue(1)).unwrap(), AnyValue::default()] };
    let map = KeyValueList { values: vec![attribute("k", Value::StringValue("v".into()))] };
    let expected = vec![
        attribute("s", Value::StringValue("x".into())),
        attribute("i", Value::IntValue(-1)),
        attribute("b", Value::BoolValue(true)),
        attribute("d", Value::DoubleValue(0.5)),
        attribute("y", Value::BytesValue(vec![1, 2])),
        attribute("a", Value::ArrayValue(array)),
        attribute("m", Value::KvlistValue(map)),
    ];
    assert_eq!(record.attributes, expected);
    assert_eq!((record.flags, &record.trace_id[..], &record.span_id[..]), (1, &[1; 16][..], &[2; 8][..]));
    assert_eq!(record.event_name, "event");
}

#[test]
fn metrics_of_four_kinds_in_two_resources() {
    let times = Times { start: 5, now: 10 };
    let meta = |name| MetricMeta { name, description: "text", unit: "By" };
    let mut metrics = MetricsBuilder::new();
    metrics.resource(|resource| resource.put("host.name", "a"));
    metrics.scope("node", "");
    metrics.gauge(meta("gauge"), |points| {
        points.int(times, -3, |attributes| attributes.put("cpu", "0"));
        points.double(times, 0.25, |_| {});
    });
    metrics.gauge(meta("without points"), |_| {});
    metrics.sum(meta("sum"), Temporality::Cumulative, true, |points| points.int(times, 7, |_| {}));
    metrics.resource(|resource| resource.put("host.name", "b"));
    metrics.histogram(meta("histogram"), Temporality::Delta, |points| {
        let value = HistogramValue {
            count: 3,
            sum: Some(1.5),
            min: Some(0.0),
            max: Some(1.0),
            bucket_counts: &[1, 2],
            explicit_bounds: &[0.5],
        };
        points.point(times, value, |attributes| attributes.put("k", "v"));
    });
    metrics.summary(meta("summary"), |points| {
        points.point(times, SummaryValue { count: 2, sum: 4.0, quantile_values: &[(0.5, 2.0)] }, |_| {});
    });
    let telemetry = metrics.finish();
    assert_eq!((telemetry.items(), checked(&telemetry)), (5, 5));
    let request = ExportMetricsServiceRequest::decode(telemetry.to_bytes()).unwrap();
    assert_eq!(request.resource_metrics.len(), 2);
    let first = &request.resource_metrics[0].scope_metrics[0].metrics;
    assert_eq!(first.len(), 2);
    assert_eq!(
        (first[0].name.as_str(), first[0].description.as_str(), first[0].unit.as_str()),
        ("gauge", "text", "By")
    );
    let Some(Data::Gauge(gauge)) = &first[0].data else { panic!("not a gauge") };
    assert_eq!(gauge.data_points[0].value, Some(number_data_point::Value::AsInt(-3)));
    assert_eq!(gauge.data_points[0].attributes, vec![attribute("cpu", Value::StringValue("0".into()))]);
    assert_eq!((gauge.data_points[1].start_time_unix_nano, gauge.data_points[1].time_unix_nano), (5, 10));
    assert_eq!(gauge.data_points[1].value, Some(number_data_point::Value::AsDouble(0.25)));
    let Some(Data::Sum(sum)) = &first[1].data else { panic!("not a sum") };
    assert_eq!((sum.aggregation_temporality, sum.is_monotonic), (2, true));
    let second = &request.resource_metrics[1].scope_metrics[0].metrics;
    let Some(Data::Histogram(histogram)) = &second[0].data else { panic!("not a histogram") };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum, point.min, point.max), (3, Some(1.5), Some(0.0), Some(1.0)));
    assert_eq!((&point.bucket_counts[..], &point.explicit_bounds[..]), (&[1, 2][..], &[0.5][..]));
    assert_eq!(point.attributes, vec![attribute("k", Value::StringValue("v".into()))]);
    let Some(Data::Summary(summary)) = &second[1].data else { panic!("not a summary") };
    let quantile = &summary.data_points[0].quantile_values[0];
    assert_eq!((summary.data_points[0].sum, quantile.quantile, quantile.value), (4.0, 0.5, 2.0));
}

#[test]
fn a_span_with_event_link_and_status() {
    let mut traces = TracesBuilder::new();
    traces.span(|span| {
        span.trace_id(&[1; 16]);
        span.span_id(&[2; 8]);
        span.parent_span_id(&[3; 8]);
        span.trace_state("a=b");
        span.name("GET");
        span.kind(2);
        span.times(10, 20);
        span.attributes().put("k", 1_i64);
        span.event(15, "retry", |attributes| attributes.put("n", 2_i64));
        span.link(&[4; 16], &[5; 8], |attributes| attributes.put("l", 3_i64));
        span.status(2, "failed");
        span.flags(1);
    });
    let telemetry = traces.finish();
    assert_eq!((telemetry.items(), checked(&telemetry)), (1, 1));
    let request = ExportTraceServiceRequest::decode(telemetry.to_bytes()).unwrap();
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!(
        (&span.trace_id[..], &span.span_id[..], &span.parent_span_id[..]),
        (&[1; 16][..], &[2; 8][..], &[3; 8][..])
    );
    assert_eq!((span.name.as_str(), span.trace_state.as_str(), span.kind, span.flags), ("GET", "a=b", 2, 1));
    assert_eq!((span.start_time_unix_nano, span.end_time_unix_nano), (10, 20));
    assert_eq!(span.attributes, vec![attribute("k", Value::IntValue(1))]);
    assert_eq!((span.events[0].time_unix_nano, span.events[0].name.as_str()), (15, "retry"));
    assert_eq!(span.events[0].attributes, vec![attribute("n", Value::IntValue(2))]);
    assert_eq!((&span.links[0].trace_id[..], &span.links[0].span_id[..]), (&[4; 16][..], &[5; 8][..]));
    assert_eq!(span.links[0].attributes, vec![attribute("l", Value::IntValue(3))]);
    let status = span.status.as_ref().unwrap();
    assert_eq!((status.code, status.message.as_str()), (2, "failed"));
}
