//! What users write under `headers_setter`.

use http::{HeaderName, HeaderValue};
use pipelines::component::{Problems, Reference, Service};
use pipelines::config::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Headers of requests going out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// What is done to the headers, in order. Required.
    pub(crate) headers: Vec<Header>,
    /// Id of another extension that adds its credentials first. Default none.
    pub(crate) additional_auth: Option<String>,
}

/// One step: what is done to which header, and where its value comes from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Header {
    /// `insert` sets it where it is not set, `update` where it is, `upsert` in any case; `delete` removes it. Default
    /// `upsert`.
    pub(crate) action: Action,
    /// Name of the header. Required.
    pub(crate) key: String,
    /// The value itself. It may be a credential and is never shown.
    pub(crate) value: Option<Secret>,
    /// The value is that of a header of the request that brought the data; its receiver needs `include_metadata: true`.
    pub(crate) from_context: Option<String>,
    /// The value is an attribute of who sent the data, as the receiver's authenticator says, such as `subject`.
    pub(crate) from_attribute: Option<String>,
    /// The value where `from_context` or `from_attribute` finds none. Default: the header is left alone then.
    pub(crate) default_value: Option<Secret>,
}

/// What is done to a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// Sets it where it is not set.
    Insert,
    /// Sets it where it is set.
    Update,
    /// Sets it.
    #[default]
    Upsert,
    /// Removes it.
    Delete,
}

/// Headers that frame a request; another value of theirs would break it.
const FRAMING: [&str; 9] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "grpc-encoding",
    "keep-alive",
    "te",
    "transfer-encoding",
    "upgrade",
];

// === impl Config ===

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.headers.is_empty() {
            problems
                .error("headers", "no header is set")
                .help("write `headers: [{ action: upsert, key: X-Scope-OrgID, from_context: x-tenant }]`");
        }
        for (at, header) in self.headers.iter().enumerate() {
            problems.nest(&format!("headers.{at}"), |problems| header.validate(problems));
        }
    }

    fn references(&self) -> Vec<Reference> {
        let reference = |id: &String| Reference {
            path: "additional_auth".to_owned(),
            id: id.clone(),
            service: Service::ClientAuth,
        };
        self.additional_auth.iter().map(reference).collect()
    }
}

// === impl Header ===

impl Header {
    fn validate(&self, problems: &mut Problems) {
        match HeaderName::try_from(self.key.as_str()) {
            Err(_) if self.key.is_empty() => {
                problems.error("key", "no header is named");
            }
            Err(_) => {
                let text = format!("`{}` is not the name of a header: letters, digits and `-` are", self.key);
                problems.error("key", text);
            }
            Ok(name) if FRAMING.contains(&name.as_str()) => {
                problems.error("key", format!("`{name}` says how a request is sent, which is for the exporter to say"));
            }
            Ok(_) => {}
        }
        for (path, value) in [("value", &self.value), ("default_value", &self.default_value)] {
            if value.as_ref().is_some_and(|value| HeaderValue::try_from(value.reveal()).is_err()) {
                problems.error(path, "has a line break or another control character");
            }
        }
        self.validate_source(problems);
    }

    fn validate_source(&self, problems: &mut Problems) {
        let sources = [
            ("value", self.value.is_some()),
            ("from_context", self.from_context.is_some()),
            ("from_attribute", self.from_attribute.is_some()),
        ];
        let mut set = sources.iter().filter(|(_, is_set)| *is_set).map(|(path, _)| *path);
        let (first, second) = (set.next(), set.next());
        match (first, second) {
            (None, _) if self.action != Action::Delete => {
                problems.error("", "has no value").help("set value, from_context or from_attribute");
            }
            (Some(first), Some(second)) => {
                problems.error(second, format!("is set beside `{first}`; a header has one value"));
            }
            (Some(first), None) if self.action == Action::Delete => {
                problems.warning(first, "has no effect: the header is deleted").help("leave it out");
            }
            _ => {}
        }
        if self.default_value.is_some() && self.from_context.is_none() && self.from_attribute.is_none() {
            problems
                .error("default_value", "stands in for a value that is not found, and none is looked for")
                .help("use value");
        }
    }
}
