//! What users write under `agents_api`.

use std::num::NonZeroU32;
#[cfg(feature = "sqlite")]
use std::path::PathBuf;

use pipelines::component::{CheckContext, Finding, Problems, Reference, Service};
use pipelines::config::Duration;
#[cfg(feature = "postgres")]
use pipelines::config::Secret;
#[cfg(feature = "postgres")]
use pipelines::net::tls::ClientTls;
use pipelines::net::tls::ServerTls;
use schemars::JsonSchema;
use serde::Deserialize;

use super::store;
use crate::admin::server;

/// Serves agents.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address to listen on. Default 127.0.0.1:3000; `0.0.0.0:3000` for agents on other hosts.
    pub(crate) endpoint: String,
    /// TLS, with client certificates if `client_ca_file` is set. Default: none.
    pub(crate) tls: Option<ServerTls>,
    /// Who lets agents and people in. Required, unless `allow_anonymous` says that everybody may come.
    pub(crate) auth: Option<Auth>,
    /// Who lets people in that list and delete agents and change their configuration; agents may not then. Default: as
    /// `auth`.
    pub(crate) operators: Option<Auth>,
    /// Whether everybody who reaches the endpoint may do everything. Default `false`.
    pub(crate) allow_anonymous: bool,
    /// Where what is known of agents is kept. Required.
    pub(crate) storage: Storage,
    /// How often agents are told to send a heartbeat, in whole seconds. Default 60s.
    pub(crate) heartbeat_interval: Duration,
    /// How many heartbeats must have stayed away until an agent is shown as offline. Default 3.
    pub(crate) offline_after: NonZeroU32,
    /// How many agents may register. Default 10000.
    pub(crate) max_agents: NonZeroU32,
    /// How many requests are worked on at once; further ones are answered 503. Default 256.
    pub(crate) max_requests: NonZeroU32,
    /// Longest wait for the storage. Default 10s.
    pub(crate) timeout: Duration,
}

/// Names the extension that authenticates requests.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Auth {
    /// Id of the authenticator extension: `api_keys`, `basicauth`, `bearertokenauth`.
    pub(crate) authenticator: String,
}

/// Where what is known of agents is kept: one of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Storage {
    /// A file, made when it is not there; its directory must be. Default none.
    #[cfg(feature = "sqlite")]
    pub(crate) sqlite: Option<PathBuf>,
    /// A database, where the tables `tfo_agents` and `tfo_agents_schema` are made when they are not there. Several
    /// collectors may share one. Default none.
    #[cfg(feature = "postgres")]
    pub(crate) postgres: Option<Postgres>,
}

/// A database of PostgreSQL.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Postgres {
    /// Its URL: `postgres://user@host:5432/database?sslmode=verify-full`; several hosts are separated by commas. Required.
    pub(crate) url: Secret,
    /// Who logs in. Default: as `url` says, else `postgres`.
    pub(crate) username: String,
    /// The password; best from the environment: `${env:PGPASSWORD}`. Default: as `url` says, else none.
    pub(crate) password: Secret,
    /// Encryption: authorities, certificates, versions.
    pub(crate) tls: ClientTls,
}

// === impl Config ===

impl Config {
    /// Probes what it will need.
    pub(super) async fn check(&self, cx: &CheckContext) -> Vec<Finding> {
        let mut findings = self.tls.as_ref().map_or_else(Vec::new, ServerTls::check);
        findings.extend(store::check(self, cx).await);
        findings
    }

    fn validate_access(&self, problems: &mut Problems) {
        match (&self.auth, self.allow_anonymous) {
            (None, false) => {
                problems.error("auth", "nothing says who may ask").help(
                    "set `auth: { authenticator: api_keys }`, or `allow_anonymous: true` to let everybody in who \
                     reaches the endpoint",
                );
            }
            (Some(_), true) => {
                problems.error("allow_anonymous", "contradicts `auth`").help("remove one of them");
            }
            (None, true) if !is_loopback(&self.endpoint) => {
                let text = "lets everybody who reaches the endpoint change the configuration of every agent";
                problems.warning("allow_anonymous", text).help("set `auth`, or listen on 127.0.0.1");
            }
            _ => {}
        }
        if self.operators.is_some() && self.auth.is_none() {
            problems.error("operators", "keeps agents out of what everybody may do without `auth`").help("set `auth`");
        }
        for (key, auth) in [("auth", &self.auth), ("operators", &self.operators)] {
            if auth.as_ref().is_some_and(|auth| auth.authenticator.is_empty()) {
                problems
                    .error(format!("{key}.authenticator"), "no authenticator is named")
                    .help("write the id of an extension, such as `api_keys`");
            }
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        server::validate(&self.endpoint, problems);
        if let Some(tls) = &self.tls {
            problems.nest("tls", |problems| tls.validate(problems));
        }
        self.validate_access(problems);
        let seconds = self.heartbeat_interval.get();
        if seconds.as_secs() == 0 || seconds.subsec_nanos() > 0 || seconds.as_secs() > 86_400 {
            problems
                .error("heartbeat_interval", "is not a number of whole seconds from 1s to 24h")
                .help("leave it out for 60s");
        }
        if self.timeout.is_zero() {
            problems.error("timeout", "is 0").help("leave it out for 10s");
        }
        problems.nest("storage", |problems| store::validate(self, problems));
    }

    fn references(&self) -> Vec<Reference> {
        [("auth", &self.auth), ("operators", &self.operators)]
            .into_iter()
            .filter_map(|(key, auth)| {
                let id = auth.as_ref().map(|auth| auth.authenticator.clone()).filter(|id| !id.is_empty())?;
                Some(Reference { path: format!("{key}.authenticator"), id, service: Service::ServerAuth })
            })
            .collect()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: "127.0.0.1:3000".to_owned(),
            tls: None,
            auth: None,
            operators: None,
            allow_anonymous: false,
            storage: Storage::default(),
            heartbeat_interval: Duration::from_secs(60),
            offline_after: const { NonZeroU32::new(3).unwrap() },
            max_agents: const { NonZeroU32::new(10_000).unwrap() },
            max_requests: const { NonZeroU32::new(256).unwrap() },
            timeout: Duration::from_secs(10),
        }
    }
}

/// Whether only this host reaches an endpoint.
fn is_loopback(endpoint: &str) -> bool {
    ["127.", "localhost:", "[::1]:", "unix:"].iter().any(|start| endpoint.starts_with(start))
}
