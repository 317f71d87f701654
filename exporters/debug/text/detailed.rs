//! `verbosity: detailed`: every field.

use std::fmt::Write;

use pipelines::otlp::view::{LogView, SpanView};
use pipelines::{Signal, Telemetry};

use super::groups::{Names, attributes, inner_attributes, resource, scope};
use super::metrics;
use super::time::Time;
use super::value::{Hex, Typed};

/// Appends every field of every item.
pub(in crate::debug) fn detailed(telemetry: &Telemetry, out: &mut String) {
    let names = match telemetry.signal() {
        Signal::Traces => Names { resource: "ResourceSpans", scope: "ScopeSpans" },
        Signal::Metrics => Names { resource: "ResourceMetrics", scope: "ScopeMetrics" },
        Signal::Logs => Names { resource: "ResourceLog", scope: "ScopeLogs" },
        // Profiles are carried as they are; their fields are not read.
        Signal::Profiles => return,
    };
    for (at, group) in telemetry.resources().enumerate() {
        resource(names, at, &group, out);
        for (at, group) in group.scopes().enumerate() {
            scope(names, at, &group, out);
            match telemetry.signal() {
                Signal::Logs => group.logs().enumerate().for_each(|(at, record)| log(at, &record, out)),
                Signal::Traces => group.spans().enumerate().for_each(|(at, record)| span(at, &record, out)),
                Signal::Metrics => group.metrics().enumerate().for_each(|(at, item)| metrics::metric(at, &item, out)),
                Signal::Profiles => {}
            }
        }
    }
}

fn log(at: usize, log: &LogView<'_>, out: &mut String) {
    let _ = writeln!(out, "LogRecord #{at}");
    let _ = writeln!(out, "ObservedTimestamp: {}", Time(log.observed_time_unix_nano()));
    let _ = writeln!(out, "Timestamp: {}", Time(log.time_unix_nano()));
    let _ = writeln!(out, "SeverityText: {}", log.severity_text());
    let _ = writeln!(out, "SeverityNumber: {}({})", severity(log.severity_number()), log.severity_number());
    if !log.event_name().is_empty() {
        let _ = writeln!(out, "EventName: {}", log.event_name());
    }
    let _ = writeln!(out, "Body: {}", Typed(log.body()));
    attributes("Attributes", log.attributes(), out);
    let _ = writeln!(out, "Trace ID: {}\nSpan ID: {}\nFlags: {}", Hex(log.trace_id()), Hex(log.span_id()), log.flags());
}

fn span(at: usize, span: &SpanView<'_>, out: &mut String) {
    let _ = writeln!(out, "Span #{at}");
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        let _ = writeln!(out, "    {name:<15}: {value}");
    };
    line("Trace ID", &Hex(span.trace_id()));
    line("Parent ID", &Hex(span.parent_span_id()));
    line("ID", &Hex(span.span_id()));
    line("Name", &span.name());
    line("Kind", &kind(span.kind()));
    if !span.trace_state().is_empty() {
        line("TraceState", &span.trace_state());
    }
    line("Start time", &Time(span.start_time_unix_nano()));
    line("End time", &Time(span.end_time_unix_nano()));
    line("Status code", &["Unset", "Ok", "Error"].get(span.status_code() as usize).copied().unwrap_or(""));
    line("Status message", &span.status_message());
    for (name, count) in [
        ("DroppedAttributesCount", span.dropped_attributes_count()),
        ("DroppedEventsCount", span.dropped_events_count()),
        ("DroppedLinksCount", span.dropped_links_count()),
    ] {
        let _ = writeln!(out, "    {name}: {count}");
    }
    attributes("Attributes", span.attributes(), out);
    events_and_links(span, out);
}

fn events_and_links(span: &SpanView<'_>, out: &mut String) {
    for (at, event) in span.events().enumerate() {
        let heading = if at == 0 { "Events:\n" } else { "" };
        let _ = writeln!(out, "{heading}SpanEvent #{at}\n     -> Name: {}", event.name());
        let _ = writeln!(out, "     -> Timestamp: {}", Time(event.time_unix_nano()));
        let _ = writeln!(out, "     -> DroppedAttributesCount: {}", event.dropped_attributes_count());
        inner_attributes("Attributes:", event.attributes(), out);
    }
    for (at, link) in span.links().enumerate() {
        let heading = if at == 0 { "Links:\n" } else { "" };
        let _ = writeln!(out, "{heading}SpanLink #{at}\n     -> Trace ID: {}", Hex(link.trace_id()));
        let _ = writeln!(out, "     -> ID: {}\n     -> TraceState: {}", Hex(link.span_id()), link.trace_state());
        let _ = writeln!(out, "     -> DroppedAttributesCount: {}", link.dropped_attributes_count());
        inner_attributes("Attributes:", link.attributes(), out);
    }
}

fn kind(kind: i32) -> &'static str {
    match kind {
        0 => "Unspecified",
        1 => "Internal",
        2 => "Server",
        3 => "Client",
        4 => "Producer",
        5 => "Consumer",
        _ => "",
    }
}

/// `Info`, `Info2` to `Info4` for 9 to 12, and so on.
fn severity(number: i32) -> String {
    const NAMES: [&str; 6] = ["Trace", "Debug", "Info", "Warn", "Error", "Fatal"];
    match number {
        1..=24 => {
            let (level, step) = ((number - 1) / 4, (number - 1) % 4 + 1);
            let name = NAMES[level as usize];
            if step == 1 { name.to_owned() } else { format!("{name}{step}") }
        }
        0 => "Unspecified".to_owned(),
        _ => String::new(),
    }
}
