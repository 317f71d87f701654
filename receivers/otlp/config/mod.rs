//! What users write under `otlp`.

mod access;
mod auth;
mod cors;
mod grpc;
mod http;
mod keepalive;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

pub use self::access::Access;
pub use self::auth::{Auth, Middleware};
pub use self::cors::Cors;
pub use self::grpc::Grpc;
pub use self::http::Http;
pub use self::keepalive::{EnforcementPolicy, Keepalive, ServerParameters};
use pipelines::Acknowledge;
use pipelines::auth as keys;
use pipelines::component::{self, Problems, Reference};
use pipelines::net::{Listen, Transport};

/// Takes in OTLP over gRPC and HTTP, for all signals.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The protocols to listen for. At least one must be there; an empty body means its defaults.
    pub protocols: Protocols,
    /// What must have happened before a client is told OK: `received` (it is in memory; a crash loses it), `stored` (it
    /// is on disk where a queue on disk stands behind, and delivered where none does) or `delivered`. Default `stored`.
    pub acknowledge: Acknowledge,
    /// API keys, for every listener below whose `v1` or `v2` is `required` and that names no `auth`. Default: none.
    #[serde(deserialize_with = "present")]
    pub keys: Option<keys::Config>,
    /// As in TelemetryFlow's collector: `false` is the same as `protocols.http.v2: off`. Default: what stands there.
    pub enable_v2_endpoints: Option<bool>,
}

/// The protocols to listen for. A key that is present turns its protocol on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Protocols {
    /// OTLP over gRPC.
    #[serde(deserialize_with = "present")]
    pub grpc: Option<Grpc>,
    /// OTLP over HTTP.
    #[serde(deserialize_with = "present")]
    pub http: Option<Http>,
}

// === impl Config ===

impl Config {
    /// OTLP over HTTP, with what is written elsewhere.
    #[must_use]
    pub fn http(&self) -> Option<Http> {
        let mut http = self.protocols.http.clone()?;
        if self.enable_v2_endpoints == Some(false) {
            http.v2 = http.v2.or(Some(Access::Off));
        }
        Some(http)
    }

    fn validate_keys(&self, problems: &mut Problems) {
        let Some(keys) = &self.keys else { return };
        problems.nest("keys", |problems| component::Config::validate(keys, problems));
        let Protocols { grpc, http } = &self.protocols;
        let mut auth = grpc.iter().map(|grpc| &grpc.auth).chain(http.iter().map(|http| &http.auth)).peekable();
        if auth.peek().is_some() && auth.all(Option::is_some) {
            problems.warning("keys", "has no effect: every listener has `auth`").help("remove keys, or auth");
        }
    }
}

impl component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        let (grpc, http) = (&self.protocols.grpc, &self.http());
        let has_keys = self.keys.is_some();
        if grpc.is_none() && http.is_none() {
            problems
                .error("protocols", "must specify at least one protocol when using the OTLP receiver")
                .help("write `grpc:` and `http:` under `protocols`, each with nothing behind it for its defaults");
        }
        if let Some(grpc) = grpc {
            problems.nest("protocols.grpc", |problems| grpc.validate(has_keys, problems));
        }
        if let Some(http) = http {
            problems.nest("protocols.http", |problems| http.validate(has_keys, problems));
        }
        self.validate_keys(problems);
        if self.enable_v2_endpoints == Some(false)
            && let Some(access) = http.as_ref().and_then(|http| http.v2).filter(|access| *access != Access::Off)
        {
            problems
                .error("enable_v2_endpoints", format!("`false` contradicts `protocols.http.v2: {access}`"))
                .help("remove one of them");
        }
        if let (Some(grpc), Some(http)) = (grpc, http)
            && let (Ok(one), Ok(other)) = (grpc.listen(), http.listen())
            && one == other
            && !matches!(one, Listen::Tcp { port: 0, .. })
        {
            problems
                .error("protocols.http.endpoint", format!("`{other}` is the endpoint of grpc, too"))
                .help("each protocol needs a port of its own: 4317 for grpc, 4318 for http");
        }
    }

    fn references(&self) -> Vec<Reference> {
        let Protocols { grpc, http } = &self.protocols;
        let grpc = auth::reference("grpc", grpc.as_ref().and_then(|grpc| grpc.auth.as_ref()));
        grpc.into_iter().chain(auth::reference("http", http.as_ref().and_then(|http| http.auth.as_ref()))).collect()
    }
}

/// A key without a body is a key that is there.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<T>::deserialize(deserializer).map(|body| Some(body.unwrap_or_default()))
}

fn validate_endpoint(endpoint: &str, transport: Transport, problems: &mut Problems) {
    if let Err(wrong) = Listen::parse(endpoint, transport) {
        problems.error("endpoint", wrong);
    }
}
