//! The remote configuration of an agent: `{base}/agents/{id}/config`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::heartbeat::ConfigStatus;

/// What an agent should work with beside its own files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    /// Tells it from every other one this agent ever had; also the `ETag` of the answer.
    pub(crate) version: String,
    /// A part of an agent file, in YAML.
    pub(crate) config: String,
}

/// What an agent shall work with beside its own files, as JSON. The same may be sent as it is, as `text/yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationChange {
    /// A part of an agent file, in YAML.
    pub(crate) config: String,
}

/// How far an agent has followed its remote configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationState {
    /// The version it should have; `null` when there is none for it.
    pub(crate) desired: Option<String>,
    /// The version it said it works with.
    pub(crate) applied: Option<String>,
    /// What it said became of the last one.
    pub(crate) status: ConfigStatus,
    /// Why it was not applied.
    pub(crate) message: Option<String>,
}
