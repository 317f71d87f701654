//! `prometheus_server`: the agent's own metrics.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::Deserialize;

/// The agent's own metrics as Prometheus text, on `/metrics`. Without this section they are there if the port is free; with it
/// a port that is taken is an error.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct PrometheusServer {
    /// Whether they are served. Default true.
    pub(in crate::agent) enabled: bool,
    /// Address to listen on; `0.0.0.0` for a Prometheus elsewhere. Default `127.0.0.1`.
    pub(in crate::agent) host: IpAddr,
    /// Port to listen on. Default 8888, which a collector on the same machine has, too.
    pub(in crate::agent) port: u16,
}

// === impl PrometheusServer ===

impl Default for PrometheusServer {
    fn default() -> Self {
        Self { enabled: true, host: Ipv4Addr::LOCALHOST.into(), port: 8888 }
    }
}
