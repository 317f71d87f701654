//! Extension `platform`: makes this agent known to the platform and tells it how it is doing.
//!
//! ```yaml
//! extensions:
//!   platform:
//!     endpoint: https://platform.example.com/api/v2
//!     api_key: { id: tfk_abc, secret: "${env:TFO_KEY_SECRET}" }
//!     agent: { name: web-1, tags: { environment: production } }
//!     heartbeat: { interval: 60s }
//! ```
//!
//! The platform may hold a part of an agent file for this agent ([`remote`]), which is merged over its own files.
//!
//! Telemetry never waits for the platform: whatever it answers, or whether it does, the pipelines go on.

mod api;
mod config;
mod identity;
mod link;
mod remote;
mod standing;
mod system;
mod trouble;

use std::sync::Arc;

use pipelines::component::{
    About, BoxFuture, BuildContext, Check, CheckContext, Depth, Extension, ExtensionFactory, ExtensionHost, Failure,
    Finding, Stability,
};

use self::api::Api;
pub(crate) use self::config::{Config, RemoteConfiguration};
use self::identity::Identity;
use self::link::Link;
pub(crate) use self::remote::in_force;
use self::remote::{Remote, Shared};

/// The extension.
pub(crate) struct Platform {
    config: Arc<Config>,
    api: Arc<Api>,
}

// === impl Platform ===

impl ExtensionFactory for Platform {
    const ABOUT: About = About {
        name: "platform",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "makes this agent known to the platform and tells it how it is doing",
        example: "endpoint: https://platform.example.com/api/v2",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        let api = Api::new(config, &format!("extension {}", cx.id), Some(&cx.renewals))?;
        Ok(Box::new(Self { config: config.clone(), api: Arc::new(api) }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move {
            let api = match Api::new(&config, "", None) {
                Ok(api) => api,
                Err(error) => return vec![Finding::new(Check::Failed, error)],
            };
            let mut findings = match api.web().read_files() {
                Ok(findings) => findings,
                Err(error) => return vec![Finding::new(Check::Failed, error)],
            };
            if cx.depth >= Depth::Connect {
                let shown = api.web().shown();
                findings.push(match tokio::time::timeout(cx.timeout, api.web().connect()).await {
                    Ok(Ok(())) => Finding::new(Check::Passed, format!("{shown} can be reached")),
                    Ok(Err(error)) => Finding::new(Check::Warned, format!("{error}; the agent runs without it")),
                    Err(_) => Finding::new(Check::Warned, format!("{shown} did not take a connection in time")),
                });
            }
            findings
        })
    }
}

impl Extension for Platform {
    fn run(self: Box<Self>, mut host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            let identity = Identity::new(&self.config)?;
            let shared = Arc::new(Shared::default());
            let remote = Remote::new(&self.config, self.api.clone(), host.status.clone(), shared.clone());
            host.ready.tell(Vec::new());
            let link = Link::new(self.api, self.config, identity, host.status, shared);
            tokio::select! {
                () = async { tokio::join!(link.run(), remote.run()); } => Ok(()),
                () = host.stop.requested() => Ok(()),
            }
        })
    }
}
