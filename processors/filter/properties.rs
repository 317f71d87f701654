//! Properties to match, the Collector's oldest form.

use std::fmt;

use pipelines::config::Regexp;
use schemars::JsonSchema;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// The whole text is the same.
    Strict,
    /// A regular expression (RE2) matches anywhere in the text.
    Regexp,
    /// An expression of the `expr` language. Not built: use `metric_conditions`.
    Expr,
}

/// Properties of a metric. Names and resource attributes are tested apart: each drops by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricProperties {
    /// How names and attribute values are compared: `strict` or `regexp`.
    pub match_type: MatchType,
    /// Names or patterns, any one of which suffices. Default: not tested.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub metric_names: Vec<String>,
    /// Resource attributes, all of which must match. Default: not tested.
    #[serde(default)]
    pub resource_attributes: Vec<Attribute>,
    /// Expressions of `match_type: expr`. Not built: use `metric_conditions`.
    #[serde(default)]
    pub expressions: Vec<String>,
    /// Accepted for the Collector's sake; there is no cache to set.
    #[serde(default)]
    pub regexp: Option<Regexp>,
}

/// Properties of a log record, all of which must match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogProperties {
    /// How texts are compared: `strict` or `regexp`.
    pub match_type: MatchType,
    /// Resource attributes, all of which must match. Default: not tested.
    #[serde(default)]
    pub resource_attributes: Vec<Attribute>,
    /// Attributes of the record, all of which must match. Default: not tested.
    #[serde(default)]
    pub record_attributes: Vec<Attribute>,
    /// Severity texts or patterns, any one of which suffices. Default: not tested.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub severity_texts: Vec<String>,
    /// The least severity. Default: not tested.
    #[serde(default)]
    pub severity_number: Option<SeverityProperties>,
    /// Bodies or patterns, any one of which suffices; a body that is no string is compared by its text. Default: not tested.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub bodies: Vec<String>,
}

/// The least severity of a log record.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SeverityProperties {
    /// A short name such as `INFO` or `WARN2`, or a number from 1 to 24. Default: every severity matches.
    #[serde(deserialize_with = "text_or_number")]
    #[schemars(with = "String")]
    pub min: String,
    /// Whether a record without severity matches. Default: `false`.
    pub match_undefined: bool,
}

/// Properties of a span, all of which must match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanProperties {
    /// How texts are compared: `strict` or `regexp`.
    pub match_type: MatchType,
    /// Values of the resource attribute `service.name`, any one of which suffices. Default: not tested.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub services: Vec<String>,
    /// Span names, any one of which suffices. Default: not tested.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub span_names: Vec<String>,
    /// Span kinds such as `SPAN_KIND_SERVER`, any one of which suffices. Default: not tested.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub span_kinds: Vec<String>,
    /// Attributes of the span, all of which must match. Default: not tested.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Resource attributes, all of which must match. Default: not tested.
    #[serde(default)]
    pub resources: Vec<Attribute>,
    /// Instrumentation scopes, all of which must match. Default: not tested.
    #[serde(default)]
    pub libraries: Vec<Library>,
    /// Accepted for the Collector's sake; there is no cache to set.
    #[serde(default)]
    pub regexp: Option<Regexp>,
}

/// An attribute to match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// The key.
    #[serde(alias = "Key")]
    pub key: String,
    /// The value: a string, number or bool; a string holding a pattern for `regexp`. Default: any value.
    #[serde(default, alias = "Value")]
    pub value: Option<serde_json::Value>,
}

/// An instrumentation scope to match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// The name.
    #[serde(alias = "Name")]
    pub name: String,
    /// The version. Default: any version.
    #[serde(default, alias = "Version")]
    pub version: Option<String>,
}

// === impl LogProperties ===

impl LogProperties {
    /// Whether nothing is tested.
    pub(super) fn is_empty(&self) -> bool {
        self.resource_attributes.is_empty()
            && self.record_attributes.is_empty()
            && self.severity_texts.is_empty()
            && self.bodies.is_empty()
            && self.severity_number.is_none()
    }
}

// === impl SpanProperties ===

impl SpanProperties {
    /// Whether nothing is tested.
    pub(super) fn is_empty(&self) -> bool {
        self.services.is_empty()
            && self.span_names.is_empty()
            && self.span_kinds.is_empty()
            && self.attributes.is_empty()
            && self.resources.is_empty()
            && self.libraries.is_empty()
    }
}

/// A list of texts, or one text with commas, as the Collector reads it.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of strings")
        }

        fn visit_unit<E: Error>(self) -> Result<Vec<String>, E> {
            Ok(Vec::new())
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() })
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Vec<String>, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = all.next_element()? {
                texts.push(text);
            }
            Ok(texts)
        }
    }

    deserializer.deserialize_any(Texts)
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct TextOrNumber;

    impl Visitor<'_> for TextOrNumber {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a severity such as `INFO` or a number from 1 to 24")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }

    deserializer.deserialize_any(TextOrNumber)
}
