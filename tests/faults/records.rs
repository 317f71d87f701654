//! Records that say of themselves whether they are whole: each has a number of its own and a sum over its content.

use std::ops::Range;
use std::time::SystemTime;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value as Number};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::{DecodeError, Message as _};

use crate::support::random::Random;

/// What kind of telemetry carries the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Logs,
    Traces,
    Metrics,
}

/// A request of one signal.
#[derive(Clone)]
pub(crate) enum Request {
    Logs(ExportLogsServiceRequest),
    Traces(ExportTraceServiceRequest),
    Metrics(ExportMetricsServiceRequest),
}

/// A record as it arrived.
pub(crate) struct Arrived {
    pub(crate) number: u64,
    /// Whether its content is what was sent.
    pub(crate) intact: bool,
}

const NUMBER: &str = "record.number";
const SUM: &str = "record.sum";
const TEXT: &str = "record.text";

// === impl Signal ===

impl Signal {
    pub(crate) const ALL: [Self; 3] = [Self::Logs, Self::Traces, Self::Metrics];

    pub(crate) fn http_path(self) -> &'static str {
        match self {
            Self::Logs => "/v1/logs",
            Self::Traces => "/v1/traces",
            Self::Metrics => "/v1/metrics",
        }
    }

    /// The signal of a request path, gRPC or HTTP.
    pub(crate) fn of_path(path: &str) -> Self {
        match path {
            "/v1/logs" | "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Self::Logs,
            "/v1/traces" | "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Self::Traces,
            "/v1/metrics" | "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Self::Metrics,
            other => panic!("a request to {other}"),
        }
    }
}

// === impl Request ===

impl Request {
    /// A request with these records, each with about `size` bytes of text.
    pub(crate) fn new(signal: Signal, numbers: Range<u64>, size: usize) -> Self {
        let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let time = u64::try_from(nanos).unwrap();
        let each = |number| (number, text(number, size));
        let marks = |number, text: &str| vec![whole(NUMBER, number), whole(SUM, sum(number, time, text))];
        match signal {
            Signal::Logs => {
                let record = |(number, text): (u64, String)| LogRecord {
                    time_unix_nano: time,
                    attributes: marks(number, &text),
                    body: Some(AnyValue { value: Some(Value::StringValue(text)) }),
                    ..LogRecord::default()
                };
                let log_records = numbers.map(each).map(record).collect();
                let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
                Self::Logs(ExportLogsServiceRequest {
                    resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }],
                })
            }
            Signal::Traces => {
                let span = |(number, text): (u64, String)| Span {
                    trace_id: u128::from(number).to_be_bytes().to_vec(),
                    span_id: number.to_be_bytes().to_vec(),
                    start_time_unix_nano: time,
                    attributes: marks(number, &text),
                    name: text,
                    ..Span::default()
                };
                let scope_spans =
                    vec![ScopeSpans { spans: numbers.map(each).map(span).collect(), ..ScopeSpans::default() }];
                Self::Traces(ExportTraceServiceRequest {
                    resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }],
                })
            }
            Signal::Metrics => {
                let point = |(number, text): (u64, String)| {
                    let mut attributes = marks(number, &text);
                    attributes.push(attribute(TEXT, Value::StringValue(text)));
                    // Not a number is a number as well: a queue has to carry it.
                    let value = Some(Number::AsDouble(f64::NAN));
                    NumberDataPoint { time_unix_nano: time, attributes, value, ..NumberDataPoint::default() }
                };
                let data_points = numbers.map(each).map(point).collect();
                let metric = Metric {
                    name: "faults".into(),
                    data: Some(Data::Gauge(Gauge { data_points })),
                    ..Metric::default()
                };
                let scope_metrics = vec![ScopeMetrics { metrics: vec![metric], ..ScopeMetrics::default() }];
                Self::Metrics(ExportMetricsServiceRequest {
                    resource_metrics: vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }],
                })
            }
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Logs(request) => request.encode_to_vec(),
            Self::Traces(request) => request.encode_to_vec(),
            Self::Metrics(request) => request.encode_to_vec(),
        }
    }
}

/// The records of an encoded request.
pub(crate) fn read(signal: Signal, bytes: &[u8]) -> Result<Vec<Arrived>, DecodeError> {
    Ok(match signal {
        Signal::Logs => ExportLogsServiceRequest::decode(bytes)?
            .resource_logs
            .iter()
            .flat_map(|resource| &resource.scope_logs)
            .flat_map(|scope| &scope.log_records)
            .map(|record| {
                let body = record.body.as_ref().and_then(|body| body.value.as_ref());
                arrived(&record.attributes, record.time_unix_nano, body)
            })
            .collect(),
        Signal::Traces => ExportTraceServiceRequest::decode(bytes)?
            .resource_spans
            .iter()
            .flat_map(|resource| &resource.scope_spans)
            .flat_map(|scope| &scope.spans)
            .map(|span| {
                let name = Value::StringValue(span.name.clone());
                arrived(&span.attributes, span.start_time_unix_nano, Some(&name))
            })
            .collect(),
        Signal::Metrics => ExportMetricsServiceRequest::decode(bytes)?
            .resource_metrics
            .iter()
            .flat_map(|resource| &resource.scope_metrics)
            .flat_map(|scope| &scope.metrics)
            .filter_map(|metric| if let Some(Data::Gauge(gauge)) = &metric.data { Some(gauge) } else { None })
            .flat_map(|gauge| &gauge.data_points)
            .map(|point| {
                let mut arrived = arrived(&point.attributes, point.time_unix_nano, find(&point.attributes, TEXT));
                arrived.intact &= matches!(point.value, Some(Number::AsDouble(value)) if value.is_nan());
                arrived
            })
            .collect(),
    })
}

fn arrived(attributes: &[KeyValue], time: u64, text: Option<&Value>) -> Arrived {
    let number = |key| match find(attributes, key) {
        Some(Value::IntValue(value)) => Some(value.cast_unsigned()),
        _ => None,
    };
    let found = number(NUMBER).unwrap_or(u64::MAX);
    let intact = match text {
        Some(Value::StringValue(text)) => number(SUM).is_some_and(|sum| is_intact(found, sum, time, text)),
        _ => false,
    };
    Arrived { number: found, intact }
}

/// Whether a record has the content it was sent with.
pub(crate) fn is_intact(number: u64, sum: u64, time: u64, text: &str) -> bool {
    self::sum(number, time, text) == sum
}

fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()
}

/// Text that is different for every number.
fn text(number: u64, size: usize) -> String {
    format!("{:016x}", Random::new(number).next()).repeat(size.div_ceil(16))
}

/// From a crate, because those are optimized in a test as well.
fn sum(number: u64, time: u64, text: &str) -> u64 {
    let mut crc = flate2::Crc::new();
    for bytes in [&number.to_be_bytes()[..], &time.to_be_bytes(), text.as_bytes()] {
        crc.update(bytes);
    }
    u64::from(crc.sum())
}

fn whole(key: &str, value: u64) -> KeyValue {
    attribute(key, Value::IntValue(value.cast_signed()))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
