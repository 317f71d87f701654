//! An agent makes itself known: `POST {base}/agents/register`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::whole::{self, Whole};

/// Who the agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registration {
    /// Its id, the same after every restart: letters, digits and `. _ : @ -`, at most 128. The platform makes one up when
    /// left out.
    #[serde(default, alias = "agent_id")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$"))]
    pub(crate) agent_id: Option<String>,
    /// The name of its host, at most 255 characters.
    #[schemars(length(min = 1, max = 255))]
    pub(crate) hostname: String,
    /// What people call it.
    #[serde(default)]
    pub(crate) name: String,
    /// What people say about it.
    #[serde(default)]
    pub(crate) description: String,
    /// Its version.
    #[serde(default, alias = "agent_version")]
    pub(crate) agent_version: String,
    /// The system it runs on, e.g. `linux`.
    #[serde(default, alias = "operating_system")]
    pub(crate) operating_system: String,
    /// The processor it runs on, e.g. `amd64`.
    #[serde(default)]
    pub(crate) architecture: String,
    /// An address of its host.
    #[serde(default, alias = "ip_address")]
    pub(crate) ip_address: String,
    /// The hardware address of its host.
    #[serde(default, alias = "mac_address")]
    pub(crate) mac_address: String,
    /// Its tags, as they are on everything it sends.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Its labels.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// The organization it belongs to.
    #[serde(default, alias = "organization_id")]
    pub(crate) organization_id: Option<String>,
    /// When it started, in UTC, e.g. `2026-01-31T12:00:00Z`.
    #[serde(default, alias = "start_time")]
    pub(crate) start_time: Option<String>,
    /// What it can do, e.g. `remote_configuration`.
    #[serde(default)]
    pub(crate) capabilities: Vec<String>,
}

/// It is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registered {
    /// Its id, for the paths of everything that follows.
    #[serde(alias = "agent_id", alias = "agentId")]
    pub(crate) id: String,
    /// `registered`.
    #[serde(default)]
    pub(crate) status: String,
    /// Seconds until a heartbeat is expected.
    #[serde(default, alias = "next_interval", deserialize_with = "whole::advice")]
    pub(crate) next_interval: Option<Whole>,
    /// The version of the configuration that it should have; `null` when there is none for it.
    #[serde(default, alias = "config_version")]
    pub(crate) config_version: Option<String>,
}

/// Longest name of a host, in characters: as in DNS. It stands in the log of the platform.
pub(crate) const LONGEST_HOSTNAME: usize = 255;

/// Longest id, in bytes.
const LONGEST_ID: usize = 128;

/// Whether a text can be the id of an agent: what needs no escape in a URL, in YAML and on a command line. `register` is
/// where agents register.
pub(crate) fn is_agent_id(text: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@-".contains(&byte);
    let starts_well = text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
    starts_well && text.len() <= LONGEST_ID && text.bytes().all(is_fine) && text != "register"
}
