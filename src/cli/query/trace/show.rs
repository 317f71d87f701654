//! A trace as a picture: the tree, and when each span was.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Line, Mark, Span};
use crate::cli::query::clock;
use crate::cli::query::show::{Screen, Style, attributes, clean, clip, nanos, width};

/// The most columns that a service's name gets, and how many the bars get.
const SERVICE: usize = 20;
const BAR: (usize, usize) = (10, 60);

/// Colours of services, in the order in which they appear; red is for errors.
const COLOURS: [Style; 5] = [Style::Cyan, Style::Green, Style::Magenta, Style::Blue, Style::Yellow];

/// What is shown.
pub(crate) struct Trace<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// Its spans.
    pub(crate) spans: &'a [Span],
    /// Their places.
    pub(crate) lines: &'a [Line],
    /// How many spans there are, those beyond the limit too.
    pub(crate) total: usize,
    /// How many logs belong to it.
    pub(crate) logs: usize,
}

/// How wide what is.
struct Layout {
    name: usize,
    service: usize,
    bar: usize,
}

/// For people.
pub(crate) fn text(trace: &Trace<'_>, screen: &Screen, with_attributes: bool) -> String {
    let (start, length) = trace.bounds();
    let layout = trace.layout(screen);
    let services = trace.services();
    let mut text = trace.head(screen, start, length, services.len());
    for line in trace.lines {
        let span = &trace.spans[line.span];
        let colour = services.iter().position(|name| *name == span.origin.service.as_deref());
        let colour = if span.failed() { Style::Red } else { COLOURS[colour.unwrap_or(0) % COLOURS.len()] };
        let name = clean(&span.name);
        let room = layout.name.saturating_sub(width(&line.rails)).max(4);
        let name = clip(&name, room);
        let pad = " ".repeat(layout.name.saturating_sub(width(&line.rails) + width(&name)));
        let service = clean(span.origin.service.as_deref().unwrap_or("-"));
        let service = clip(&service, layout.service);
        let blanks = " ".repeat(layout.service.saturating_sub(width(&service)));
        let bar = screen.paint(Some(colour), &bar(span, start, length, layout.bar));
        let took = if span.end == 0 { "?".to_owned() } else { nanos(span.duration() as f64) };
        let rails = screen.paint(Some(Style::Dim), &line.rails);
        let name = screen.paint(span.failed().then_some(Style::Red), &name);
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(
            text,
            "{rails}{name}{pad}  {}{blanks}  \u{2502}{bar}\u{2502} {took:>10}",
            screen.paint(Some(colour), &service)
        );
        details(&mut text, span, line, screen, with_attributes);
    }
    if trace.logs > 0 {
        let begin: String = trace.id.chars().take(8).collect();
        let hint = format!("{}: tfo query logs --trace {begin}", count(trace.logs, "log"));
        let _ = writeln!(text, "\n{}", screen.paint(Some(Style::Dim), &hint));
    }
    text
}

/// For machines: the spans in the order of the tree; names are those of the columns.
pub(crate) fn json(trace: &Trace<'_>) -> Value {
    let (start, length) = trace.bounds();
    let spans = trace.lines.iter().map(|line| {
        let span = &trace.spans[line.span];
        json!({
            "depth": line.depth,
            "parent_is": match (line.mark, &span.parent_span_id) {
                (Mark::Orphan, _) => "missing",
                (Mark::Loop, _) => "its own descendant",
                (Mark::None, Some(_)) => "above",
                (Mark::None, None) => "none",
            },
            "span_id": span.span_id,
            "parent_span_id": span.parent_span_id,
            "name": span.name,
            "kind": span.kind,
            "service_name": span.origin.service,
            "start_time": clock::exact(span.start),
            "start_time_unix_nano": span.start,
            "end_time_unix_nano": span.end,
            "duration_nano": span.duration(),
            "status_code": span.status_code,
            "status_message": span.status_message,
            "trace_state": span.trace_state,
            "attributes": span.attributes,
            "events": span.events,
            "links": span.links,
            "resource": span.origin.resource,
            "scope": span.origin.scope,
        })
    });
    json!({
        "trace_id": trace.id,
        "start_time": clock::exact(start),
        "start_time_unix_nano": start,
        "duration_nano": length,
        "span_count": trace.total,
        "log_count": trace.logs,
        "spans": spans.collect::<Vec<_>>(),
    })
}

// === impl Trace ===

impl Trace<'_> {
    /// When it began and how long it took.
    fn bounds(&self) -> (i64, i64) {
        let start = self.spans.iter().map(|span| span.start).min().unwrap_or(0);
        let end = self.spans.iter().map(|span| span.end.max(span.start)).max().unwrap_or(start);
        (start, end.saturating_sub(start))
    }

    fn services(&self) -> Vec<Option<&str>> {
        let mut services = Vec::new();
        for line in self.lines {
            let service = self.spans[line.span].origin.service.as_deref();
            if !services.contains(&service) {
                services.push(service);
            }
        }
        services
    }

    fn head(&self, screen: &Screen, start: i64, length: i64, services: usize) -> String {
        let errors = self.spans.iter().filter(|span| span.failed()).count();
        let errors = if errors == 0 { String::new() } else { format!(", {}", count(errors, "error")) };
        let id = screen.paint(Some(Style::Bold), &format!("trace {}", clean(self.id)));
        let what = format!("{}, {}", count(self.total, "span"), count(services, "service"));
        format!("{id}  {}  {what}{errors}, {}\n\n", clock::short(start), nanos(length as f64))
    }

    fn layout(&self, screen: &Screen) -> Layout {
        let service = |span: &Span| width(&clean(span.origin.service.as_deref().unwrap_or("-")));
        let service = self.spans.iter().map(service).max().unwrap_or(1).min(SERVICE);
        let name = |line: &Line| width(&line.rails) + width(&clean(&self.spans[line.span].name));
        // Beside name, service and bar: two gaps of two, the bar's frame of two, a blank and ten of the duration.
        let room = screen.width.saturating_sub(service + 17);
        let name = self.lines.iter().map(name).max().unwrap_or(0).clamp(4, (room * 3 / 5).max(4));
        let bar = room.saturating_sub(name).clamp(BAR.0, BAR.1);
        Layout { name, service, bar }
    }
}

/// What is told below a span's line: why it stands there, what went wrong, what happened.
fn details(text: &mut String, span: &Span, line: &Line, screen: &Screen, with_attributes: bool) {
    let mut tell = |style: Style, told: &str| {
        let room = screen.width.saturating_sub(width(&line.below)).max(20);
        let told = if screen.clips { clip(told, room) } else { told.into() };
        let _ = writeln!(text, "{}{}", screen.paint(Some(Style::Dim), &line.below), screen.paint(Some(style), &told));
    };
    let parent = clean(span.parent_span_id.as_deref().unwrap_or_default());
    match line.mark {
        Mark::None => {}
        Mark::Orphan => tell(Style::Dim, &format!("(its parent {parent} is not in the store)")),
        Mark::Loop => tell(Style::Dim, &format!("(its parent {parent} is one of its own descendants)")),
    }
    if span.failed() {
        let message =
            span.status_message.as_deref().map_or_else(String::new, |message| format!(": {}", clean(message)));
        tell(Style::Red, &format!("Error{message}"));
    }
    if with_attributes && !span.attributes.is_empty() {
        tell(Style::Dim, &attributes(&span.attributes));
    }
    for event in span.events.as_array().into_iter().flatten() {
        let time = event["time_unix_nano"].as_i64().unwrap_or(span.start);
        let name = clean(event["name"].as_str().unwrap_or_default());
        let of = event["attributes"].as_object().map(attributes).unwrap_or_default();
        let after = nanos(time.saturating_sub(span.start) as f64);
        tell(Style::Dim, format!("* +{after} {name} {of}").trim_end());
    }
}

/// When a span was, as a part of the whole; nothing is too short to be seen.
fn bar(span: &Span, start: i64, length: i64, columns: usize) -> String {
    let scale = |nanos: i64| nanos as f64 / length.max(1) as f64 * columns as f64;
    let from = (scale(span.start.saturating_sub(start)).floor() as usize).min(columns - 1);
    let exact = scale(span.duration());
    let until = (scale(span.start.saturating_sub(start)) + exact).round() as usize;
    let until = until.clamp(from + 1, columns);
    let block = if exact < 0.5 { "\u{258f}" } else { "\u{2588}" };
    format!("{}{}{}", " ".repeat(from), block.repeat(until - from), " ".repeat(columns - until))
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(start: i64, end: i64) -> String {
        bar(&Span { start, end, ..Span::default() }, 0, 100, 10).replace('\u{2588}', "#").replace('\u{258f}', "|")
    }

    /// Scenario: spans at the edges, of no length, never ended, reaching beyond what is shown. Guarantee: each has a bar
    /// within the frame.
    #[test]
    fn bars_stay_in_their_frame() {
        assert_eq!(drawn(0, 100), "##########");
        assert_eq!(drawn(20, 50), "  ###     ");
        assert_eq!(drawn(55, 56), "     |    ");
        assert_eq!(drawn(100, 100), "         |");
        assert_eq!(drawn(90, 0), "         |");
        assert_eq!(drawn(0, i64::MAX), "##########");
        assert_eq!(bar(&Span::default(), 0, 0, 3), "\u{258f}  ");
    }
}
