//! Extension `basicauth`: names and passwords as `Authorization: Basic`, asked for by receivers or shown by exporters.
//!
//! ```yaml
//! extensions:
//!   basicauth/server: { htpasswd: { file: /etc/tfo/htpasswd } }
//!   basicauth/client: { client_auth: { username: ann, password_file: /run/secrets/password } }
//! receivers:
//!   otlp: { protocols: { http: { auth: { authenticator: basicauth/server } } } }
//! exporters:
//!   otlp: { endpoint: "gateway:4317", auth: { authenticator: basicauth/client } }
//! ```

mod client;
mod config;
mod htpasswd;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::auth::{inspect, many};
use pipelines::component::{
    About, BoxFuture, BuildContext, Check, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Service, Services, Stability,
};

use self::client::Client;
pub(crate) use self::config::Config;
use self::htpasswd::Htpasswd;
use self::server::Server;

/// The extension.
pub(crate) struct BasicAuth {
    server: Option<Arc<Server>>,
    client: Option<Arc<Client>>,
}

// === impl BasicAuth ===

impl ExtensionFactory for BasicAuth {
    const ABOUT: About = About {
        name: "basicauth",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "lets in who shows a name and a password, or shows them itself",
        example: "htpasswd: { file: /etc/tfo/htpasswd }",
    };
    const SERVES: &'static [Service] = &[Service::ServerAuth, Service::ClientAuth];
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        let owner = format!("extension {}", cx.id);
        let server = |users| Arc::new(Server::new(users, owner.clone(), &cx.renewals));
        let client = |login| Arc::new(Client::new(login, owner.clone(), &cx.renewals));
        let (server, client) = (config.htpasswd.as_ref().map(server), config.client_auth.as_ref().map(client));
        Ok(Box::new(Self { server, client }))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move {
            let Some(users) = &config.htpasswd else { return Vec::new() };
            let judge = |text: &str| {
                let all = Htpasswd::parse([text, users.inline.reveal()])?;
                Ok(Finding::new(Check::Passed, many(all.len(), "name") + " with a password"))
            };
            let Some(path) = &users.file else {
                return vec![judge("").unwrap_or_else(|wrong| Finding::new(Check::Failed, wrong))];
            };
            inspect("the htpasswd file", path, judge).await
        })
    }
}

impl Extension for BasicAuth {
    fn services(&self) -> Services {
        let server_auth = self.server.clone().map(|server| server as _);
        let client_auth = self.client.clone().map(|client| client as _);
        Services { server_auth, client_auth, ..Services::default() }
    }

    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            if let Some(server) = &self.server {
                server.load()?;
            }
            if let Some(client) = &self.client {
                client.load()?;
            }
            super::idle(host).await
        })
    }
}
