//! [`Known`]: all that is known of one agent.

use serde::de::DeserializeOwned;

use super::statement::Row;
use crate::admin::rfc3339;
use crate::extensions::agents_api::presence::{Moment, Pulse, moment};
use crate::platform_wire::{AgentStatus, ConfigurationState, Heartbeat, Registration, Whole};

/// All that is known of one agent.
#[derive(Debug)]
pub(in crate::extensions::agents_api) struct Known {
    pub(in crate::extensions::agents_api) id: String,
    pulse: Pulse,
    registration: Registration,
    heartbeat: Heartbeat,
    config_version: Option<String>,
}

/// Reads the columns that presence is worked out from.
pub(super) fn pulse(row: &mut Row) -> Pulse {
    Pulse {
        registered_at: row.integer().unwrap_or_default(),
        last_heartbeat_at: row.integer(),
        interval: row.integer().unwrap_or_default(),
        health: row.text().and_then(|word| serde_json::from_value(word.into()).ok()),
        config_status: row.text().and_then(|word| serde_json::from_value(word.into()).ok()).unwrap_or_default(),
    }
}

/// What was kept; what another program put there is nothing.
fn read<T: DeserializeOwned + Default>(text: Option<String>) -> T {
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

// === impl Known ===

impl From<Row> for Known {
    fn from(mut row: Row) -> Self {
        Self {
            id: row.text().unwrap_or_default(),
            pulse: pulse(&mut row),
            registration: read(row.text()),
            heartbeat: read(row.text()),
            config_version: row.text(),
        }
    }
}

impl Known {
    /// The agent as it is shown; lists leave out what it knows about its host.
    pub(in crate::extensions::agents_api) fn status(&self, at: Moment, in_full: bool) -> AgentStatus {
        let (registration, heartbeat) = (self.registration.clone(), self.heartbeat.clone());
        AgentStatus {
            id: self.id.clone(),
            name: registration.name,
            description: registration.description,
            hostname: registration.hostname,
            status: self.pulse.presence(at),
            registered_at: rfc3339(moment(self.pulse.registered_at)),
            last_heartbeat_at: self.pulse.last_heartbeat_at.map(|millis| rfc3339(moment(millis))),
            missed_heartbeats: Whole::from(self.pulse.missed(at)),
            heartbeat_interval: Whole::from(u64::try_from(self.pulse.interval).unwrap_or_default()),
            agent_status: heartbeat.agent_status,
            status_message: heartbeat.status_message,
            uptime: heartbeat.uptime,
            agent_version: registration.agent_version,
            operating_system: registration.operating_system,
            architecture: registration.architecture,
            ip_address: registration.ip_address,
            mac_address: registration.mac_address,
            tags: registration.tags,
            labels: registration.labels,
            organization_id: registration.organization_id,
            start_time: registration.start_time,
            capabilities: registration.capabilities,
            config_version: ConfigurationState {
                desired: self.config_version.clone(),
                applied: heartbeat.config_version,
                status: heartbeat.config_status.unwrap_or_default(),
                message: heartbeat.config_message,
            },
            collector_states: heartbeat.collector_states,
            system_info: heartbeat.system_info.filter(|_| in_full),
        }
    }
}
