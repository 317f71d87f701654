//! Diagnostics as rustc shows its own, and as JSON.

use std::borrow::Cow;

use annotate_snippets::renderer::{DEFAULT_TERM_WIDTH, DecorStyle};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use pipelines::config::{Diagnostic, Diagnostics, Severity, Sources, Span};
use serde_json::{Value, json};

/// All diagnostics, then one line that sums them up. Empty when there are none.
pub(crate) fn text(diagnostics: &Diagnostics, sources: &Sources, files: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(DEFAULT_TERM_WIDTH);
    let mut text = String::new();
    for diagnostic in diagnostics.sorted(sources) {
        text.push_str(&renderer.render(&[group(diagnostic, sources)]));
        text.push_str("\n\n");
    }
    if let Some(summary) = summary(diagnostics, files) {
        text.push_str(&summary);
    }
    text
}

/// A diagnostic in one line: `file:line:column: error[E0101]: ...`.
pub(crate) fn line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.span.map_or_else(String::new, |span| {
        let at = sources.position(span);
        format!("{}:{}:{}: ", sources.name(span), at.line, at.column)
    });
    let meant = diagnostic.suggestion.as_ref().map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    format!("{place}{}[{}]: {}{meant}", severity(diagnostic.severity), diagnostic.code.id, diagnostic.message)
}

/// All diagnostics for machines.
pub(crate) fn json(diagnostics: &Diagnostics, sources: &Sources) -> Value {
    let one = |diagnostic: &Diagnostic| {
        let position = diagnostic.span.map(|span| sources.position(span));
        json!({
            "code": diagnostic.code.id,
            "severity": severity(diagnostic.severity),
            "message": diagnostic.message,
            "file": diagnostic.span.map(|span| sources.name(span)),
            "line": position.map(|position| position.line),
            "column": position.map(|position| position.column),
            "path": diagnostic.path,
            "suggestion": diagnostic.suggestion,
            "helps": diagnostic.helps,
        })
    };
    diagnostics.sorted(sources).into_iter().map(one).collect()
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let source = diagnostic.span.and_then(|span| Some((span, sources.source(span.source)?)));
    let mut group = match source {
        Some((span, source)) => {
            let label = diagnostic.suggestion.as_ref().map(|meant| format!("did you mean `{meant}`?"));
            let range = first_line(&source.text, span);
            let annotation = AnnotationKind::Primary.span(range);
            let annotation = match label {
                Some(label) => annotation.label(label),
                None => annotation,
            };
            let snippet = Snippet::source(masked(&source.text)).path(source.name.as_str()).annotation(annotation);
            title.element(snippet)
        }
        None => Group::with_title(title),
    };
    for help in &diagnostic.helps {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    if diagnostic.severity == Severity::Error {
        group = group.element(Level::NOTE.message(format!("`tfo explain {}` says more", diagnostic.code.id)));
    }
    group
}

/// The part of a span on its first line; a map that spans a page is pointed at where it begins.
fn first_line(text: &str, span: Span) -> std::ops::Range<usize> {
    let start = (span.start as usize).min(text.len());
    let end = (span.end as usize).clamp(start, text.len());
    let line = text.get(start..end).and_then(|span| span.find('\n')).map_or(end, |newline| start + newline);
    start..line
}

/// The text with passwords in URLs covered, byte for byte, so that spans stay where they are.
fn masked(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return text.into();
    }
    let line = |line: &str| {
        let (before, rest) = line.split_at(line.find("://")? + 3);
        // A password may hold any character, so it ends at the last `@` that stands in no comment.
        let (login, _) = rest.split(" #").next()?.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        Some(format!("{before}{user}:{}{}", "*".repeat(password.len()), &rest[login.len()..]))
    };
    text.split_inclusive('\n').map(|text| line(text).map_or(Cow::Borrowed(text), Cow::Owned)).collect::<String>().into()
}

fn summary(diagnostics: &Diagnostics, files: &str) -> Option<String> {
    let errors = diagnostics.errors();
    let warnings = diagnostics.iter().count() - errors;
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => None,
        (0, warnings) => Some(format!("{} in {files}\n", count(warnings, "warning"))),
        (errors, 0) => Some(format!("{} in {files}; nothing was started\n", count(errors, "error"))),
        (errors, warnings) => Some(format!(
            "{}, {} in {files}; nothing was started\n",
            count(errors, "error"),
            count(warnings, "warning")
        )),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: lines with URLs. Guarantee: passwords are covered without moving anything, the rest stays.
    #[test]
    fn passwords_in_urls_are_covered() {
        for (line, shown) in [
            ("a: http://u:p/w@h:1/x\nb: c\n", "a: http://u:***@h:1/x\nb: c\n"),
            ("a: http://h:1/x # me@home", "a: http://h:1/x # me@home"),
            ("a: ['http://u:p#@:1,http://u:q@h']", "a: ['http://u:****************@h']"),
            ("a: http://u@h:1", "a: http://u@h:1"),
            ("a: me@home:1 http://h", "a: me@home:1 http://h"),
            ("a: b", "a: b"),
        ] {
            assert_eq!(masked(line), shown);
            assert_eq!(line.len(), shown.len());
        }
    }
}
