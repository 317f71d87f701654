//! The same edits on decoded objects, the reference the wire edits are held against.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::resource::v1::Resource;
use pipelines::otlp::edit::Level;
use pipelines::{Signal, Telemetry};

use crate::testing::{decode, telemetry};

/// Decodes, edits the attributes of every message of the level, and encodes.
pub(super) fn apply(before: &Telemetry, level: Level, edit: impl Fn(&mut Vec<KeyValue>)) -> Telemetry {
    let record = level == Level::Record;
    match before.signal() {
        Signal::Logs => {
            let mut request: ExportLogsServiceRequest = decode(before);
            for resource in &mut request.resource_logs {
                if record {
                    let records = resource.scope_logs.iter_mut().flat_map(|scope| &mut scope.log_records);
                    records.for_each(|record| edit(&mut record.attributes));
                } else {
                    edit_resource(&mut resource.resource, &edit);
                }
            }
            telemetry(Signal::Logs, &request)
        }
        Signal::Traces => {
            let mut request: ExportTraceServiceRequest = decode(before);
            for resource in &mut request.resource_spans {
                if record {
                    let spans = resource.scope_spans.iter_mut().flat_map(|scope| &mut scope.spans);
                    spans.for_each(|span| edit(&mut span.attributes));
                } else {
                    edit_resource(&mut resource.resource, &edit);
                }
            }
            telemetry(Signal::Traces, &request)
        }
        _ => {
            let mut request: ExportMetricsServiceRequest = decode(before);
            for resource in &mut request.resource_metrics {
                if record {
                    let metrics = resource.scope_metrics.iter_mut().flat_map(|scope| &mut scope.metrics);
                    metrics.for_each(|metric| points(metric.data.as_mut(), &edit));
                } else {
                    edit_resource(&mut resource.resource, &edit);
                }
            }
            telemetry(Signal::Metrics, &request)
        }
    }
}

/// Both decode to the same objects.
pub(super) fn assert_same(left: &Telemetry, right: &Telemetry) {
    match left.signal() {
        Signal::Logs => assert_eq!(decode::<ExportLogsServiceRequest>(left), decode(right)),
        Signal::Traces => assert_eq!(decode::<ExportTraceServiceRequest>(left), decode(right)),
        _ => assert_eq!(decode::<ExportMetricsServiceRequest>(left), decode(right)),
    }
}

/// An absent resource is made only if there is something to put in.
fn edit_resource(resource: &mut Option<Resource>, edit: &impl Fn(&mut Vec<KeyValue>)) {
    let mut edited = resource.clone().unwrap_or_default();
    edit(&mut edited.attributes);
    if resource.is_some() || !edited.attributes.is_empty() {
        *resource = Some(edited);
    }
}

fn points(data: Option<&mut Data>, edit: &impl Fn(&mut Vec<KeyValue>)) {
    match data {
        Some(Data::Gauge(data)) => data.data_points.iter_mut().for_each(|point| edit(&mut point.attributes)),
        Some(Data::Sum(data)) => data.data_points.iter_mut().for_each(|point| edit(&mut point.attributes)),
        Some(Data::Histogram(data)) => data.data_points.iter_mut().for_each(|point| edit(&mut point.attributes)),
        Some(Data::ExponentialHistogram(data)) => {
            data.data_points.iter_mut().for_each(|point| edit(&mut point.attributes));
        }
        Some(Data::Summary(data)) => data.data_points.iter_mut().for_each(|point| edit(&mut point.attributes)),
        None => {}
    }
}
