//! Extension `health_check`: one URL that says whether the engine works, for probes.
//!
//! ```yaml
//! extensions:
//!   health_check: { endpoint: "127.0.0.1:13133", path: / }
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use pipelines::component::{
    About, BoxFuture, BuildContext, Extension, ExtensionFactory, ExtensionHost, Failure, Problems, Stability,
};
use pipelines::runtime::{Health, Instant, Status, now};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::server;

/// The extension.
pub(crate) struct HealthCheck(Arc<Config>);

/// What users write.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address to listen on. Default 127.0.0.1:13133; `0.0.0.0:13133` for probes from outside.
    pub(crate) endpoint: String,
    /// Path that answers. Default `/`.
    pub(crate) path: String,
    /// Bodies of the answers; JSON with the status and the time since the start when left out.
    pub(crate) response_body: Option<ResponseBody>,
    /// Old and without effect: what it checked is part of the status.
    pub(crate) check_collector_pipeline: Option<serde_json::Value>,
    /// Old name of `endpoint`'s port.
    pub(crate) port: Option<u16>,
}

/// Bodies of the answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResponseBody {
    /// Body while everything works.
    pub(crate) healthy: String,
    /// Body otherwise.
    pub(crate) unhealthy: String,
}

#[derive(Clone)]
struct Shared {
    config: Arc<Config>,
    status: Status,
    since: Instant,
}

async fn answer(State(shared): State<Shared>) -> impl IntoResponse {
    let health = shared.status.health();
    let code = if health == Health::Running { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    match &shared.config.response_body {
        Some(body) if health == Health::Running => (code, body.healthy.clone()).into_response(),
        Some(body) => (code, body.unhealthy.clone()).into_response(),
        None => (code, Json(report(&health, shared.since))).into_response(),
    }
}

/// The Collector's form of the answer.
fn report(health: &Health, since: Instant) -> Value {
    let uptime = format!("{:?}", since.elapsed());
    match health {
        Health::Running => json!({ "status": "Server available", "uptime": uptime }),
        Health::Starting => json!({ "status": "Server not available", "reason": "starting" }),
        Health::Stopping => json!({ "status": "Server not available", "reason": "stopping" }),
        Health::Failed(reason) => json!({ "status": "Server not available", "reason": reason }),
    }
}

// === impl HealthCheck ===

impl ExtensionFactory for HealthCheck {
    const ABOUT: About = About {
        name: "health_check",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "answers HTTP probes with whether the engine works",
        example: "endpoint: 127.0.0.1:13133",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self(config.clone())))
    }
}

impl Extension for HealthCheck {
    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            let shared = Shared { config: self.0.clone(), status: host.status.clone(), since: now() };
            let router = Router::new().route(&self.0.path, get(answer)).with_state(shared);
            server::serve(&self.0.endpoint(), router, host).await
        })
    }
}

// === impl Config ===

impl Config {
    fn endpoint(&self) -> String {
        self.port.map_or_else(|| self.endpoint.clone(), |port| format!("0.0.0.0:{port}"))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: "127.0.0.1:13133".to_owned(),
            path: "/".to_owned(),
            response_body: None,
            check_collector_pipeline: None,
            port: None,
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        server::validate(&self.endpoint(), problems);
        if self.path.contains(['{', '}', '*', ':']) {
            problems.error("path", format!("`{}` holds a pattern", self.path)).help("write `/health`");
        }
        if !self.path.starts_with('/') {
            problems.error("path", format!("`{}` does not start with a slash", self.path)).help("write `/health`");
        }
        if self.check_collector_pipeline.is_some() {
            problems
                .warning("check_collector_pipeline", "has no effect: failures are part of the status")
                .help("leave it out");
        }
        if self.port.is_some() {
            problems.warning("port", "is an old form").help("write `endpoint: 0.0.0.0:PORT`");
        }
    }
}
