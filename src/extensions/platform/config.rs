//! What users write under `platform`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use exporters::{ApiKey, Headers, WebSettings};
use pipelines::component::Problems;
use pipelines::config::Duration;
use pipelines::net::tls::ClientTls;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::platform_wire::is_agent_id;

/// The platform, and what it is told of this agent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Base URL of the platform's API, with everything before `/agents`. Required.
    pub(crate) endpoint: String,
    /// Key pair of TelemetryFlow. Default none.
    pub(crate) api_key: Option<ApiKey>,
    /// Further headers of every request, e.g. `X-Workspace-ID`. Values are never shown. Default none.
    pub(crate) headers: Headers,
    /// Encryption of `https`.
    pub(crate) tls: ClientTls,
    /// Bound on one request other than a heartbeat, connecting included. Default 30s.
    pub(crate) timeout: Duration,
    /// Who this agent is.
    pub(crate) agent: Agent,
    /// How the platform hears that this agent lives.
    pub(crate) heartbeat: Heartbeat,
    /// Waits after a request that failed. Each is twice as long as the one before, and jittered.
    pub(crate) retry: Retry,
    /// Directory for what outlives the process: the id of this installation, and the remote configuration. It is made if
    /// it is not there. Default `/var/lib/tfo-agent`.
    pub(crate) state_directory: PathBuf,
    /// What the platform may change of an agent file.
    pub(crate) remote_configuration: RemoteConfiguration,
}

/// A part of an agent file that the platform has for this agent. It is merged over the files, and below `--set`; what
/// leads elsewhere, opens files or shows secrets cannot be set in it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RemoteConfiguration {
    /// Whether to follow it. Default true.
    pub(crate) enabled: bool,
    /// How long a new one is on trial: if an exporter that worked before fails at the end, the agent goes back to what it
    /// had. From 1s to 1h. Default 30s.
    pub(crate) health_window: Duration,
}

/// Who an agent is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Agent {
    /// Its id: up to 128 letters, digits and `. _ : @ -`. Default: a UUID that is made at the first start and kept in the
    /// file `instance-id` of `state_directory`.
    pub(crate) id: String,
    /// The name of its host. Default: that of this machine.
    pub(crate) hostname: String,
    /// What people call it. Default: the name of its host.
    pub(crate) name: String,
    /// What people say about it. Default none.
    pub(crate) description: String,
    /// The organization it belongs to. Default none.
    pub(crate) organization_id: Option<String>,
    /// What is on everything it sends. Default none.
    pub(crate) tags: BTreeMap<String, String>,
    /// What only the platform is told. Default none.
    pub(crate) labels: BTreeMap<String, String>,
}

/// Heartbeats.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Heartbeat {
    /// Between two of them, from 1s to 1h; the platform may ask for another interval. Default 60s.
    pub(crate) interval: Duration,
    /// Bound on one of them, connecting included. Default 10s.
    pub(crate) timeout: Duration,
    /// Whether they carry what is known of this machine. Default true.
    pub(crate) include_system_info: bool,
}

/// Waits after a request that failed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retry {
    /// The first one. Default 1s.
    pub(crate) initial_interval: Duration,
    /// The longest one. Default 1m.
    pub(crate) max_interval: Duration,
}

/// The shortest and longest time between two heartbeats.
pub(super) const INTERVALS: (std::time::Duration, std::time::Duration) =
    (std::time::Duration::from_secs(1), std::time::Duration::from_secs(3600));

// === impl Config ===

impl Config {
    /// What the client of the platform is made of.
    pub(super) fn web(&self) -> WebSettings<'_> {
        WebSettings { endpoint: &self.endpoint, tls: &self.tls, headers: &self.headers, api_key: self.api_key.as_ref() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            api_key: None,
            headers: Headers::default(),
            tls: ClientTls::default(),
            timeout: Duration::from_secs(30),
            agent: Agent::default(),
            heartbeat: Heartbeat::default(),
            retry: Retry::default(),
            state_directory: "/var/lib/tfo-agent".into(),
            remote_configuration: RemoteConfiguration::default(),
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        self.web().validate(problems);
        if !self.agent.id.is_empty() && !is_agent_id(&self.agent.id) {
            problems
                .error("agent.id", format!("`{}` is not an id that a platform can show", self.agent.id))
                .help("use up to 128 letters, digits and `. _ : @ -`, beginning with a letter or a digit");
        }
        let interval = self.heartbeat.interval;
        if !(INTERVALS.0..=INTERVALS.1).contains(&interval.get()) {
            problems.error("heartbeat.interval", format!("is {interval}, expected 1s to 1h"));
        }
        let window = self.remote_configuration.health_window;
        if !(INTERVALS.0..=INTERVALS.1).contains(&window.get()) {
            problems.error("remote_configuration.health_window", format!("is {window}, expected 1s to 1h"));
        }
        let times = [
            ("timeout", self.timeout),
            ("heartbeat.timeout", self.heartbeat.timeout),
            ("retry.initial_interval", self.retry.initial_interval),
        ];
        for (path, _) in times.into_iter().filter(|(_, time)| time.is_zero()) {
            problems.error(path, "is 0, expected some time").help("leave it out for the default");
        }
        if self.retry.max_interval.get() < self.retry.initial_interval.get() {
            let first = self.retry.initial_interval;
            problems
                .error(
                    "retry.max_interval",
                    format!("is {}, less than the first wait, {first}", self.retry.max_interval),
                )
                .help("raise it, or lower initial_interval");
        }
        if self.state_directory.as_os_str().is_empty() {
            problems.error("state_directory", "is empty").help("leave it out for /var/lib/tfo-agent");
        }
    }
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { interval: Duration::from_secs(60), timeout: Duration::from_secs(10), include_system_info: true }
    }
}

impl Default for RemoteConfiguration {
    fn default() -> Self {
        Self { enabled: true, health_window: Duration::from_secs(30) }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { initial_interval: Duration::from_secs(1), max_interval: Duration::from_secs(60) }
    }
}
