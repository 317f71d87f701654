//! What users write under `include` and `exclude`.

use pipelines::Signal;
use pipelines::component::Problems;
use pipelines::config::{MatchType, Regexp};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::actions::last_line;

/// Properties of a record. It matches if every property that is set matches; of a list one entry is enough, except for
/// `attributes` and `resources`, of which every entry must match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Whether the texts below must be equal (`strict`) or are regular expressions (`regexp`). Required.
    pub match_type: MatchType,
    /// Options of regular expressions. The Collector caches results; there is nothing to cache here.
    #[serde(default)]
    pub regexp: Option<Regexp>,
    /// Values of the resource attribute `service.name`.
    #[serde(default)]
    pub services: Vec<String>,
    /// Names of spans.
    #[serde(default)]
    pub span_names: Vec<String>,
    /// Kinds of spans: `SPAN_KIND_INTERNAL`, `SPAN_KIND_SERVER`, `SPAN_KIND_CLIENT`, `SPAN_KIND_PRODUCER`,
    /// `SPAN_KIND_CONSUMER`.
    #[serde(default)]
    pub span_kinds: Vec<String>,
    /// Bodies of log records that are text.
    #[serde(default)]
    pub log_bodies: Vec<String>,
    /// Severities of log records as the source wrote them.
    #[serde(default)]
    pub log_severity_texts: Vec<String>,
    /// The lowest severity of log records.
    #[serde(default)]
    pub log_severity_number: Option<SeverityMatch>,
    /// Names of metrics.
    #[serde(default)]
    pub metric_names: Vec<String>,
    /// Attributes of the span, log record or data point.
    #[serde(default)]
    pub attributes: Vec<AttributeMatch>,
    /// Attributes of the resource.
    #[serde(default)]
    pub resources: Vec<AttributeMatch>,
    /// Instrumentation scopes.
    #[serde(default)]
    pub libraries: Vec<LibraryMatch>,
}

/// An attribute that must be there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeMatch {
    /// Its key.
    pub key: String,
    /// Its value, of the same type; without it any value will do. With `regexp` it is a pattern for the value as text.
    #[serde(default)]
    pub value: Option<Value>,
}

/// An instrumentation scope.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LibraryMatch {
    /// Its name.
    pub name: String,
    /// Its version; without it any version will do, and an empty text means no version.
    #[serde(default)]
    pub version: Option<String>,
}

/// The lowest severity.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityMatch {
    /// A number from 1 (TRACE) to 24 (FATAL4), or a name such as INFO or WARN2.
    pub min: Severity,
    /// Whether log records without a severity match. Default false.
    #[serde(default)]
    pub match_undefined: bool,
}

/// A severity, as number or name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "Value")]
#[schemars(with = "Value")]
pub struct Severity(pub i32);

// === impl Match ===

impl Match {
    /// Reports what is wrong.
    pub(crate) fn validate(&self, problems: &mut Problems) {
        if self.lists().iter().all(|(_, list)| list.is_empty())
            && self.attributes.is_empty()
            && self.resources.is_empty()
            && self.libraries.is_empty()
            && self.log_severity_number.is_none()
        {
            problems
                .error("", "nothing to match by: at least one property besides match_type is needed")
                .help("add services, span_names, log_bodies, metric_names, attributes, resources or libraries");
        }
        if self.match_type == MatchType::Strict {
            return;
        }
        for (key, list) in self.lists() {
            for (index, pattern) in list.iter().enumerate() {
                check_pattern(&format!("{key}.{index}"), pattern, problems);
            }
        }
        for (key, list) in [("attributes", &self.attributes), ("resources", &self.resources)] {
            for (index, attribute) in list.iter().enumerate() {
                match &attribute.value {
                    Some(Value::String(pattern)) => {
                        check_pattern(&format!("{key}.{index}.value"), pattern, problems);
                    }
                    Some(other) => {
                        problems
                            .error(format!("{key}.{index}.value"), format!("{other} is no text, which regexp needs"))
                            .help("quote it, or use match_type: strict");
                    }
                    None => {}
                }
            }
        }
        for (index, library) in self.libraries.iter().enumerate() {
            check_pattern(&format!("libraries.{index}.name"), &library.name, problems);
            if let Some(version) = &library.version {
                check_pattern(&format!("libraries.{index}.version"), version, problems);
            }
        }
    }

    /// Properties that records of this signal do not have, which would never match.
    pub(crate) fn foreign(&self, signal: Signal) -> Option<&'static str> {
        let mut set = self.lists().into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, _)| key);
        let own = |key: &str| match signal {
            Signal::Traces => key == "services" || key.starts_with("span_"),
            Signal::Logs => key == "services" || key.starts_with("log_"),
            _ => key == "services" || key == "metric_names",
        };
        let severity = self.log_severity_number.filter(|_| signal != Signal::Logs).map(|_| "log_severity_number");
        set.find(|key| !own(key)).or(severity)
    }

    fn lists(&self) -> [(&'static str, &[String]); 6] {
        [
            ("services", &self.services),
            ("span_names", &self.span_names),
            ("span_kinds", &self.span_kinds),
            ("log_bodies", &self.log_bodies),
            ("log_severity_texts", &self.log_severity_texts),
            ("metric_names", &self.metric_names),
        ]
    }
}

fn check_pattern(path: &str, pattern: &str, problems: &mut Problems) {
    if let Err(error) = Regex::new(pattern) {
        problems.error(path, format!("`{pattern}` is not a regular expression: {}", last_line(&error)));
    }
}

// === impl Severity ===

impl TryFrom<Value> for Severity {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        const NAMES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        let number = match &value {
            Value::Number(number) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
            Value::String(text) => {
                let upper = text.trim().to_ascii_uppercase();
                NAMES.iter().zip(0..).find_map(|(name, index)| match upper.strip_prefix(name)? {
                    "" => Some(index * 4 + 1),
                    digit => {
                        digit.parse().ok().filter(|digit| (2..=4).contains(digit)).map(|digit: i32| index * 4 + digit)
                    }
                })
            }
            _ => None,
        };
        number
            .filter(|number| (1..=24).contains(number))
            .map(Self)
            .ok_or_else(|| format!("{value} is not a severity: expected 1 to 24 or a name such as INFO or WARN2"))
    }
}
