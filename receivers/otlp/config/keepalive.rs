//! How long connections live (`keepalive` of gRPC).

use schemars::JsonSchema;
use serde::Deserialize;

use pipelines::component::Problems;
use pipelines::config::Duration;

/// How long connections live, and how often the other end is asked whether it still exists.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Keepalive {
    /// What this server does.
    pub server_parameters: Option<ServerParameters>,
    /// What this server expects of clients. It takes pings at any rate, so this has no effect.
    pub enforcement_policy: Option<EnforcementPolicy>,
}

/// What this server does. 0s means never, or no limit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerParameters {
    /// Time without requests after which a connection is asked to end. Default: no limit.
    pub max_connection_idle: Duration,
    /// Age at which a connection is asked to end, so that clients spread over several servers. Default: no limit.
    pub max_connection_age: Duration,
    /// Time a connection that was asked to end may take to finish its requests. Default: no limit.
    pub max_connection_age_grace: Duration,
    /// Silence after which the client is pinged. Default: never; the system's TCP keepalive (60 s) finds dead peers.
    pub time: Duration,
    /// Time the client may take to answer a ping. Default 20s.
    pub timeout: Duration,
}

/// What this server expects of clients.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnforcementPolicy {
    /// Shortest time between two pings of a client. Not enforced.
    pub min_time: Duration,
    /// Whether clients may ping without open requests. They may.
    pub permit_without_stream: bool,
}

// === impl Keepalive ===

impl Keepalive {
    pub(super) fn validate(&self, problems: &mut Problems) {
        let allows_all = |policy: &EnforcementPolicy| policy.min_time.is_zero() && policy.permit_without_stream;
        if self.enforcement_policy.as_ref().is_some_and(|policy| !allows_all(policy)) {
            problems.warning("enforcement_policy", "clients may ping at any rate: this limit is not enforced");
        }
        if let Some(parameters) = &self.server_parameters
            && parameters.time.is_zero()
            && !parameters.timeout.is_zero()
        {
            problems
                .warning("server_parameters.timeout", "has no effect without `time`")
                .help("set time to the silence after which clients are pinged, e.g. 2h");
        }
    }
}
