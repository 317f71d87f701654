//! `agent` and `heartbeat`: who the agent is, and how the platform hears of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::extensions::platform::RemoteConfiguration;

/// Who this agent is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Agent {
    /// The agent's id: `service.instance.id` and `telemetryflow.agent.id` of all telemetry. Default: a UUID that is made at
    /// the first start and kept in `state_directory`.
    pub(in crate::agent) id: String,
    /// `host.name` of all telemetry. Default: the name of this machine.
    pub(in crate::agent) hostname: String,
    /// `telemetryflow.agent.name` of all telemetry, and the name the platform shows. Default `TelemetryFlow Agent`.
    pub(in crate::agent) name: Option<String>,
    /// What the platform shows beside the name. Default none.
    pub(in crate::agent) description: String,
    /// `service.version` of all telemetry. Default: the version of this program.
    pub(in crate::agent) version: Option<String>,
    /// Resource attributes of all telemetry, each under its own name. Default none.
    pub(in crate::agent) tags: BTreeMap<String, String>,
    /// What the platform is told beside the tags; not in the telemetry. Default none.
    pub(in crate::agent) labels: BTreeMap<String, String>,
    /// Where the agent keeps its id and, unless `buffer.path` says otherwise, the buffer. Default: the variable
    /// `TFO_STATE_DIR`, without one `/var/lib/tfo-agent`.
    pub(in crate::agent) state_directory: Option<PathBuf>,
    /// What the platform may change of this file. It cannot change this.
    pub(in crate::agent) remote_configuration: RemoteConfiguration,
}

/// How the platform hears that the agent lives.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Heartbeat {
    /// Whether the agent registers and reports at all. Default true.
    pub(in crate::agent) enabled: bool,
    /// How often, at least 1s; the platform's answer may ask for another interval. Default 60s.
    pub(in crate::agent) interval: Duration,
    /// Bound on one heartbeat. Default 10s.
    pub(in crate::agent) timeout: Duration,
    /// Whether heartbeats carry what the agent knows of this machine. Default true.
    pub(in crate::agent) include_system_info: bool,
}

// === impl Heartbeat ===

impl Default for Heartbeat {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
            include_system_info: true,
        }
    }
}
