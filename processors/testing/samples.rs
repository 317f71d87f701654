//! Requests in which everything that can have attributes has them.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span};

fn resource(attributes: &[KeyValue]) -> Option<Resource> {
    Some(Resource { attributes: attributes.to_vec(), ..Resource::default() })
}

fn scope(attributes: &[KeyValue]) -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: "library".into(),
        version: "1.2".into(),
        attributes: attributes.to_vec(),
        ..InstrumentationScope::default()
    })
}

/// Two log records, and a resource message without a resource.
pub(crate) fn logs(attributes: &[KeyValue]) -> ExportLogsServiceRequest {
    let record = |time_unix_nano| LogRecord {
        time_unix_nano,
        severity_number: 9,
        attributes: attributes.to_vec(),
        flags: 1,
        ..LogRecord::default()
    };
    let records =
        ScopeLogs { scope: scope(attributes), log_records: vec![record(1), record(2)], ..ScopeLogs::default() };
    let with =
        ResourceLogs { resource: resource(attributes), scope_logs: vec![records.clone()], ..ResourceLogs::default() };
    let without = ResourceLogs { resource: None, scope_logs: vec![records], ..ResourceLogs::default() };
    ExportLogsServiceRequest { resource_logs: vec![with, without] }
}

/// Two spans with events and links.
pub(crate) fn traces(attributes: &[KeyValue]) -> ExportTraceServiceRequest {
    let event = span::Event { name: "event".into(), attributes: attributes.to_vec(), ..span::Event::default() };
    let link = span::Link { attributes: attributes.to_vec(), ..span::Link::default() };
    let span = |name: &str| Span {
        name: name.into(),
        kind: 2,
        attributes: attributes.to_vec(),
        events: vec![event.clone()],
        links: vec![link.clone()],
        ..Span::default()
    };
    let spans = ScopeSpans { scope: scope(attributes), spans: vec![span("one"), span("two")], ..ScopeSpans::default() };
    let with = ResourceSpans { resource: resource(attributes), scope_spans: vec![spans], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![with] }
}

/// A metric of every kind.
pub(crate) fn metrics(attributes: &[KeyValue]) -> ExportMetricsServiceRequest {
    let attributes = || attributes.to_vec();
    let number = || NumberDataPoint { attributes: attributes(), time_unix_nano: 1, ..NumberDataPoint::default() };
    let histogram = HistogramDataPoint { attributes: attributes(), count: 3, ..HistogramDataPoint::default() };
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes(),
        count: 3,
        ..ExponentialHistogramDataPoint::default()
    };
    let summary = SummaryDataPoint { attributes: attributes(), count: 3, ..SummaryDataPoint::default() };
    let data = [
        Data::Gauge(Gauge { data_points: vec![number(), number()] }),
        Data::Sum(Sum { data_points: vec![number()], ..Sum::default() }),
        Data::Histogram(Histogram { data_points: vec![histogram], ..Histogram::default() }),
        Data::ExponentialHistogram(ExponentialHistogram { data_points: vec![exponential], ..Default::default() }),
        Data::Summary(Summary { data_points: vec![summary] }),
    ];
    let metrics = data.into_iter().zip(0..).map(|(data, index)| Metric {
        name: format!("metric{index}"),
        metadata: attributes(),
        data: Some(data),
        ..Metric::default()
    });
    let scope = ScopeMetrics { scope: scope(&attributes()), metrics: metrics.collect(), ..ScopeMetrics::default() };
    let with = ResourceMetrics { resource: resource(&attributes()), scope_metrics: vec![scope], ..Default::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![with] }
}
