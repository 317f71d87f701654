//! [`Rule`]: an `include` or `exclude` made ready to test records.

use pipelines::component::Failure;
use pipelines::config::MatchType;
use pipelines::otlp::edit::{EncodedValue, ItemCx};
use pipelines::otlp::view::{AnyView, AttributesView};
use regex::Regex;

use super::{AttributeMatch, Match, SeverityMatch};
use crate::actions::{last_line, literal, text};

/// An `include` or `exclude` made ready to test records.
#[derive(Debug)]
pub(crate) struct Rule {
    services: Texts,
    span_names: Texts,
    span_kinds: Texts,
    log_bodies: Texts,
    log_severity_texts: Texts,
    log_severity_number: Option<SeverityMatch>,
    metric_names: Texts,
    attributes: Vec<Attribute>,
    resources: Vec<Attribute>,
    libraries: Vec<Library>,
}

/// Texts of which one must match; none means that any text will do.
#[derive(Debug)]
struct Texts(Vec<Text>);

#[derive(Debug)]
enum Text {
    Equal(String),
    Pattern(Regex),
}

#[derive(Debug)]
struct Attribute {
    key: String,
    value: Option<Expected>,
}

#[derive(Debug)]
enum Expected {
    Equal(EncodedValue),
    Pattern(Regex),
}

#[derive(Debug)]
struct Library {
    name: Text,
    version: Option<Text>,
}

// === impl Rule ===

impl Rule {
    /// Makes a rule that passed validation ready.
    pub(crate) fn new(from: &Match) -> Result<Self, Failure> {
        let texts = |all: &[String]| {
            all.iter().map(|text| Text::new(from.match_type, text)).collect::<Result<_, _>>().map(Texts)
        };
        let attributes = |all: &[AttributeMatch]| {
            all.iter().map(|one| Attribute::new(from.match_type, one)).collect::<Result<_, Failure>>()
        };
        let libraries = from.libraries.iter().map(|library| {
            let version = library.version.as_deref().map(|version| Text::new(from.match_type, version));
            Ok(Library { name: Text::new(from.match_type, &library.name)?, version: version.transpose()? })
        });
        Ok(Self {
            services: texts(&from.services)?,
            span_names: texts(&from.span_names)?,
            span_kinds: texts(&from.span_kinds)?,
            log_bodies: texts(&from.log_bodies)?,
            log_severity_texts: texts(&from.log_severity_texts)?,
            log_severity_number: from.log_severity_number,
            metric_names: texts(&from.metric_names)?,
            attributes: attributes(&from.attributes)?,
            resources: attributes(&from.resources)?,
            libraries: libraries.collect::<Result<_, Failure>>()?,
        })
    }

    /// Whether the record matches.
    pub(crate) fn matches(&self, cx: &ItemCx<'_>) -> bool {
        self.matches_above(cx) && self.matches_log(cx) && self.matches_span(cx) && self.matches_metric(cx)
    }

    fn matches_above(&self, cx: &ItemCx<'_>) -> bool {
        if !self.services.0.is_empty() || !self.resources.is_empty() {
            let attributes = cx.resource().attributes();
            let service = || attributes.get("service.name").map(text);
            if !self.services.any(|| service().unwrap_or_default()) || !all(&self.resources, attributes) {
                return false;
            }
        }
        self.libraries.is_empty()
            || cx.scope().is_some_and(|scope| {
                self.libraries.iter().any(|library| library.matches(scope.name(), scope.version()))
            })
    }

    fn matches_log(&self, cx: &ItemCx<'_>) -> bool {
        let Some(log) = cx.log() else { return true };
        let severity = self.log_severity_number.is_none_or(|expected| match log.severity_number() {
            0 => expected.match_undefined,
            number => number >= expected.min.0,
        });
        let body = self.log_bodies.any(|| text(log.body()));
        let severity_text = || log.severity_text().to_owned();
        severity && body && self.log_severity_texts.any(severity_text) && all(&self.attributes, log.attributes())
    }

    fn matches_span(&self, cx: &ItemCx<'_>) -> bool {
        let Some(span) = cx.span() else { return true };
        self.span_names.any(|| span.name().to_owned())
            && self.span_kinds.any(|| kind(span.kind()).to_owned())
            && all(&self.attributes, span.attributes())
    }

    fn matches_metric(&self, cx: &ItemCx<'_>) -> bool {
        let names = self.metric_names.0.is_empty()
            || cx.metric().is_none_or(|metric| self.metric_names.any(|| metric.name().to_owned()));
        names
            && (self.attributes.is_empty() || cx.point().is_none_or(|point| all(&self.attributes, point.attributes())))
    }
}

fn all(expected: &[Attribute], attributes: AttributesView<'_>) -> bool {
    expected.iter().all(|attribute| attribute.matches(attributes))
}

fn kind(kind: i32) -> &'static str {
    match kind {
        1 => "SPAN_KIND_INTERNAL",
        2 => "SPAN_KIND_SERVER",
        3 => "SPAN_KIND_CLIENT",
        4 => "SPAN_KIND_PRODUCER",
        5 => "SPAN_KIND_CONSUMER",
        _ => "SPAN_KIND_UNSPECIFIED",
    }
}

// === impl Texts ===

impl Texts {
    /// Whether one of them matches, or there are none; the text is made only if it is needed.
    fn any(&self, text: impl FnOnce() -> String) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let text = text();
        self.0.iter().any(|own| own.matches(&text))
    }
}

// === impl Text ===

impl Text {
    fn new(match_type: MatchType, text: &str) -> Result<Self, Failure> {
        Ok(match match_type {
            MatchType::Strict => Self::Equal(text.to_owned()),
            MatchType::Regexp => Self::Pattern(regex(text)?),
        })
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Equal(own) => own == text,
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

// === impl Attribute ===

impl Attribute {
    fn new(match_type: MatchType, from: &AttributeMatch) -> Result<Self, Failure> {
        let value = match (&from.value, match_type) {
            (None, _) => None,
            (Some(serde_json::Value::String(pattern)), MatchType::Regexp) => Some(Expected::Pattern(regex(pattern)?)),
            (Some(value), _) => Some(Expected::Equal(literal(value))),
        };
        Ok(Self { key: from.key.clone(), value })
    }

    fn matches(&self, attributes: AttributesView<'_>) -> bool {
        let Some(found) = attributes.get(&self.key) else { return false };
        match &self.value {
            None => true,
            Some(Expected::Equal(value)) => EncodedValue::new(found) == *value,
            // Lists, maps and bytes have no text to match, as in the Collector.
            Some(Expected::Pattern(pattern)) => match found {
                AnyView::Str(value) => pattern.is_match(value),
                AnyView::Bool(_) | AnyView::Int(_) | AnyView::Double(_) => pattern.is_match(&text(found)),
                _ => false,
            },
        }
    }
}

// === impl Library ===

impl Library {
    fn matches(&self, name: &str, version: &str) -> bool {
        self.name.matches(name) && self.version.as_ref().is_none_or(|own| own.matches(version))
    }
}

fn regex(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(pattern)
        .map_err(|error| Failure(format!("`{pattern}` is not a regular expression: {}", last_line(&error))))
}
