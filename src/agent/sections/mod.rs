//! What users write in an agent file, section by section. The doc comments are the tables of `docs/agent.md`.

mod agent;
mod buffer;
mod collectors;
mod ebpf;
mod exporter;
mod kubernetes;
mod node_exporter;
mod prometheus_server;
mod telemetryflow;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use self::agent::{Agent, Heartbeat};
pub(super) use self::buffer::{Buffer, Level, Logging};
pub(super) use self::collectors::{Collectors, Integrations, System};
pub(super) use self::exporter::{EndpointVersion, Exporter};
pub(super) use self::node_exporter::NodeExporter;
pub(super) use self::prometheus_server::PrometheusServer;
pub(super) use self::telemetryflow::{Protocol, Telemetryflow};

/// An agent file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    /// The platform: where it is and how to log in.
    pub(super) telemetryflow: Telemetryflow,
    /// Who this agent is.
    pub(super) agent: Agent,
    /// How the platform hears that the agent lives.
    pub(super) heartbeat: Heartbeat,
    /// What is collected.
    pub(super) collectors: Collectors,
    /// Collectors under the names of older files.
    pub(super) integrations: Integrations,
    /// How telemetry leaves.
    pub(super) exporter: Exporter,
    /// Where telemetry waits on disk while the platform cannot take it.
    pub(super) buffer: Buffer,
    /// The agent's own log.
    pub(super) logging: Logging,
    /// The agent's own metrics as Prometheus text, on `/metrics`. Without this section they are there if the port is free;
    /// with it a port that is taken is an error.
    pub(super) prometheus_server: Option<PrometheusServer>,
}

// === impl File ===

impl File {
    /// How telemetry travels.
    pub(super) fn protocol(&self) -> Protocol {
        self.exporter.otlp.protocol.unwrap_or(self.telemetryflow.protocol)
    }
}
