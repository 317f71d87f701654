//! `verbosity: normal`: one line for every item below one for its resource and scope.

use std::fmt::Write;

use pipelines::otlp::view::{DataPointView, LogView, MetricKind, MetricView, NumberValue, ScopeView, SpanView};
use pipelines::{Signal, Telemetry};

use super::buckets::{Bucket, buckets};
use super::value::{Double, Fixed, Hex, Plain, pairs};

/// Appends one line for every item.
pub(in crate::debug) fn normal(telemetry: &Telemetry, out: &mut String) {
    let (resources, scopes) = match telemetry.signal() {
        Signal::Traces => ("ResourceTraces", "ScopeTraces"),
        Signal::Metrics => ("ResourceMetrics", "ScopeMetrics"),
        Signal::Logs => ("ResourceLog", "ScopeLog"),
        Signal::Profiles => return,
    };
    for (at, resource) in telemetry.resources().enumerate() {
        let _ = write!(out, "{resources} #{at}");
        if !resource.schema_url().is_empty() {
            let _ = write!(out, " [{}]", resource.schema_url());
        }
        pairs(resource.attributes(), out);
        out.push('\n');
        for (at, scope) in resource.scopes().enumerate() {
            let _ = write!(out, "{scopes} #{at}");
            scope_details(&scope, out);
            pairs(scope.attributes(), out);
            out.push('\n');
            items(telemetry.signal(), &scope, out);
        }
    }
}

fn scope_details(scope: &ScopeView<'_>, out: &mut String) {
    if !scope.name().is_empty() {
        let _ = write!(out, " {}", scope.name());
    }
    if !scope.version().is_empty() {
        let blank = if scope.name().is_empty() { " " } else { "" };
        let _ = write!(out, "{blank}@{}", scope.version());
    }
    if !scope.schema_url().is_empty() {
        let _ = write!(out, " [{}]", scope.schema_url());
    }
}

fn items(signal: Signal, scope: &ScopeView<'_>, out: &mut String) {
    match signal {
        Signal::Logs => scope.logs().for_each(|item| log(&item, out)),
        Signal::Traces => scope.spans().for_each(|item| span(&item, out)),
        Signal::Metrics => {
            scope.metrics().for_each(|metric| metric.points().for_each(|item| point(&metric, &item, out)));
        }
        Signal::Profiles => {}
    }
}

fn log(log: &LogView<'_>, out: &mut String) {
    let _ = write!(out, "{}", Plain(log.body()));
    if log.attributes().is_empty() {
        out.push(' ');
    }
    pairs(log.attributes(), out);
    out.push('\n');
}

fn span(span: &SpanView<'_>, out: &mut String) {
    let _ = write!(out, "{} {} {}", span.name(), Hex(span.trace_id()), Hex(span.span_id()));
    pairs(span.attributes(), out);
    out.push('\n');
}

fn point(metric: &MetricView<'_>, point: &DataPointView<'_>, out: &mut String) {
    let attributes: Vec<String> =
        point.attributes().iter().map(|(key, value)| format!("{key}={}", Plain(value))).collect();
    let _ = write!(out, "{}{{{}}}", metric.name(), attributes.join(","));
    match point.kind() {
        MetricKind::Gauge | MetricKind::Sum => {
            let _ = write!(out, " {}", Shown(point));
        }
        MetricKind::Summary => {
            let _ = write!(out, " count={} sum={}", point.count(), Fixed(point.sum().unwrap_or_default()));
        }
        _ => {
            let _ = write!(out, " count={}", point.count());
            for (name, value) in [("sum", point.sum()), ("min", point.min()), ("max", point.max())] {
                if let Some(value) = value {
                    let _ = write!(out, " {name}={}", Double(value));
                }
            }
        }
    }
    let mut bounds = point.explicit_bounds();
    for count in point.bucket_counts() {
        let _ = match bounds.next() {
            Some(bound) => write!(out, " le{}={count}", Double(bound)),
            None => write!(out, " {count}"),
        };
    }
    for bucket in buckets(point) {
        let _ = match bucket {
            Bucket::Zero { count } => write!(out, " zero={count}"),
            Bucket::Negative { upper, count, .. } | Bucket::Positive { upper, count, .. } => {
                write!(out, " le{}={count}", Double(upper))
            }
        };
    }
    for quantile in point.quantile_values() {
        let _ = write!(out, " q{}={}", Double(quantile.quantile), Double(quantile.value));
    }
    out.push('\n');
}

/// The number of a point, without the fixed digits of the detailed text.
struct Shown<'a, 'b>(&'a DataPointView<'b>);

impl std::fmt::Display for Shown<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.value() {
            NumberValue::Empty => Ok(()),
            NumberValue::Int(value) => value.fmt(f),
            NumberValue::Double(value) => Double(value).fmt(f),
        }
    }
}
