//! Every field of the generated types, written out, so that a field the tables lack does not compile away unseen.

use opentelemetry_proto::tonic::collector::{
    logs::v1 as cl, metrics::v1 as cm, profiles::v1development as cp, trace::v1 as ct,
};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value::Value,
};
use opentelemetry_proto::tonic::profiles::v1development as p;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::{logs::v1 as l, metrics::v1 as m, trace::v1 as t};

use super::{from_json, json};
use crate::Signal;
use crate::otlp::schema::Message;

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(any(value)), key_strindex: 3 }
}

fn attributes() -> Vec<KeyValue> {
    vec![
        attribute("string", Value::StringValue("a \"quoted\" \n text".into())),
        attribute("bool", Value::BoolValue(false)),
        attribute("int", Value::IntValue(i64::MIN)),
        attribute("double", Value::DoubleValue(0.0)),
        attribute(
            "array",
            Value::ArrayValue(ArrayValue { values: vec![any(Value::IntValue(0)), AnyValue { value: None }] }),
        ),
        attribute(
            "map",
            Value::KvlistValue(KeyValueList { values: vec![attribute("k", Value::StringValue(String::new()))] }),
        ),
        attribute("bytes", Value::BytesValue(vec![0, 255, 1])),
        attribute("index", Value::StringValueStrindex(-7)),
    ]
}

fn resource() -> Option<Resource> {
    let entity = EntityRef {
        schema_url: "e".into(),
        r#type: "host".into(),
        id_keys: vec!["a".into(), String::new()],
        description_keys: vec!["b".into()],
    };
    Some(Resource { attributes: attributes(), dropped_attributes_count: u32::MAX, entity_refs: vec![entity] })
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: "n".into(),
        version: "v".into(),
        attributes: attributes(),
        dropped_attributes_count: 1,
    })
}

fn traces() -> ct::ExportTraceServiceRequest {
    let event =
        t::span::Event { time_unix_nano: 1, name: "e".into(), attributes: attributes(), dropped_attributes_count: 2 };
    let link = t::span::Link {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        trace_state: "s".into(),
        attributes: attributes(),
        dropped_attributes_count: 3,
        flags: 0x301,
    };
    let span = t::Span {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        trace_state: "k=v".into(),
        parent_span_id: vec![0xef; 8],
        flags: 0x101,
        name: "GET /".into(),
        kind: 2,
        start_time_unix_nano: u64::MAX,
        end_time_unix_nano: 5,
        attributes: attributes(),
        dropped_attributes_count: 1,
        events: vec![event],
        dropped_events_count: 2,
        links: vec![link],
        dropped_links_count: 3,
        status: Some(t::Status { message: "m".into(), code: 2 }),
    };
    let scope_spans = vec![t::ScopeSpans { scope: scope(), spans: vec![span], schema_url: "s".into() }];
    let resource_spans = vec![t::ResourceSpans { resource: resource(), scope_spans, schema_url: "r".into() }];
    ct::ExportTraceServiceRequest { resource_spans }
}

fn logs() -> cl::ExportLogsServiceRequest {
    let record = l::LogRecord {
        time_unix_nano: 1,
        observed_time_unix_nano: 2,
        severity_number: 9,
        severity_text: "INFO".into(),
        body: Some(any(Value::StringValue("body".into()))),
        attributes: attributes(),
        dropped_attributes_count: 1,
        flags: 1,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        event_name: "e".into(),
    };
    let scope_logs = vec![l::ScopeLogs { scope: scope(), log_records: vec![record], schema_url: "s".into() }];
    let resource_logs = vec![l::ResourceLogs { resource: resource(), scope_logs, schema_url: "r".into() }];
    cl::ExportLogsServiceRequest { resource_logs }
}

fn exemplars() -> Vec<m::Exemplar> {
    let exemplar = |value| m::Exemplar {
        filtered_attributes: attributes(),
        time_unix_nano: 1,
        span_id: vec![1; 8],
        trace_id: vec![2; 16],
        value: Some(value),
    };
    vec![exemplar(m::exemplar::Value::AsDouble(0.0)), exemplar(m::exemplar::Value::AsInt(0))]
}

fn numbers() -> Vec<m::NumberDataPoint> {
    use m::number_data_point::Value::{AsDouble, AsInt};
    let point = |value| m::NumberDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        exemplars: exemplars(),
        flags: 1,
        value: Some(value),
    };
    vec![point(AsInt(0)), point(AsInt(i64::MIN)), point(AsDouble(-0.0)), point(AsDouble(f64::INFINITY))]
}

fn metrics() -> cm::ExportMetricsServiceRequest {
    use m::exponential_histogram_data_point::Buckets;
    use m::metric::Data;
    let histogram = m::HistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: Some(0.0),
        bucket_counts: vec![0, 1, u64::MAX],
        explicit_bounds: vec![0.0, 1e-7, 1e300],
        exemplars: exemplars(),
        flags: 1,
        min: Some(0.0),
        max: Some(-1.5),
    };
    let exponential = m::ExponentialHistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: Some(1.0),
        scale: -3,
        zero_count: 4,
        positive: Some(Buckets { offset: i32::MIN, bucket_counts: vec![0, 300] }),
        negative: Some(Buckets { offset: i32::MAX, bucket_counts: vec![] }),
        flags: 1,
        exemplars: exemplars(),
        min: Some(0.0),
        max: None,
        zero_threshold: 0.25,
    };
    let summary = m::SummaryDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: 4.0,
        quantile_values: vec![m::summary_data_point::ValueAtQuantile { quantile: 0.5, value: 2.0 }],
        flags: 1,
    };
    let data = [
        Data::Gauge(m::Gauge { data_points: numbers() }),
        Data::Sum(m::Sum { data_points: numbers(), aggregation_temporality: 2, is_monotonic: true }),
        Data::Histogram(m::Histogram { data_points: vec![histogram], aggregation_temporality: 1 }),
        Data::ExponentialHistogram(m::ExponentialHistogram {
            data_points: vec![exponential],
            aggregation_temporality: 1,
        }),
        Data::Summary(m::Summary { data_points: vec![summary] }),
        Data::Gauge(m::Gauge { data_points: vec![] }),
    ];
    let metrics = data.map(|data| m::Metric {
        name: "n".into(),
        description: "d".into(),
        unit: "1".into(),
        metadata: attributes(),
        data: Some(data),
    });
    let scope_metrics = vec![m::ScopeMetrics { scope: scope(), metrics: metrics.into(), schema_url: "s".into() }];
    let resource_metrics = vec![m::ResourceMetrics { resource: resource(), scope_metrics, schema_url: "r".into() }];
    cm::ExportMetricsServiceRequest { resource_metrics }
}

fn profiles() -> cp::ExportProfilesServiceRequest {
    let profile = p::Profile {
        sample_type: Some(p::ValueType { type_strindex: 1, unit_strindex: 2 }),
        samples: vec![p::Sample {
            stack_index: 1,
            attribute_indices: vec![0, -1],
            link_index: 2,
            values: vec![0, i64::MIN],
            timestamps_unix_nano: vec![7, 0],
        }],
        time_unix_nano: 1,
        duration_nano: 2,
        period_type: Some(p::ValueType { type_strindex: 0, unit_strindex: 0 }),
        period: -3,
        profile_id: vec![9; 16],
        dropped_attributes_count: 4,
        original_payload_format: "f".into(),
        original_payload: vec![1, 2],
        attribute_indices: vec![5],
    };
    let scope_profiles = vec![p::ScopeProfiles { scope: scope(), profiles: vec![profile], schema_url: "s".into() }];
    let resource_profiles = vec![p::ResourceProfiles { resource: resource(), scope_profiles, schema_url: "r".into() }];
    let dictionary = p::ProfilesDictionary {
        mapping_table: vec![p::Mapping {
            memory_start: 1,
            memory_limit: u64::MAX,
            file_offset: 3,
            filename_strindex: 4,
            attribute_indices: vec![5],
        }],
        location_table: vec![p::Location {
            mapping_index: 1,
            address: 2,
            lines: vec![p::Line { function_index: 1, line: 2, column: -3 }],
            attribute_indices: vec![4],
        }],
        function_table: vec![p::Function {
            name_strindex: 1,
            system_name_strindex: 2,
            filename_strindex: 3,
            start_line: 4,
        }],
        link_table: vec![p::Link { trace_id: vec![1; 16], span_id: vec![2; 8] }],
        string_table: vec![String::new(), "s".into()],
        attribute_table: vec![p::KeyValueAndUnit {
            key_strindex: 1,
            value: Some(any(Value::BoolValue(true))),
            unit_strindex: 2,
        }],
        stack_table: vec![p::Stack { location_indices: vec![0, 1] }],
    };
    cp::ExportProfilesServiceRequest { resource_profiles, dictionary: Some(dictionary) }
}

/// To JSON, back, and decoded again: every field has survived, and the text is JSON for others too.
fn survives<M: prost::Message + PartialEq + Default + std::fmt::Debug>(
    table: &'static Message,
    message: &M,
) -> serde_json::Value {
    let text = json(table, &message.encode_to_vec());
    let wire = from_json(table, text.as_bytes()).expect("reads what it writes");
    assert_eq!(&M::decode(wire.as_slice()).unwrap(), message, "{text}");
    serde_json::from_str(&text).expect("is JSON")
}

/// A request with every field of the generated types set survives the way to JSON and back, for every signal.
#[test]
fn complete_requests_survive() {
    let value = survives(Message::request(Signal::Traces), &traces());
    let span = &value["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"], "ab".repeat(16));
    assert_eq!(span["kind"], 2);
    assert_eq!(span["startTimeUnixNano"], u64::MAX.to_string());
    assert_eq!(span["status"], serde_json::json!({"message": "m", "code": 2}));
    let value = survives(Message::request(Signal::Logs), &logs());
    assert_eq!(value["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"]["stringValue"], "body");
    let value = survives(Message::request(Signal::Metrics), &metrics());
    let metrics = &value["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    assert_eq!(metrics[0]["gauge"]["dataPoints"][0]["asInt"], "0");
    assert_eq!(metrics[0]["gauge"]["dataPoints"][3]["asDouble"], "Infinity");
    assert_eq!(metrics[2]["histogram"]["dataPoints"][0]["bucketCounts"][2], u64::MAX.to_string());
    assert_eq!(metrics[5]["gauge"], serde_json::json!({}));
    let value = survives(Message::request(Signal::Profiles), &profiles());
    assert_eq!(value["dictionary"]["stringTable"], serde_json::json!(["", "s"]));
}

/// Responses survive; one without partial success is `{}`.
#[test]
fn responses_survive() {
    let partial_success = Some(ct::ExportTracePartialSuccess { rejected_spans: 3, error_message: "no".into() });
    let value = survives(Message::response(Signal::Traces), &ct::ExportTraceServiceResponse { partial_success });
    assert_eq!(value, serde_json::json!({"partialSuccess": {"rejectedSpans": "3", "errorMessage": "no"}}));
    let partial_success = Some(cm::ExportMetricsPartialSuccess { rejected_data_points: 3, error_message: "no".into() });
    survives(Message::response(Signal::Metrics), &cm::ExportMetricsServiceResponse { partial_success });
    let partial_success = Some(cp::ExportProfilesPartialSuccess { rejected_profiles: 3, error_message: "no".into() });
    survives(Message::response(Signal::Profiles), &cp::ExportProfilesServiceResponse { partial_success });
    let partial_success = Some(cl::ExportLogsPartialSuccess { rejected_log_records: 3, error_message: "no".into() });
    survives(Message::response(Signal::Logs), &cl::ExportLogsServiceResponse { partial_success });
    assert_eq!(json(Message::response(Signal::Logs), &[]), "{}");
}
