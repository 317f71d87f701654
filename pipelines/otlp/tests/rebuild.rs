//! Trees made from what the views say, to be compared with the trees that prost decodes.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value::Value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar,
    exponential_histogram_data_point::Buckets, metric::Data, number_data_point, summary_data_point::ValueAtQuantile,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};

use super::tree::Tree;
use crate::otlp::view::{
    AnyView, AttributesView, BucketsView, DataPointView, ExemplarView, LogView, MetricKind, MetricView, NumberValue,
    ResourceView, ScopeView, SpanView,
};
use crate::{Signal, Telemetry};

/// The tree that the views show.
pub(super) fn rebuild(telemetry: &Telemetry) -> Tree {
    match telemetry.signal() {
        Signal::Logs => Tree::Logs(ExportLogsServiceRequest {
            resource_logs: telemetry
                .resources()
                .map(|view| ResourceLogs {
                    resource: Some(resource(&view)),
                    scope_logs: view
                        .scopes()
                        .map(|view| ScopeLogs {
                            scope: Some(scope(&view)),
                            log_records: view.logs().map(|log| record(&log)).collect(),
                            schema_url: view.schema_url().into(),
                        })
                        .collect(),
                    schema_url: view.schema_url().into(),
                })
                .collect(),
        }),
        Signal::Traces => Tree::Traces(ExportTraceServiceRequest {
            resource_spans: telemetry
                .resources()
                .map(|view| ResourceSpans {
                    resource: Some(resource(&view)),
                    scope_spans: view
                        .scopes()
                        .map(|view| ScopeSpans {
                            scope: Some(scope(&view)),
                            spans: view.spans().map(|span| self::span(&span)).collect(),
                            schema_url: view.schema_url().into(),
                        })
                        .collect(),
                    schema_url: view.schema_url().into(),
                })
                .collect(),
        }),
        _ => Tree::Metrics(ExportMetricsServiceRequest {
            resource_metrics: telemetry
                .resources()
                .map(|view| ResourceMetrics {
                    resource: Some(resource(&view)),
                    scope_metrics: view
                        .scopes()
                        .map(|view| ScopeMetrics {
                            scope: Some(scope(&view)),
                            metrics: view.metrics().map(|metric| self::metric(&metric)).collect(),
                            schema_url: view.schema_url().into(),
                        })
                        .collect(),
                    schema_url: view.schema_url().into(),
                })
                .collect(),
        }),
    }
}

fn resource(view: &ResourceView<'_>) -> Resource {
    Resource {
        attributes: attributes(view.attributes()),
        dropped_attributes_count: view.dropped_attributes_count(),
        entity_refs: Vec::new(),
    }
}

fn scope(view: &ScopeView<'_>) -> InstrumentationScope {
    InstrumentationScope {
        name: view.name().into(),
        version: view.version().into(),
        attributes: attributes(view.attributes()),
        dropped_attributes_count: view.dropped_attributes_count(),
    }
}

fn attributes(view: AttributesView<'_>) -> Vec<KeyValue> {
    assert_eq!(view.len(), view.iter().count());
    let all: Vec<_> =
        view.iter().map(|(key, value)| KeyValue { key: key.into(), value: any(value), ..Default::default() }).collect();
    for (key, _) in view {
        let first = all.iter().find(|attribute| attribute.key == key).unwrap();
        assert_eq!(view.get(key).and_then(any), first.value);
    }
    all
}

fn any(view: AnyView<'_>) -> Option<AnyValue> {
    let value = match view {
        AnyView::Empty => return None,
        AnyView::Str(value) => Value::StringValue(value.into()),
        AnyView::Bool(value) => Value::BoolValue(value),
        AnyView::Int(value) => Value::IntValue(value),
        AnyView::Double(value) => Value::DoubleValue(value),
        AnyView::Bytes(value) => Value::BytesValue(value.into()),
        AnyView::Array(list) => {
            assert_eq!(list.get(0).is_none(), list.is_empty());
            Value::ArrayValue(ArrayValue { values: list.iter().map(|value| any(value).unwrap_or_default()).collect() })
        }
        AnyView::Map(map) => Value::KvlistValue(KeyValueList { values: attributes(map) }),
    };
    Some(AnyValue { value: Some(value) })
}

fn record(view: &LogView<'_>) -> LogRecord {
    LogRecord {
        time_unix_nano: view.time_unix_nano(),
        observed_time_unix_nano: view.observed_time_unix_nano(),
        severity_number: view.severity_number(),
        severity_text: view.severity_text().into(),
        body: any(view.body()),
        attributes: attributes(view.attributes()),
        dropped_attributes_count: view.dropped_attributes_count(),
        flags: view.flags(),
        trace_id: view.trace_id().into(),
        span_id: view.span_id().into(),
        event_name: view.event_name().into(),
    }
}

fn span(view: &SpanView<'_>) -> Span {
    let event = |view: crate::otlp::view::SpanEventView<'_>| span::Event {
        time_unix_nano: view.time_unix_nano(),
        name: view.name().into(),
        attributes: attributes(view.attributes()),
        dropped_attributes_count: view.dropped_attributes_count(),
    };
    let link = |view: crate::otlp::view::SpanLinkView<'_>| span::Link {
        trace_id: view.trace_id().into(),
        span_id: view.span_id().into(),
        trace_state: view.trace_state().into(),
        attributes: attributes(view.attributes()),
        dropped_attributes_count: view.dropped_attributes_count(),
        flags: view.flags(),
    };
    Span {
        trace_id: view.trace_id().into(),
        span_id: view.span_id().into(),
        trace_state: view.trace_state().into(),
        parent_span_id: view.parent_span_id().into(),
        flags: view.flags(),
        name: view.name().into(),
        kind: view.kind(),
        start_time_unix_nano: view.start_time_unix_nano(),
        end_time_unix_nano: view.end_time_unix_nano(),
        attributes: attributes(view.attributes()),
        dropped_attributes_count: view.dropped_attributes_count(),
        events: view.events().map(event).collect(),
        dropped_events_count: view.dropped_events_count(),
        links: view.links().map(link).collect(),
        dropped_links_count: view.dropped_links_count(),
        status: Some(Status { message: view.status_message().into(), code: view.status_code() }),
    }
}

fn metric(view: &MetricView<'_>) -> Metric {
    let aggregation_temporality = view.aggregation_temporality();
    Metric {
        name: view.name().into(),
        description: view.description().into(),
        unit: view.unit().into(),
        metadata: attributes(view.metadata()),
        data: match view.kind() {
            MetricKind::None => None,
            MetricKind::Gauge => Some(Data::Gauge(Gauge { data_points: view.points().map(number).collect() })),
            MetricKind::Sum => Some(Data::Sum(Sum {
                data_points: view.points().map(number).collect(),
                aggregation_temporality,
                is_monotonic: view.is_monotonic(),
            })),
            MetricKind::Histogram => Some(Data::Histogram(Histogram {
                data_points: view.points().map(histogram).collect(),
                aggregation_temporality,
            })),
            MetricKind::ExponentialHistogram => Some(Data::ExponentialHistogram(ExponentialHistogram {
                data_points: view.points().map(exponential).collect(),
                aggregation_temporality,
            })),
            MetricKind::Summary => Some(Data::Summary(Summary { data_points: view.points().map(summary).collect() })),
        },
    }
}

fn exemplar(view: ExemplarView<'_>) -> Exemplar {
    Exemplar {
        filtered_attributes: attributes(view.filtered_attributes()),
        time_unix_nano: view.time_unix_nano(),
        span_id: view.span_id().into(),
        trace_id: view.trace_id().into(),
        value: match view.value() {
            NumberValue::Empty => None,
            NumberValue::Int(value) => Some(exemplar::Value::AsInt(value)),
            NumberValue::Double(value) => Some(exemplar::Value::AsDouble(value)),
        },
    }
}

fn number(view: DataPointView<'_>) -> NumberDataPoint {
    assert_eq!((view.count(), view.sum(), view.scale()), (0, None, 0));
    NumberDataPoint {
        attributes: attributes(view.attributes()),
        start_time_unix_nano: view.start_time_unix_nano(),
        time_unix_nano: view.time_unix_nano(),
        exemplars: view.exemplars().map(exemplar).collect(),
        flags: view.flags(),
        value: match view.value() {
            NumberValue::Empty => None,
            NumberValue::Int(value) => Some(number_data_point::Value::AsInt(value)),
            NumberValue::Double(value) => Some(number_data_point::Value::AsDouble(value)),
        },
    }
}

fn histogram(view: DataPointView<'_>) -> HistogramDataPoint {
    assert_eq!((view.value(), view.scale(), view.zero_count()), (NumberValue::Empty, 0, 0));
    HistogramDataPoint {
        attributes: attributes(view.attributes()),
        start_time_unix_nano: view.start_time_unix_nano(),
        time_unix_nano: view.time_unix_nano(),
        count: view.count(),
        sum: view.sum(),
        bucket_counts: view.bucket_counts().collect(),
        explicit_bounds: view.explicit_bounds().collect(),
        exemplars: view.exemplars().map(exemplar).collect(),
        flags: view.flags(),
        min: view.min(),
        max: view.max(),
    }
}

fn exponential(view: DataPointView<'_>) -> ExponentialHistogramDataPoint {
    let buckets =
        |view: BucketsView<'_>| Buckets { offset: view.offset(), bucket_counts: view.bucket_counts().collect() };
    assert_eq!(view.bucket_counts().count() + view.explicit_bounds().count(), 0);
    ExponentialHistogramDataPoint {
        attributes: attributes(view.attributes()),
        start_time_unix_nano: view.start_time_unix_nano(),
        time_unix_nano: view.time_unix_nano(),
        count: view.count(),
        sum: view.sum(),
        scale: view.scale(),
        zero_count: view.zero_count(),
        positive: view.positive().map(buckets),
        negative: view.negative().map(buckets),
        flags: view.flags(),
        exemplars: view.exemplars().map(exemplar).collect(),
        min: view.min(),
        max: view.max(),
        zero_threshold: view.zero_threshold(),
    }
}

fn summary(view: DataPointView<'_>) -> SummaryDataPoint {
    let quantile =
        |view: crate::otlp::view::QuantileView| ValueAtQuantile { quantile: view.quantile, value: view.value };
    assert_eq!((view.min(), view.max(), view.exemplars().count()), (None, None, 0));
    SummaryDataPoint {
        attributes: attributes(view.attributes()),
        start_time_unix_nano: view.start_time_unix_nano(),
        time_unix_nano: view.time_unix_nano(),
        count: view.count(),
        sum: view.sum().unwrap_or_default(),
        quantile_values: view.quantile_values().map(quantile).collect(),
        flags: view.flags(),
    }
}
