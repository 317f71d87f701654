//! What agents and the platform say to each other: bodies of requests and answers below `/api/v2/agents`, in JSON.
//!
//! Both sides use these types: the extension `agents_api` reads what the extension `platform` writes, and the OpenAPI
//! document is made from them. Readers ignore keys that they do not know, so that either side may be the newer one.

mod configuration;
mod fragment;
mod heartbeat;
mod registration;
mod status;
mod whole;

pub(crate) use self::configuration::{Configuration, ConfigurationChange, ConfigurationState};
pub(crate) use self::fragment::check as check_fragment;
pub(crate) use self::heartbeat::{AgentHealth, CollectorState, ConfigStatus, Heartbeat, HeartbeatReply};
pub(crate) use self::registration::{LONGEST_HOSTNAME, Registered, Registration, is_agent_id};
pub(crate) use self::status::{AgentStatus, Agents, Presence};
pub(crate) use self::whole::Whole;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer to a request that was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    /// Always `false`.
    pub(crate) success: bool,
    /// Why, for people: one lowercase sentence.
    pub(crate) error: String,
    /// Why, for programs, e.g. `UNKNOWN_AGENT`.
    #[serde(alias = "error_code")]
    pub(crate) error_code: String,
    /// When, in UTC, e.g. `2026-01-31T12:00:00Z`.
    pub(crate) timestamp: String,
}
