//! Extension `health_check`: URLs that say whether the engine works, for probes.
//!
//! `path` answers as the Collector's does: 200 while the engine runs. `/healthz` answers 200 as long as the process lives;
//! `/readyz` answers 503, and names each component and its last error, when a receiver does not listen, an exporter is
//! dead, a queue is full or a disk does not take what comes in.
//!
//! ```yaml
//! extensions:
//!   health_check: { endpoint: "127.0.0.1:13133", path: /, unready_after: 1m }
//! ```

mod config;

pub(crate) use self::config::Config;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Stability,
};
use pipelines::net::tls::ServerTls;
use pipelines::renewal::Renewals;
use pipelines::runtime::{Health, Instant, Status, now};
use serde_json::{Value, json};

use super::{health, secured, server};

/// The extension.
pub(crate) struct HealthCheck(Arc<Config>, Renewals);

#[derive(Clone)]
struct Shared {
    config: Arc<Config>,
    status: Status,
    since: Instant,
}

/// The Collector's form.
async fn answer(State(shared): State<Shared>) -> impl IntoResponse {
    let health = shared.status.health();
    let code = match health {
        Health::Running if shared.config.pipelines_fail(&shared.status) => StatusCode::INTERNAL_SERVER_ERROR,
        Health::Running => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    match &shared.config.response_body {
        Some(body) if code == StatusCode::OK => (code, body.healthy.clone()).into_response(),
        Some(body) => (code, body.unhealthy.clone()).into_response(),
        None => (code, Json(said(code, &health, shared.since))).into_response(),
    }
}

fn said(code: StatusCode, health: &Health, since: Instant) -> Value {
    if code == StatusCode::OK {
        return json!({ "status": "Server available", "uptime": format!("{:?}", since.elapsed()) });
    }
    let reason = health::reason(health).unwrap_or("exporters fail");
    json!({ "status": "Server not available", "reason": reason })
}

async fn healthz() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

async fn readyz(State(shared): State<Shared>) -> impl IntoResponse {
    let report = health::report(&shared.status, shared.config.unready_after.get());
    let code = if report.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(report.body))
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

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self(config.clone(), cx.renewals.clone())))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move { config.tls.as_ref().map_or_else(Vec::new, ServerTls::check) })
    }
}

impl Extension for HealthCheck {
    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            let shared = Shared { config: self.0.clone(), status: host.status.clone(), since: now() };
            let mut router = Router::new().route(&self.0.path, get(answer));
            // What the file asks for at these paths comes first.
            if self.0.path != "/healthz" {
                router = router.route("/healthz", get(healthz));
            }
            if self.0.path != "/readyz" {
                router = router.route("/readyz", get(readyz));
            }
            let tls = self.0.tls.as_ref().map(|tls| secured::renewing(tls, &host.id, &self.1)).transpose()?;
            server::serve(&self.0.endpoint(), tls, router.with_state(shared), host).await
        })
    }
}
