//! Extension `bearertokenauth`: tokens as `Authorization: Bearer`, asked for by receivers or shown by exporters.
//!
//! ```yaml
//! extensions:
//!   bearertokenauth: { filename: /etc/tfo/tokens }
//! receivers:
//!   otlp: { protocols: { http: { auth: { authenticator: bearertokenauth } } } }
//! exporters:
//!   otlp: { endpoint: "gateway:4317", auth: { authenticator: bearertokenauth } }
//! ```
//!
//! Every token of the list or file is accepted, and the first one is shown.

mod client;
mod config;
mod server;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;

use pipelines::auth::{inspect, many};
use pipelines::component::{
    About, BoxFuture, BuildContext, Check, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Service, Services, Stability,
};
use pipelines::renewal::FromFiles;

use self::client::Client;
pub(crate) use self::config::Config;
use self::server::Server;
use self::tokens::Tokens;

/// The extension.
pub(crate) struct BearerTokenAuth {
    tokens: Arc<FromFiles<Tokens>>,
    server: Arc<Server>,
    client: Arc<Client>,
}

// === impl BearerTokenAuth ===

impl ExtensionFactory for BearerTokenAuth {
    const ABOUT: About = About {
        name: "bearertokenauth",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "lets in who shows a token, or shows one itself",
        example: "filename: /etc/tfo/tokens",
    };
    const SERVES: &'static [Service] = &[Service::ServerAuth, Service::ClientAuth];
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        let tokens = Tokens::of(config, format!("extension {}", cx.id), &cx.renewals);
        let server = Arc::new(Server::new(config, tokens.clone())?);
        let client = Arc::new(Client::new(config, tokens.clone())?);
        Ok(Box::new(Self { tokens, server, client }))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move {
            let Some(path) = &config.filename else {
                return vec![Finding::new(Check::Passed, many(config.written().len(), "token"))];
            };
            let judge = |text: &str| match Tokens::parse(text).len() {
                0 => Err("it holds no token".to_owned()),
                tokens => Ok(Finding::new(Check::Passed, format!("{} in {}", many(tokens, "token"), path.display()))),
            };
            inspect("the token file", path, judge).await
        })
    }
}

impl Extension for BearerTokenAuth {
    fn services(&self) -> Services {
        Services {
            server_auth: Some(self.server.clone()),
            client_auth: Some(self.client.clone()),
            ..Services::default()
        }
    }

    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            self.tokens.current()?;
            super::idle(host).await
        })
    }
}
