//! What the platform knows of agents: `GET {base}/agents` and `GET {base}/agents/{id}/status`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::configuration::ConfigurationState;
use super::heartbeat::{AgentHealth, CollectorState};
use super::whole::Whole;

/// One agent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentStatus {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// What people say about it.
    pub(crate) description: String,
    /// The name of its host.
    pub(crate) hostname: String,
    /// Whether it lives and how it is doing.
    pub(crate) status: Presence,
    /// When it registered first, in UTC.
    pub(crate) registered_at: String,
    /// When it was heard of last, in UTC; `null` when never since it registered.
    pub(crate) last_heartbeat_at: Option<String>,
    /// Heartbeats that should have come since.
    pub(crate) missed_heartbeats: Whole,
    /// Seconds between heartbeats, as it was told last.
    pub(crate) heartbeat_interval: Whole,
    /// How it said it was doing.
    pub(crate) agent_status: Option<AgentHealth>,
    /// Why it said it was not healthy.
    pub(crate) status_message: Option<String>,
    /// Seconds since it started, at its last heartbeat.
    pub(crate) uptime: Option<Whole>,
    /// Its version.
    pub(crate) agent_version: String,
    /// The system it runs on.
    pub(crate) operating_system: String,
    /// The processor it runs on.
    pub(crate) architecture: String,
    /// An address of its host.
    pub(crate) ip_address: String,
    /// The hardware address of its host.
    pub(crate) mac_address: String,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// Its labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// The organization it belongs to.
    pub(crate) organization_id: Option<String>,
    /// When it started, in its own words.
    pub(crate) start_time: Option<String>,
    /// What it can do.
    pub(crate) capabilities: Vec<String>,
    /// Its remote configuration.
    pub(crate) config_version: ConfigurationState,
    /// What it collects from.
    pub(crate) collector_states: Vec<CollectorState>,
    /// What it knows about its host; left out of lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) system_info: Option<Map<String, Value>>,
}

/// Whether an agent lives and how it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum Presence {
    /// Its heartbeats come, and it says that it is healthy.
    Online,
    /// Its heartbeats stay away.
    Offline,
    /// A heartbeat is late, the agent says that it is degraded, or it could not apply its remote configuration.
    Warning,
    /// Its heartbeats come, and it says that it does not work.
    Unhealthy,
    /// It has registered and sent no heartbeat yet, or the platform has not listened for long enough to tell.
    Unknown,
}

/// A part of the list of agents.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agents {
    /// The agents, by id.
    pub(crate) agents: Vec<AgentStatus>,
    /// How many there are of the status that was asked for, here and in other parts.
    pub(crate) total: Whole,
    /// How many there are of each status.
    pub(crate) counts: BTreeMap<Presence, Whole>,
    /// The `cursor` of the next part; `null` after the last one.
    pub(crate) next_cursor: Option<String>,
}
