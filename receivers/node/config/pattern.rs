//! [`Pattern`]: a regular expression that is found in a name.

use std::borrow::Cow;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A regular expression, found anywhere in a text unless it begins with `^` and ends with `$`. An empty one matches
/// nothing.
#[derive(Clone, Debug, Default)]
pub struct Pattern(Option<Regex>);

// === impl Pattern ===

impl Pattern {
    /// One that is known to be well-formed; anything else matches nothing.
    pub(super) fn known(pattern: &str) -> Self {
        Self(Regex::new(pattern).ok())
    }

    /// Whether it is found in a text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    fn text(&self) -> &str {
        self.0.as_ref().map_or("", Regex::as_str)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Pattern {}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self(None));
        }
        let wrong = |error: regex::Error| {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            D::Error::custom(format!("not a regular expression: {}", reason.trim_start_matches("error: ")))
        };
        Regex::new(&text).map(|regex| Self(Some(regex))).map_err(wrong)
    }
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "regex" })
    }
}
