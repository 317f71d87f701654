//! An agent says that it lives: `POST {base}/agents/{id}/heartbeat`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::status::Presence;
use super::whole::{self, Whole};

/// How the agent is doing. Every key may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Heartbeat {
    /// When it was sent, in UTC, e.g. `2026-01-31T12:00:00Z`.
    pub(crate) timestamp: Option<String>,
    /// Counts the heartbeats of one process.
    pub(crate) sequence: Option<Whole>,
    /// How it is doing.
    #[serde(alias = "agent_status")]
    pub(crate) agent_status: Option<AgentHealth>,
    /// Why it is not healthy.
    #[serde(alias = "status_message")]
    pub(crate) status_message: Option<String>,
    /// Seconds since it started.
    pub(crate) uptime: Option<Whole>,
    /// The version of the remote configuration it works with.
    #[serde(alias = "config_version")]
    pub(crate) config_version: Option<String>,
    /// What became of the last remote configuration.
    #[serde(alias = "config_status")]
    pub(crate) config_status: Option<ConfigStatus>,
    /// Why it was not applied.
    #[serde(alias = "config_message")]
    pub(crate) config_message: Option<String>,
    /// What it collects from.
    #[serde(alias = "collector_states")]
    pub(crate) collector_states: Vec<CollectorState>,
    /// What it knows about its host.
    #[serde(alias = "system_info", skip_serializing_if = "Option::is_none")]
    pub(crate) system_info: Option<Map<String, Value>>,
}

/// How an agent is doing, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum AgentHealth {
    /// All is well.
    Healthy,
    /// It works, but something does not.
    Degraded,
    /// It does not work.
    Unhealthy,
}

/// What became of a remote configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum ConfigStatus {
    /// There is none.
    #[default]
    None,
    /// It is what the agent works with.
    Applied,
    /// It is not valid for this agent, which goes on with what it had.
    Rejected,
    /// The agent did badly with it and went back to what it had.
    RolledBack,
    /// It could not be fetched or kept.
    Failed,
}

/// One thing an agent collects from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CollectorState {
    /// Its name.
    pub(crate) name: String,
    /// How it is doing, e.g. `running`.
    #[serde(default)]
    pub(crate) state: String,
    /// What went wrong last.
    #[serde(default, alias = "last_error")]
    pub(crate) last_error: Option<String>,
}

/// The heartbeat is noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HeartbeatReply {
    /// Always `true`.
    #[serde(default)]
    pub(crate) success: bool,
    /// When it was noted, in UTC.
    #[serde(default)]
    pub(crate) timestamp: String,
    /// The clock of the platform, in UTC, to compare with that of the agent.
    #[serde(default, alias = "server_time")]
    pub(crate) server_time: String,
    /// Seconds until the next heartbeat is expected.
    #[serde(default, alias = "next_interval", deserialize_with = "whole::advice")]
    pub(crate) next_interval: Option<Whole>,
    /// How the platform shows the agent from now on.
    #[serde(default, alias = "agent_status")]
    pub(crate) agent_status: Option<Presence>,
    /// The version of the configuration that the agent should have; `null` when there is none for it.
    #[serde(default, alias = "config_version")]
    pub(crate) config_version: Option<String>,
}
