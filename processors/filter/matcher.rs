//! Properties to match, compiled.

use std::borrow::Cow;
use std::collections::HashSet;

use pipelines::component::Problems;
use pipelines::otlp::view::{AnyView, AttributesView};
use regex::Regex;
use serde_json::Value;

use super::properties::{
    Attribute, Library, LogProperties, MatchType, MetricProperties, SeverityProperties, SpanProperties,
};
use crate::actions;
use crate::ottl::{Code, Record, pattern, severity_number};

/// Texts, any one of which suffices.
#[derive(Debug)]
enum Texts {
    Strict(HashSet<String>),
    Regexp(Vec<Regex>),
}

/// Attributes, all of which must match.
#[derive(Debug, Default)]
struct Attributes(Vec<(String, Expected)>);

/// What the value of an attribute must be.
#[derive(Debug)]
enum Expected {
    Anything,
    Pattern(Regex),
    Str(String),
    Bool(bool),
    Int(i64),
    Double(f64),
}

/// What a record must have, all of it.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    resource: Attributes,
    metric_names: Option<Texts>,
    services: Option<Texts>,
    span_names: Option<Texts>,
    span_kinds: Option<Texts>,
    libraries: Vec<(Texts, Option<Texts>)>,
    bodies: Option<Texts>,
    severity_texts: Option<Texts>,
    severity: Option<Severity>,
    attributes: Attributes,
}

#[derive(Debug)]
struct Severity {
    min: i64,
    match_undefined: bool,
}

// === impl Matcher ===

impl Matcher {
    /// What a log record must have.
    pub(super) fn log(of: &LogProperties, path: &str, problems: &mut Problems) -> Self {
        let by = of.match_type;
        Self {
            resource: Attributes::new(&of.resource_attributes, by, &format!("{path}.resource_attributes"), problems),
            attributes: Attributes::new(&of.record_attributes, by, &format!("{path}.record_attributes"), problems),
            severity_texts: Texts::any(&of.severity_texts, by, &format!("{path}.severity_texts"), problems),
            bodies: Texts::any(&of.bodies, by, &format!("{path}.bodies"), problems),
            severity: of.severity_number.as_ref().map(|of| Severity::new(of, path, problems)),
            ..Self::default()
        }
    }

    /// What a span must have.
    pub(super) fn span(of: &SpanProperties, path: &str, problems: &mut Problems) -> Self {
        let by = of.match_type;
        let libraries = of.libraries.iter().enumerate();
        Self {
            services: Texts::any(&of.services, by, &format!("{path}.services"), problems),
            span_names: Texts::any(&of.span_names, by, &format!("{path}.span_names"), problems),
            span_kinds: Texts::any(&of.span_kinds, by, &format!("{path}.span_kinds"), problems),
            attributes: Attributes::new(&of.attributes, by, &format!("{path}.attributes"), problems),
            resource: Attributes::new(&of.resources, by, &format!("{path}.resources"), problems),
            libraries: libraries
                .map(|(index, of)| library(of, by, &format!("{path}.libraries.{index}"), problems))
                .collect(),
            ..Self::default()
        }
    }

    /// What the resource of a metric must have, `None` if nothing.
    pub(super) fn metric_resource(of: &MetricProperties, path: &str, problems: &mut Problems) -> Option<Self> {
        let path = format!("{path}.resource_attributes");
        let resource = Attributes::new(&of.resource_attributes, of.match_type, &path, problems);
        (!of.resource_attributes.is_empty()).then(|| Self { resource, ..Self::default() })
    }

    /// What a metric must be called, `None` if no matter.
    pub(super) fn metric(of: &MetricProperties, path: &str, problems: &mut Problems) -> Option<Self> {
        let names = Texts::any(&of.metric_names, of.match_type, &format!("{path}.metric_names"), problems);
        names.map(|names| Self { metric_names: Some(names), ..Self::default() })
    }

    /// Whether the record has all of it.
    pub(super) fn matches(&self, record: &Record<'_>) -> bool {
        self.matches_resource(record)
            && self.matches_scope(record)
            && self.matches_log(record)
            && self.matches_span(record)
            && self.metric_names.as_ref().is_none_or(|names| names.have(record.metric.map_or("", |view| view.name())))
    }

    fn matches_resource(&self, record: &Record<'_>) -> bool {
        let attributes = record.resource.map(|view| view.attributes()).unwrap_or_default();
        let service = || match attributes.get("service.name") {
            // The Collector compares with this text too.
            None => Cow::Borrowed("<nil-service-name>"),
            Some(value) => text(value).unwrap_or_default(),
        };
        self.resource.match_all(attributes) && self.services.as_ref().is_none_or(|services| services.have(&service()))
    }

    fn matches_scope(&self, record: &Record<'_>) -> bool {
        let name = record.scope.map_or("", |view| view.name());
        let version = record.scope.map_or("", |view| view.version());
        self.libraries.iter().all(|(names, versions)| {
            names.have(name) && versions.as_ref().is_none_or(|versions| versions.have(version))
        })
    }

    fn matches_log(&self, record: &Record<'_>) -> bool {
        let Some(log) = record.log else { return true };
        self.severity.as_ref().is_none_or(|severity| severity.matches(log.severity_number().into()))
            && self.severity_texts.as_ref().is_none_or(|texts| texts.have(log.severity_text()))
            && self.bodies.as_ref().is_none_or(|texts| texts.have(&actions::text(log.body())))
            && self.attributes.match_all(log.attributes())
    }

    fn matches_span(&self, record: &Record<'_>) -> bool {
        let Some(span) = record.span else { return true };
        self.span_names.as_ref().is_none_or(|texts| texts.have(span.name()))
            && self.span_kinds.as_ref().is_none_or(|texts| texts.have(kind(span.kind())))
            && self.attributes.match_all(span.attributes())
    }
}

// === impl Texts ===

impl Texts {
    /// `None` if there is nothing to compare with.
    fn any(all: &[String], by: MatchType, path: &str, problems: &mut Problems) -> Option<Self> {
        if all.is_empty() {
            return None;
        }
        let each = all.iter().enumerate();
        Some(match by {
            MatchType::Strict | MatchType::Expr => Self::Strict(all.iter().cloned().collect()),
            MatchType::Regexp => Self::Regexp(
                each.filter_map(|(index, text)| compile(text, &format!("{path}.{index}"), problems)).collect(),
            ),
        })
    }

    fn one(text: &str, by: MatchType, path: &str, problems: &mut Problems) -> Self {
        match by {
            MatchType::Strict | MatchType::Expr => Self::Strict(HashSet::from([text.to_owned()])),
            MatchType::Regexp => Self::Regexp(compile(text, path, problems).into_iter().collect()),
        }
    }

    fn have(&self, text: &str) -> bool {
        match self {
            Self::Strict(all) => all.contains(text),
            Self::Regexp(all) => all.iter().any(|pattern| pattern.is_match(text)),
        }
    }
}

// === impl Attributes ===

impl Attributes {
    fn new(all: &[Attribute], by: MatchType, path: &str, problems: &mut Problems) -> Self {
        let mut expected = Vec::with_capacity(all.len());
        for (index, attribute) in all.iter().enumerate() {
            let path = format!("{path}.{index}");
            if attribute.key.is_empty() {
                problems.error(format!("{path}.key"), "an attribute to match has an empty key, expected its name");
            }
            if let Some(value) = Expected::new(attribute, by, &format!("{path}.value"), problems) {
                expected.push((attribute.key.clone(), value));
            }
        }
        Self(expected)
    }

    fn match_all(&self, attributes: AttributesView<'_>) -> bool {
        self.0.iter().all(|(key, expected)| attributes.get(key).is_some_and(|value| expected.is(value)))
    }
}

// === impl Expected ===

impl Expected {
    fn new(attribute: &Attribute, by: MatchType, path: &str, problems: &mut Problems) -> Option<Self> {
        match (&attribute.value, by) {
            (None | Some(Value::Null), _) => Some(Self::Anything),
            (Some(Value::String(text)), MatchType::Regexp) => compile(text, path, problems).map(Self::Pattern),
            (Some(value), MatchType::Regexp) => {
                problems.error(path, format!("`match_type: regexp` compares strings, found `{value}`"));
                None
            }
            (Some(Value::String(text)), _) => Some(Self::Str(text.clone())),
            (Some(Value::Bool(value)), _) => Some(Self::Bool(*value)),
            (Some(Value::Number(number)), _) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => Some(Self::Int(value)),
                (None, value) => Some(Self::Double(value?)),
            },
            (Some(value), _) => {
                problems.error(path, format!("the value must be a string, a number or a bool, found `{value}`"));
                None
            }
        }
    }

    fn is(&self, value: AnyView<'_>) -> bool {
        match (self, value) {
            (Self::Anything, _) => true,
            (Self::Pattern(pattern), value) => text(value).is_some_and(|text| pattern.is_match(&text)),
            (Self::Str(expected), AnyView::Str(value)) => expected == value,
            (Self::Bool(expected), AnyView::Bool(value)) => *expected == value,
            (Self::Int(expected), AnyView::Int(value)) => *expected == value,
            (Self::Double(expected), AnyView::Double(value)) => *expected == value,
            _ => false,
        }
    }
}

// === impl Severity ===

impl Severity {
    fn new(of: &SeverityProperties, path: &str, problems: &mut Problems) -> Self {
        let name = of.min.to_ascii_uppercase();
        let number = name.parse().ok().filter(|number| (1..=24).contains(number));
        let min = if name.is_empty() { Some(0) } else { number.or_else(|| severity_number(&name)) };
        if min.is_none() {
            let message = format!("`{}` is not a severity: expected a name such as INFO or WARN2, or 1 to 24", of.min);
            problems.error(format!("{path}.severity_number.min"), message);
        }
        Self { min: min.unwrap_or_default(), match_undefined: of.match_undefined }
    }

    fn matches(&self, severity: i64) -> bool {
        if severity == 0 { self.match_undefined } else { severity >= self.min }
    }
}

fn library(of: &Library, by: MatchType, path: &str, problems: &mut Problems) -> (Texts, Option<Texts>) {
    let name = Texts::one(&of.name, by, &format!("{path}.name"), problems);
    let version = of.version.as_ref().map(|text| Texts::one(text, by, &format!("{path}.version"), problems));
    (name, version)
}

fn compile(text: &str, path: &str, problems: &mut Problems) -> Option<Regex> {
    let compiled = pattern::compile(text);
    if let Err(reason) = &compiled {
        let message = format!("`{text}` is not a regular expression: {reason}");
        problems.error(path, message).code(Code::Argument.name());
    }
    compiled.ok()
}

/// The text of a value that a pattern can be tried on.
fn text(value: AnyView<'_>) -> Option<Cow<'_, str>> {
    match value {
        AnyView::Str(text) => Some(text.into()),
        AnyView::Bool(value) => Some(value.to_string().into()),
        AnyView::Int(value) => Some(value.to_string().into()),
        AnyView::Double(value) => Some(value.to_string().into()),
        _ => None,
    }
}

fn kind(kind: i32) -> &'static str {
    match kind {
        0 => "SPAN_KIND_UNSPECIFIED",
        1 => "SPAN_KIND_INTERNAL",
        2 => "SPAN_KIND_SERVER",
        3 => "SPAN_KIND_CLIENT",
        4 => "SPAN_KIND_PRODUCER",
        5 => "SPAN_KIND_CONSUMER",
        _ => "",
    }
}
