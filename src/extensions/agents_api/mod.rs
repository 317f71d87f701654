//! Extension `agents_api`: the platform's side of agents. They register, send heartbeats and fetch their configuration
//! here; people and programs see which of them live, and set their configuration.
//!
//! ```yaml
//! extensions:
//!   api_keys: { file: /etc/tfo/keys }
//!   agents_api:
//!     endpoint: 0.0.0.0:3000
//!     auth: { authenticator: api_keys }
//!     storage: { sqlite: /var/lib/tfo/agents.db }
//! ```
//!
//! Who asks is settled before anything of a body is read (`guard`), what is asked in `routes` and its handlers, what is
//! known lies in `store`, and what it means is worked out anew for each answer in `presence`.

mod answer;
mod api;
mod config;
mod configuration;
mod guard;
mod list;
mod openapi;
mod presence;
mod request;
mod routes;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Stability,
};
use pipelines::renewal::Renewals;

use self::api::Api;
pub(crate) use self::config::Config;
use self::guard::Guard;
use self::store::Store;
use crate::admin::{secured, server};

/// The extension.
pub(crate) struct AgentsApi {
    config: Arc<Config>,
    renewals: Renewals,
    guard: Guard,
    store: Store,
}

// === impl AgentsApi ===

impl ExtensionFactory for AgentsApi {
    const ABOUT: About = About {
        name: "agents_api",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "serves agents: registration, heartbeats, configuration, and the list of them",
        example: "auth: { authenticator: api_keys }\nstorage: { sqlite: agents.db }\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        let guard = Guard::new(config, &cx.extensions)?;
        let store = Store::new(config, &format!("extension {}", cx.id), &cx.renewals)?;
        Ok(Box::new(Self { config: config.clone(), renewals: cx.renewals.clone(), guard, store }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move { config.check(&cx).await })
    }
}

impl Extension for AgentsApi {
    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            let Self { config, renewals, guard, store } = *self;
            let tls = config.tls.as_ref().map(|tls| secured::renewing(tls, &host.id, &renewals)).transpose()?;
            // What fails now may work when the first request comes.
            let _ = store.open().await;
            let api = Arc::new(Api::new(&config, guard, store));
            server::serve(&config.endpoint, tls, routes::router(&api), host).await
        })
    }
}
