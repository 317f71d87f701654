//! What users write for one action, and what can be wrong with it.

use pipelines::component::Problems;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// One change to attributes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What to do.
    pub action: Verb,
    /// The attribute it is done to. Required, except for `delete` and `hash` with a `pattern`.
    #[serde(default)]
    pub key: String,
    /// For `insert`, `update` and `upsert`: the value, of any type, lists and maps included.
    #[serde(default)]
    pub value: Option<Value>,
    /// For `insert`, `update` and `upsert`: take the value from this attribute; nothing is done if it is absent.
    #[serde(default)]
    pub from_attribute: String,
    /// For `insert`, `update` and `upsert`: take the value from the request: `metadata.<header>` (values of a header
    /// that came several times are joined with `;`) or `client.address`; nothing is done if it is absent. The receiver
    /// must have `include_metadata: true`.
    #[serde(default)]
    pub from_context: String,
    /// For `delete` and `hash`: a regular expression; every attribute whose key it matches is meant too. For
    /// `extract`: a regular expression with named groups, which become attributes.
    #[serde(default)]
    pub pattern: String,
    /// For `convert`: the type to convert to. A value that cannot be converted stays as it is.
    #[serde(default)]
    pub converted_type: Option<Convert>,
    /// For `rename`: the new key. An attribute that has it already is replaced.
    #[serde(default)]
    pub new_key: String,
}

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Writes the attribute if it is absent.
    #[serde(alias = "INSERT")]
    Insert,
    /// Changes the attribute if it is there.
    #[serde(alias = "UPDATE")]
    Update,
    /// Writes the attribute whether it is there or not.
    #[serde(alias = "UPSERT")]
    Upsert,
    /// Removes the attribute.
    #[serde(alias = "DELETE")]
    Delete,
    /// Replaces the value by its SHA-256 in hexadecimal, as the Collector does by default.
    #[serde(alias = "HASH")]
    Hash,
    /// Writes what the named groups of `pattern` match in the value into attributes of their names.
    #[serde(alias = "EXTRACT")]
    Extract,
    /// Converts the value to another type.
    #[serde(alias = "CONVERT")]
    Convert,
    /// Gives the attribute another key.
    #[serde(alias = "RENAME")]
    Rename,
}

/// A type that values can be converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Convert {
    /// A whole number; `true` is 1, a fraction is cut off.
    Int,
    /// A floating point number.
    Double,
    /// Text; lists and maps become JSON.
    String,
}

/// Reports what is wrong with a list of actions that users write under `key`.
pub(crate) fn validate(actions: &[Action], key: &str, problems: &mut Problems) {
    if actions.is_empty() {
        problems.error("", format!("missing required field `{key}`")).help(format!("add at least one action to {key}"));
    }
    for (index, action) in actions.iter().enumerate() {
        problems.nest(&format!("{key}.{index}"), |problems| action.validate(problems));
    }
}

// === impl Action ===

impl Action {
    fn validate(&self, problems: &mut Problems) {
        let name = self.action.name();
        let by_pattern = matches!(self.action, Verb::Delete | Verb::Hash) && !self.pattern.is_empty();
        if self.key.is_empty() && !by_pattern {
            let expected = if self.action.takes_pattern() { "`key` or `pattern`" } else { "`key`" };
            let expected = if self.action == Verb::Extract { "`key`" } else { expected };
            problems.error("", format!("{name} needs {expected}, the attribute it is about"));
        }
        for (field, used) in self.unused() {
            if used {
                problems.error(field, format!("{name} does not use `{field}`")).help("remove it");
            }
        }
        match self.action {
            Verb::Insert | Verb::Update | Verb::Upsert => self.validate_source(problems),
            Verb::Extract if self.pattern.is_empty() => {
                problems.error("", "extract needs `pattern`, a regular expression with named groups");
            }
            Verb::Convert if self.converted_type.is_none() => {
                problems.error("", "convert needs `converted_type`: int, double or string");
            }
            Verb::Rename if self.new_key.is_empty() => {
                problems.error("", "rename needs `new_key`, the key the attribute gets");
            }
            _ => {}
        }
        if self.action.takes_pattern() && !self.pattern.is_empty() {
            self.validate_pattern(problems);
        }
    }

    fn validate_source(&self, problems: &mut Problems) {
        let sources = [self.value.is_some(), !self.from_attribute.is_empty(), !self.from_context.is_empty()];
        let name = self.action.name();
        match sources.into_iter().filter(|set| *set).count() {
            0 => {
                problems
                    .error("", format!("{name} needs a value: one of `value`, `from_attribute` and `from_context`"))
                    .help("a value from an unset environment variable counts as absent");
            }
            1 => {}
            _ => {
                problems.error(
                    "",
                    format!("{name} takes one of `value`, `from_attribute` and `from_context`, not several"),
                );
            }
        }
        if let Some(attribute) = self.from_context.strip_prefix("auth.") {
            problems
                .error(
                    "from_context",
                    format!("auth.{attribute} cannot be read yet: authenticators pass on no attributes"),
                )
                .help("use metadata.<header> or client.address");
        }
    }

    fn validate_pattern(&self, problems: &mut Problems) {
        let regex = match Regex::new(&self.pattern) {
            Ok(regex) => regex,
            Err(error) => {
                problems
                    .error("pattern", format!("`{}` is not a regular expression: {}", self.pattern, last_line(&error)));
                return;
            }
        };
        if self.action != Verb::Extract {
            return;
        }
        if regex.captures_len() == 1 {
            problems
                .error("pattern", format!("`{}` has no named group to extract", self.pattern))
                .help("name a group: (?P<name>...)");
        } else if regex.capture_names().skip(1).any(|name| name.is_none()) {
            problems
                .warning("pattern", format!("`{}` has a group without a name, which extracts nothing", self.pattern))
                .help("name it, (?P<name>...), or make it a group that captures nothing, (?:...)");
        }
    }

    /// Fields that this action has no use for, and whether they are set.
    fn unused(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let source = self.action.takes_source();
        let fields = [
            ("value", self.value.is_some(), source),
            ("from_attribute", !self.from_attribute.is_empty(), source),
            ("from_context", !self.from_context.is_empty(), source),
            ("pattern", !self.pattern.is_empty(), self.action.takes_pattern()),
            ("converted_type", self.converted_type.is_some(), self.action == Verb::Convert),
            ("new_key", !self.new_key.is_empty(), self.action == Verb::Rename),
        ];
        fields.into_iter().filter(|(_, _, useful)| !useful).map(|(field, set, _)| (field, set))
    }
}

// === impl Verb ===

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert => "upsert",
            Self::Delete => "delete",
            Self::Hash => "hash",
            Self::Extract => "extract",
            Self::Convert => "convert",
            Self::Rename => "rename",
        }
    }

    fn takes_source(self) -> bool {
        matches!(self, Self::Insert | Self::Update | Self::Upsert)
    }

    fn takes_pattern(self) -> bool {
        matches!(self, Self::Delete | Self::Hash | Self::Extract)
    }
}

/// What the regex crate says last, without the drawing above it.
pub(crate) fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
