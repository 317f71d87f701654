//! Random OTLP requests, as trees, from a string of entropy: less entropy gives a smaller tree, so proptest can shrink.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar,
    exponential_histogram_data_point::Buckets, metric, number_data_point, summary_data_point::ValueAtQuantile,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};

/// Bytes to make choices from; zeros when it has run out.
pub(super) struct Entropy<'a>(pub(super) &'a [u8]);

/// Keys come from a small pool, so that doubles and hits are frequent.
pub(super) const KEYS: [&str; 8] =
    ["a", "b", "service.name", "k\u{e9}y", "", "c", "long.attribute.key.of.some.length", "d"];

const TEXTS: [&str; 6] =
    ["", "x", "hello world, this is a text", "\u{4f60}\u{597d}", "GET /api/v1/items", "\u{1f600}!"];

impl Entropy<'_> {
    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    fn chance(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    fn number(&mut self) -> u64 {
        match self.byte() % 4 {
            0 => 0,
            1 => u64::from(self.byte()),
            2 => u64::from(self.byte()) << 24 | u64::from(self.byte()),
            _ => u64::MAX - u64::from(self.byte()),
        }
    }

    fn double(&mut self) -> f64 {
        self.number() as i64 as f64 / 4.0
    }

    fn id(&mut self, len: usize) -> Vec<u8> {
        if self.chance() { vec![self.byte(); len] } else { Vec::new() }
    }

    pub(super) fn key(&mut self) -> &'static str {
        KEYS[self.below(KEYS.len())]
    }

    pub(super) fn text(&mut self) -> String {
        match self.byte() % 8 {
            0 => TEXTS[1].repeat(self.below(200)),
            1 => TEXTS[3].repeat(self.below(60)),
            choice => TEXTS[usize::from(choice) % TEXTS.len()].into(),
        }
    }

    fn some<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance().then(|| make(self))
    }

    fn many<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    pub(super) fn any(&mut self, depth: usize) -> AnyValue {
        use any_value::Value;
        let kinds = if depth == 0 { 6 } else { 8 };
        let value = match self.below(kinds) {
            0 => None,
            1 => Some(Value::StringValue(self.text())),
            2 => Some(Value::BoolValue(self.chance())),
            3 => Some(Value::IntValue(self.number() as i64)),
            4 => Some(Value::DoubleValue(self.double())),
            5 => Some(Value::BytesValue(self.text().into_bytes())),
            6 => Some(Value::ArrayValue(ArrayValue { values: self.many(3, |e| e.any(depth - 1)) })),
            _ => Some(Value::KvlistValue(KeyValueList { values: self.many(3, |e| e.attribute(depth - 1)) })),
        };
        AnyValue { value }
    }

    fn attribute(&mut self, depth: usize) -> KeyValue {
        KeyValue { key: self.key().into(), value: self.some(|e| e.any(depth)), ..Default::default() }
    }

    fn attributes(&mut self) -> Vec<KeyValue> {
        self.many(4, |e| e.attribute(3))
    }

    fn resource(&mut self) -> Resource {
        Resource {
            attributes: self.attributes(),
            dropped_attributes_count: self.number() as u32,
            entity_refs: self.many(1, |e| EntityRef {
                schema_url: e.text(),
                r#type: e.text(),
                id_keys: e.many(2, Self::text),
                description_keys: e.many(2, Self::text),
            }),
        }
    }

    fn scope(&mut self) -> InstrumentationScope {
        InstrumentationScope {
            name: self.text(),
            version: self.text(),
            attributes: self.attributes(),
            dropped_attributes_count: self.number() as u32,
        }
    }

    pub(super) fn logs(&mut self) -> ExportLogsServiceRequest {
        let record = |e: &mut Self| LogRecord {
            time_unix_nano: e.number(),
            observed_time_unix_nano: e.number(),
            severity_number: e.number() as i32,
            severity_text: e.text(),
            body: e.some(|e| e.any(4)),
            attributes: e.attributes(),
            dropped_attributes_count: e.number() as u32,
            flags: e.number() as u32,
            trace_id: e.id(16),
            span_id: e.id(8),
            event_name: e.text(),
        };
        let scope = |e: &mut Self| ScopeLogs {
            scope: e.some(Self::scope),
            log_records: e.many(4, record),
            schema_url: e.text(),
        };
        let resource = |e: &mut Self| ResourceLogs {
            resource: e.some(Self::resource),
            scope_logs: e.many(3, scope),
            schema_url: e.text(),
        };
        ExportLogsServiceRequest { resource_logs: self.many(3, resource) }
    }

    pub(super) fn traces(&mut self) -> ExportTraceServiceRequest {
        let event = |e: &mut Self| span::Event {
            time_unix_nano: e.number(),
            name: e.text(),
            attributes: e.attributes(),
            dropped_attributes_count: e.number() as u32,
        };
        let link = |e: &mut Self| span::Link {
            trace_id: e.id(16),
            span_id: e.id(8),
            trace_state: e.text(),
            attributes: e.attributes(),
            dropped_attributes_count: e.number() as u32,
            flags: e.number() as u32,
        };
        let span = |e: &mut Self| Span {
            trace_id: e.id(16),
            span_id: e.id(8),
            trace_state: e.text(),
            parent_span_id: e.id(8),
            flags: e.number() as u32,
            name: e.text(),
            kind: e.number() as i32,
            start_time_unix_nano: e.number(),
            end_time_unix_nano: e.number(),
            attributes: e.attributes(),
            dropped_attributes_count: e.number() as u32,
            events: e.many(3, event),
            dropped_events_count: e.number() as u32,
            links: e.many(2, link),
            dropped_links_count: e.number() as u32,
            status: e.some(|e| Status { message: e.text(), code: e.number() as i32 }),
        };
        let scope =
            |e: &mut Self| ScopeSpans { scope: e.some(Self::scope), spans: e.many(4, span), schema_url: e.text() };
        let resource = |e: &mut Self| ResourceSpans {
            resource: e.some(Self::resource),
            scope_spans: e.many(3, scope),
            schema_url: e.text(),
        };
        ExportTraceServiceRequest { resource_spans: self.many(3, resource) }
    }

    fn exemplar(&mut self) -> Exemplar {
        Exemplar {
            filtered_attributes: self.attributes(),
            time_unix_nano: self.number(),
            span_id: self.id(8),
            trace_id: self.id(16),
            value: match self.below(3) {
                0 => None,
                1 => Some(exemplar::Value::AsDouble(self.double())),
                _ => Some(exemplar::Value::AsInt(self.number() as i64)),
            },
        }
    }

    fn number_point(&mut self) -> NumberDataPoint {
        NumberDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.number(),
            time_unix_nano: self.number(),
            exemplars: self.many(2, Self::exemplar),
            flags: self.number() as u32,
            value: match self.below(3) {
                0 => None,
                1 => Some(number_data_point::Value::AsDouble(self.double())),
                _ => Some(number_data_point::Value::AsInt(self.number() as i64)),
            },
        }
    }

    fn histogram_point(&mut self) -> HistogramDataPoint {
        HistogramDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.number(),
            time_unix_nano: self.number(),
            count: self.number(),
            sum: self.some(Self::double),
            bucket_counts: self.many(4, Self::number),
            explicit_bounds: self.many(3, Self::double),
            exemplars: self.many(2, Self::exemplar),
            flags: self.number() as u32,
            min: self.some(Self::double),
            max: self.some(Self::double),
        }
    }

    fn exponential_point(&mut self) -> ExponentialHistogramDataPoint {
        let buckets = |e: &mut Self| Buckets { offset: e.number() as i32, bucket_counts: e.many(4, Self::number) };
        ExponentialHistogramDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.number(),
            time_unix_nano: self.number(),
            count: self.number(),
            sum: self.some(Self::double),
            scale: self.number() as i32,
            zero_count: self.number(),
            positive: self.some(buckets),
            negative: self.some(buckets),
            flags: self.number() as u32,
            exemplars: self.many(2, Self::exemplar),
            min: self.some(Self::double),
            max: self.some(Self::double),
            zero_threshold: self.double(),
        }
    }

    fn summary_point(&mut self) -> SummaryDataPoint {
        SummaryDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.number(),
            time_unix_nano: self.number(),
            count: self.number(),
            sum: self.double(),
            quantile_values: self.many(3, |e| ValueAtQuantile { quantile: e.double(), value: e.double() }),
            flags: self.number() as u32,
        }
    }

    pub(super) fn metrics(&mut self) -> ExportMetricsServiceRequest {
        let metric = |e: &mut Self| Metric {
            name: e.text(),
            description: e.text(),
            unit: e.text(),
            metadata: e.attributes(),
            data: match e.below(6) {
                0 => None,
                1 => Some(metric::Data::Gauge(Gauge { data_points: e.many(3, Self::number_point) })),
                2 => Some(metric::Data::Sum(Sum {
                    data_points: e.many(3, Self::number_point),
                    aggregation_temporality: e.number() as i32,
                    is_monotonic: e.chance(),
                })),
                3 => Some(metric::Data::Histogram(Histogram {
                    data_points: e.many(3, Self::histogram_point),
                    aggregation_temporality: e.number() as i32,
                })),
                4 => Some(metric::Data::ExponentialHistogram(ExponentialHistogram {
                    data_points: e.many(3, Self::exponential_point),
                    aggregation_temporality: e.number() as i32,
                })),
                _ => Some(metric::Data::Summary(Summary { data_points: e.many(3, Self::summary_point) })),
            },
        };
        let scope = |e: &mut Self| ScopeMetrics {
            scope: e.some(Self::scope),
            metrics: e.many(3, metric),
            schema_url: e.text(),
        };
        let resource = |e: &mut Self| ResourceMetrics {
            resource: e.some(Self::resource),
            scope_metrics: e.many(3, scope),
            schema_url: e.text(),
        };
        ExportMetricsServiceRequest { resource_metrics: self.many(3, resource) }
    }
}
