//! A decoded request of any signal: the slow and obvious counterpart of what the wire model does on bytes.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::{DecodeError, Message as _};

use super::arbitrary::Entropy;
use crate::Signal;
use crate::otlp::edit::Level;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Logs(ExportLogsServiceRequest),
    Traces(ExportTraceServiceRequest),
    Metrics(ExportMetricsServiceRequest),
}

type Attributes = Vec<KeyValue>;

impl Tree {
    pub(super) fn random(entropy: &mut Entropy<'_>) -> Self {
        match entropy.below(3) {
            0 => Self::Logs(entropy.logs()),
            1 => Self::Traces(entropy.traces()),
            _ => Self::Metrics(entropy.metrics()),
        }
    }

    pub(super) fn decode(signal: Signal, bytes: &[u8]) -> Result<Self, DecodeError> {
        match signal {
            Signal::Logs => ExportLogsServiceRequest::decode(bytes).map(Self::Logs),
            Signal::Traces => ExportTraceServiceRequest::decode(bytes).map(Self::Traces),
            _ => ExportMetricsServiceRequest::decode(bytes).map(Self::Metrics),
        }
    }

    pub(super) fn signal(&self) -> Signal {
        match self {
            Self::Logs(_) => Signal::Logs,
            Self::Traces(_) => Signal::Traces,
            Self::Metrics(_) => Signal::Metrics,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Logs(request) => request.encode_to_vec(),
            Self::Traces(request) => request.encode_to_vec(),
            Self::Metrics(request) => request.encode_to_vec(),
        }
    }

    pub(super) fn items(&self) -> usize {
        match self {
            Self::Logs(r) => r.resource_logs.iter().flat_map(|r| &r.scope_logs).map(|s| s.log_records.len()).sum(),
            Self::Traces(r) => r.resource_spans.iter().flat_map(|r| &r.scope_spans).map(|s| s.spans.len()).sum(),
            Self::Metrics(r) => {
                let scopes = r.resource_metrics.iter().flat_map(|r| &r.scope_metrics);
                scopes.flat_map(|s| &s.metrics).map(points).sum()
            }
        }
    }

    /// Calls `each` with the attributes of every message of the level.
    pub(super) fn attributes(&mut self, level: Level, each: &mut dyn FnMut(&mut Attributes)) {
        match self {
            Self::Logs(request) => {
                for resource in &mut request.resource_logs {
                    of_resource(level, &mut resource.resource, each);
                    for scope in &mut resource.scope_logs {
                        of_scope(level, &mut scope.scope, each);
                        if level == Level::Record {
                            scope.log_records.iter_mut().for_each(|record| each(&mut record.attributes));
                        }
                    }
                }
            }
            Self::Traces(request) => {
                for resource in &mut request.resource_spans {
                    of_resource(level, &mut resource.resource, each);
                    for scope in &mut resource.scope_spans {
                        of_scope(level, &mut scope.scope, each);
                        for span in &mut scope.spans {
                            match level {
                                Level::Record => each(&mut span.attributes),
                                Level::SpanEvent => span.events.iter_mut().for_each(|e| each(&mut e.attributes)),
                                _ => {}
                            }
                        }
                    }
                }
            }
            Self::Metrics(request) => {
                for resource in &mut request.resource_metrics {
                    of_resource(level, &mut resource.resource, each);
                    for scope in &mut resource.scope_metrics {
                        of_scope(level, &mut scope.scope, each);
                        for metric in &mut scope.metrics {
                            match level {
                                Level::Metric => each(&mut metric.metadata),
                                Level::Record | Level::DataPoint => of_points(metric, each),
                                _ => {}
                            }
                        }
                    }
                }
            }
        }
    }

    /// Keeps the messages of the level for which `keep` says true, and prunes what was emptied by it.
    pub(super) fn retain(&mut self, level: Level, keep: &mut dyn FnMut() -> bool) {
        match self {
            Self::Logs(request) => prune(&mut request.resource_logs, level == Level::Resource, keep, |r, keep| {
                prune(&mut r.scope_logs, level == Level::Scope, keep, |s, keep| {
                    level == Level::Record && prune(&mut s.log_records, true, keep, |_, _| false)
                })
            }),
            Self::Traces(request) => prune(&mut request.resource_spans, level == Level::Resource, keep, |r, keep| {
                prune(&mut r.scope_spans, level == Level::Scope, keep, |s, keep| {
                    prune(&mut s.spans, level == Level::Record, keep, |s, keep| {
                        if level == Level::SpanEvent {
                            prune(&mut s.events, true, keep, |_, _| false);
                        }
                        false
                    })
                })
            }),
            Self::Metrics(request) => {
                prune(&mut request.resource_metrics, level == Level::Resource, keep, |r, keep| {
                    prune(&mut r.scope_metrics, level == Level::Scope, keep, |s, keep| {
                        prune(&mut s.metrics, level == Level::Metric, keep, |m, keep| {
                            let points = matches!(level, Level::Record | Level::DataPoint);
                            match &mut m.data {
                                Some(Data::Gauge(d)) => points && prune(&mut d.data_points, true, keep, |_, _| false),
                                Some(Data::Sum(d)) => points && prune(&mut d.data_points, true, keep, |_, _| false),
                                Some(Data::Histogram(d)) => {
                                    points && prune(&mut d.data_points, true, keep, |_, _| false)
                                }
                                Some(Data::ExponentialHistogram(d)) => {
                                    points && prune(&mut d.data_points, true, keep, |_, _| false)
                                }
                                Some(Data::Summary(d)) => points && prune(&mut d.data_points, true, keep, |_, _| false),
                                None => false,
                            }
                        })
                    })
                })
            }
        };
    }
}

/// Filters `list`; says whether it had something and lost all of it. `below` says that an element was emptied.
fn prune<T>(
    list: &mut Vec<T>,
    here: bool,
    keep: &mut dyn FnMut() -> bool,
    mut below: impl FnMut(&mut T, &mut dyn FnMut() -> bool) -> bool,
) -> bool {
    let before = list.len();
    list.retain_mut(|element| if here { keep() } else { !below(element, keep) });
    before > 0 && list.is_empty()
}

fn points(metric: &Metric) -> usize {
    match &metric.data {
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
        None => 0,
    }
}

fn of_points(metric: &mut Metric, each: &mut dyn FnMut(&mut Attributes)) {
    match &mut metric.data {
        Some(Data::Gauge(data)) => data.data_points.iter_mut().for_each(|p| each(&mut p.attributes)),
        Some(Data::Sum(data)) => data.data_points.iter_mut().for_each(|p| each(&mut p.attributes)),
        Some(Data::Histogram(data)) => data.data_points.iter_mut().for_each(|p| each(&mut p.attributes)),
        Some(Data::ExponentialHistogram(data)) => data.data_points.iter_mut().for_each(|p| each(&mut p.attributes)),
        Some(Data::Summary(data)) => data.data_points.iter_mut().for_each(|p| each(&mut p.attributes)),
        None => {}
    }
}

fn of_resource(level: Level, resource: &mut Option<Resource>, each: &mut dyn FnMut(&mut Attributes)) {
    if level == Level::Resource {
        let absent = resource.is_none();
        let own = resource.get_or_insert_default();
        each(&mut own.attributes);
        if absent && own.attributes.is_empty() {
            *resource = None;
        }
    }
}

fn of_scope(level: Level, scope: &mut Option<InstrumentationScope>, each: &mut dyn FnMut(&mut Attributes)) {
    if level == Level::Scope {
        let absent = scope.is_none();
        let own = scope.get_or_insert_default();
        each(&mut own.attributes);
        if absent && own.attributes.is_empty() {
            *scope = None;
        }
    }
}
