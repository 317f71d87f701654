//! Telemetry to filter.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event};
use pipelines::{Signal, Telemetry};
use prost::Message;

pub(super) fn text(value: &str) -> AnyValue {
    AnyValue { value: Some(Value::StringValue(value.to_owned())) }
}

pub(super) fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(text(value)), ..KeyValue::default() }
}

pub(super) fn number(key: &str, value: i64) -> KeyValue {
    let value = AnyValue { value: Some(Value::IntValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

pub(super) fn resource(service: &str) -> Option<Resource> {
    Some(Resource { attributes: vec![pair("service.name", service)], ..Resource::default() })
}

pub(super) fn scope(name: &str) -> Option<InstrumentationScope> {
    Some(InstrumentationScope { name: name.to_owned(), version: "1".to_owned(), ..InstrumentationScope::default() })
}

pub(super) fn log(severity: i32, body: &str) -> LogRecord {
    LogRecord {
        severity_number: severity,
        severity_text: if severity < 9 { "debug" } else { "info" }.to_owned(),
        body: Some(text(body)),
        attributes: vec![pair("kind", body.split(' ').next().unwrap_or_default()), number("len", body.len() as i64)],
        ..LogRecord::default()
    }
}

/// Two services: `shop` with scopes `a` and `b`, `cart` with scope `a`.
pub(super) fn logs() -> Telemetry {
    let scoped = |name: &str, log_records| ScopeLogs { scope: scope(name), log_records, ..ScopeLogs::default() };
    let shop = vec![
        scoped("a", vec![log(5, "GET /health"), log(9, "GET /cart"), log(17, "boom")]),
        scoped("b", vec![log(0, "unknown")]),
    ];
    let cart = vec![scoped("a", vec![log(5, "GET /health"), log(13, "slow")])];
    encode_logs(vec![
        ResourceLogs { resource: resource("shop"), scope_logs: shop, ..ResourceLogs::default() },
        ResourceLogs { resource: resource("cart"), scope_logs: cart, ..ResourceLogs::default() },
    ])
}

pub(super) fn encode_logs(resource_logs: Vec<ResourceLogs>) -> Telemetry {
    let request = ExportLogsServiceRequest { resource_logs }.encode_to_vec();
    Telemetry::from_wire(Signal::Logs, request.into()).unwrap()
}

pub(super) fn decode_logs(telemetry: &Telemetry) -> Vec<ResourceLogs> {
    ExportLogsServiceRequest::decode(telemetry.to_bytes()).unwrap().resource_logs
}

/// `service/scope: body` of every record.
pub(super) fn bodies(telemetry: Option<&Telemetry>) -> Vec<String> {
    let mut bodies = Vec::new();
    for resource in telemetry.into_iter().flat_map(Telemetry::resources) {
        let service = resource.attributes().get("service.name").and_then(|value| value.as_str()).unwrap_or_default();
        for scope in resource.scopes() {
            let body = |log: pipelines::otlp::view::LogView<'_>| {
                format!("{service}/{}: {}", scope.name(), log.body().as_str().unwrap_or_default())
            };
            bodies.extend(scope.logs().map(body));
        }
    }
    bodies
}

/// Service `shop`: a server span with two events, a client span with none, both of scope `a`.
pub(super) fn traces() -> Telemetry {
    let event = |name: &str| Event { name: name.to_owned(), ..Event::default() };
    let server = Span {
        name: "GET /".to_owned(),
        kind: 2,
        attributes: vec![pair("http.route", "/")],
        events: vec![event("exception"), event("retry")],
        status: Some(Status { code: 2, message: String::new() }),
        ..Span::default()
    };
    let client = Span { name: "SELECT".to_owned(), kind: 3, parent_span_id: vec![1; 8], ..Span::default() };
    let scope_spans = vec![ScopeSpans { scope: scope("a"), spans: vec![server, client], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { resource: resource("shop"), scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    Telemetry::from_wire(Signal::Traces, request.into()).unwrap()
}

/// `name(event,event)` of every span.
pub(super) fn spans(telemetry: Option<&Telemetry>) -> Vec<String> {
    let scopes = telemetry.into_iter().flat_map(Telemetry::resources).flat_map(|resource| resource.scopes());
    let span = |span: pipelines::otlp::view::SpanView<'_>| {
        let events: Vec<&str> = span.events().map(|event| event.name()).collect();
        format!("{}({})", span.name(), events.join(","))
    };
    scopes.flat_map(|scope| scope.spans()).map(span).collect()
}

/// Service `shop`: gauge `cpu` with points of `core` 0 and 1, gauge `mem` with one point of `core` 0; service `cart`:
/// gauge `cpu` with a point of `core` 0.
pub(super) fn metrics() -> Telemetry {
    let point = |core: &str| NumberDataPoint {
        attributes: vec![pair("core", core)],
        value: Some(number_data_point::Value::AsInt(core.len() as i64)),
        ..NumberDataPoint::default()
    };
    let gauge = |name: &str, cores: &[&str]| Metric {
        name: name.to_owned(),
        data: Some(Data::Gauge(Gauge { data_points: cores.iter().map(|core| point(core)).collect() })),
        ..Metric::default()
    };
    let of = |service: &str, metrics| ResourceMetrics {
        resource: resource(service),
        scope_metrics: vec![ScopeMetrics { scope: scope("a"), metrics, ..ScopeMetrics::default() }],
        ..ResourceMetrics::default()
    };
    let resource_metrics =
        vec![of("shop", vec![gauge("cpu", &["0", "1"]), gauge("mem", &["0"])]), of("cart", vec![gauge("cpu", &["0"])])];
    let request = ExportMetricsServiceRequest { resource_metrics }.encode_to_vec();
    Telemetry::from_wire(Signal::Metrics, request.into()).unwrap()
}

/// `service/metric(core,core)` of every metric.
pub(super) fn points(telemetry: Option<&Telemetry>) -> Vec<String> {
    let mut found = Vec::new();
    for resource in telemetry.into_iter().flat_map(Telemetry::resources) {
        let service = resource.attributes().get("service.name").and_then(|value| value.as_str()).unwrap_or_default();
        for metric in resource.scopes().flat_map(|scope| scope.metrics()) {
            let core = |point: pipelines::otlp::view::DataPointView<'_>| {
                point.attributes().get("core").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
            };
            let cores: Vec<String> = metric.points().map(core).collect();
            found.push(format!("{service}/{}({})", metric.name(), cores.join(",")));
        }
    }
    found
}
