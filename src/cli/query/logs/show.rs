//! A log record on a line, and as JSON.

use serde_json::{Value, json};

use super::level::Level;
use super::read::Log;
use crate::cli::query::clock;
use crate::cli::query::show::{Screen, Style, clean, clip, value};

/// Columns of one attribute's value, and of one line of a body, on a terminal.
const LONG: (usize, usize) = (160, 2000);

/// Letters of an id that are shown; `tfo query trace` takes them.
pub(crate) const ID: usize = 8;

/// For people: time, severity, service, message; then what it is about, dimmed. Lines of a message or an attribute, such
/// as a stack trace, follow indented, so that nothing in the data can look like a record.
pub(crate) fn text(log: &Log, screen: &Screen) -> String {
    let level = Level::of(log.severity_number, log.severity_text.as_deref());
    let name = match (&level, &log.severity_text) {
        (Some(level), _) => level.name().to_owned(),
        (None, Some(text)) => clean(text),
        (None, None) => "-".to_owned(),
    };
    let mut head = vec![
        screen.paint(Some(Style::Dim), &clock::short(log.time)),
        screen.paint(level.map(Level::style), &format!("{name:5}")),
        screen.paint(Some(Style::Cyan), &log.origin.service.as_deref().map_or_else(|| "-".to_owned(), clean)),
    ];
    let (mut about, mut below) = (Vec::new(), String::new());
    if let Some(event) = &log.event_name {
        head.push(screen.paint(Some(Style::Bold), &clean(event)));
    }
    if let Some(body) = &log.body {
        let mut lines = body.trim_end().lines();
        head.extend(lines.next().map(|line| line_of(line, screen)));
        lines.for_each(|line| below.push_str(&format!("    {}\n", line_of(line, screen))));
    }
    for (key, of) in &log.attributes {
        match of {
            Value::String(text) if text.contains('\n') => {
                let lines: Vec<String> = text.trim_end().lines().map(|line| line_of(line, screen)).collect();
                let block =
                    lines.iter().fold(format!("    {}:", clean(key)), |block, line| block + "\n        " + line);
                let painted: Vec<String> = block.split('\n').map(|line| screen.paint(Some(Style::Dim), line)).collect();
                below.push_str(&format!("{}\n", painted.join("\n")));
            }
            of => {
                let shown = value(of);
                let shown = if screen.clips { clip(&shown, LONG.0) } else { shown.into() };
                about.push(format!("{}={shown}", clean(key)));
            }
        }
    }
    if let Some(trace) = &log.trace_id {
        let id: String = trace.chars().take(ID).collect();
        about.push(format!("trace={}", clean(&id)));
    }
    if !about.is_empty() {
        head.push(screen.paint(Some(Style::Dim), &about.join(" ")));
    }
    format!("{}\n{below}", head.join("  "))
}

/// For machines; names are those of the columns.
pub(crate) fn json(log: &Log) -> Value {
    json!({
        "time": clock::exact(log.time),
        "time_unix_nano": log.time,
        "observed_time_unix_nano": log.observed,
        "severity_number": log.severity_number,
        "severity_text": log.severity_text,
        "service_name": log.origin.service,
        "event_name": log.event_name,
        "body": log.body,
        "attributes": log.attributes,
        "dropped_attributes_count": log.dropped,
        "trace_id": log.trace_id,
        "span_id": log.span_id,
        "flags": log.flags,
        "resource": log.origin.resource,
        "scope": log.origin.scope,
    })
}

fn line_of(line: &str, screen: &Screen) -> String {
    let line = clean(&line.replace('\t', "    "));
    if screen.clips { clip(&line, LONG.1).into_owned() } else { line }
}
