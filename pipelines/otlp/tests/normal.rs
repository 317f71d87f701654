//! Taking the differences out of trees that mean the same: absent and empty messages, and what views do not show.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, metric::Data};

use super::tree::Tree;
use crate::otlp::edit::Level;

/// The tree as the views show it.
pub(super) fn as_viewed(mut tree: Tree) -> Tree {
    for level in [Level::Resource, Level::Scope, Level::Metric, Level::Record, Level::SpanEvent] {
        tree.attributes(level, &mut |list| attributes(list));
    }
    match &mut tree {
        Tree::Logs(request) => {
            for resource in &mut request.resource_logs {
                resource.resource.get_or_insert_default().entity_refs.clear();
                for scope in &mut resource.scope_logs {
                    scope.scope.get_or_insert_default();
                    scope.log_records.iter_mut().for_each(|record| any(&mut record.body));
                }
            }
        }
        Tree::Traces(request) => {
            for resource in &mut request.resource_spans {
                resource.resource.get_or_insert_default().entity_refs.clear();
                for scope in &mut resource.scope_spans {
                    scope.scope.get_or_insert_default();
                    for span in &mut scope.spans {
                        span.status.get_or_insert_default();
                        span.links.iter_mut().for_each(|link| attributes(&mut link.attributes));
                    }
                }
            }
        }
        Tree::Metrics(request) => {
            for resource in &mut request.resource_metrics {
                resource.resource.get_or_insert_default().entity_refs.clear();
                for scope in &mut resource.scope_metrics {
                    scope.scope.get_or_insert_default();
                    scope.metrics.iter_mut().filter_map(|metric| metric.data.as_mut()).for_each(data);
                }
            }
        }
    }
    tree
}

fn data(data: &mut Data) {
    match data {
        Data::Gauge(data) => data.data_points.iter_mut().for_each(|point| exemplars(&mut point.exemplars)),
        Data::Sum(data) => data.data_points.iter_mut().for_each(|point| exemplars(&mut point.exemplars)),
        Data::Histogram(data) => data.data_points.iter_mut().for_each(|point| exemplars(&mut point.exemplars)),
        Data::ExponentialHistogram(data) => {
            data.data_points.iter_mut().for_each(|point| exemplars(&mut point.exemplars));
        }
        Data::Summary(_) => {}
    }
}

fn exemplars(list: &mut [Exemplar]) {
    list.iter_mut().for_each(|exemplar| attributes(&mut exemplar.filtered_attributes));
}

fn attributes(list: &mut [KeyValue]) {
    for attribute in list {
        attribute.key_strindex = 0;
        any(&mut attribute.value);
    }
}

fn any(value: &mut Option<AnyValue>) {
    if let Some(value) = value {
        inside(value);
    }
    if *value == Some(AnyValue::default()) {
        *value = None;
    }
}

fn inside(value: &mut AnyValue) {
    match &mut value.value {
        Some(Value::ArrayValue(list)) => list.values.iter_mut().for_each(inside),
        Some(Value::KvlistValue(map)) => attributes(&mut map.values),
        Some(Value::StringValueStrindex(_)) => value.value = None,
        _ => {}
    }
}
