//! What users write under `otlp`.

mod auth;
mod cors;
mod grpc;
mod http;
mod keepalive;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

pub use self::auth::{Auth, Middleware};
pub use self::cors::Cors;
pub use self::grpc::Grpc;
pub use self::http::Http;
pub use self::keepalive::{EnforcementPolicy, Keepalive, ServerParameters};
use pipelines::Acknowledge;
use pipelines::component::{self, Problems};
use pipelines::net::{Listen, Transport};

/// Takes in OTLP over gRPC and HTTP, for all signals.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The protocols to listen for. At least one must be there; an empty body means its defaults.
    pub protocols: Protocols,
    /// Whether `/v2/traces`, `/v2/metrics` and `/v2/logs`, which TelemetryFlow's agents use, are served over HTTP
    /// beside the paths of OTLP, with the same payloads. Default `false`.
    #[serde(alias = "enable_v2_endpoints")]
    pub v2: bool,
    /// What must have happened before a client is told OK: `received` (it is in memory; a crash loses it), `stored` (it
    /// is on disk where a queue on disk stands behind, and delivered where none does) or `delivered`. Default `stored`.
    pub acknowledge: Acknowledge,
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

impl component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        let Protocols { grpc, http } = &self.protocols;
        if grpc.is_none() && http.is_none() {
            problems
                .error("protocols", "must specify at least one protocol when using the OTLP receiver")
                .help("write `grpc:` and `http:` under `protocols`, each with nothing behind it for its defaults");
        }
        if let Some(grpc) = grpc {
            problems.nest("protocols.grpc", |problems| grpc.validate(problems));
        }
        if let Some(http) = http {
            problems.nest("protocols.http", |problems| http.validate(self.v2, problems));
        }
        if self.v2 && http.is_none() {
            problems.warning("v2", "has no effect without `protocols.http`");
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
