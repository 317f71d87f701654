//! Extension `basicauth`: names and passwords as `Authorization: Basic`.
//!
//! ```yaml
//! extensions:
//!   basicauth/server: { htpasswd: { file: /etc/tfo/htpasswd } }
//! receivers:
//!   otlp: { protocols: { http: { auth: { authenticator: basicauth/server } } } }
//! ```

mod config;
mod htpasswd;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::auth::inspect;
use pipelines::component::{
    About, BoxFuture, BuildContext, Check, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Service, Services, Stability,
};

pub(crate) use self::config::Config;
use self::htpasswd::Htpasswd;
use self::server::Server;

/// The extension.
pub(crate) struct BasicAuth {
    server: Option<Arc<Server>>,
}

// === impl BasicAuth ===

impl ExtensionFactory for BasicAuth {
    const ABOUT: About = About {
        name: "basicauth",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "lets in who shows a name and a password",
        example: "htpasswd: { file: /etc/tfo/htpasswd }",
    };
    const SERVES: &'static [Service] = &[Service::ServerAuth];
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        let server = |users| Arc::new(Server::new(users, format!("extension {}", cx.id), &cx.renewals));
        Ok(Box::new(Self { server: config.htpasswd.as_ref().map(server) }))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move {
            let Some(users) = &config.htpasswd else { return Vec::new() };
            let Some(path) = &users.file else { return Vec::new() };
            let judge = |text: &str| {
                let all = Htpasswd::parse([text, users.inline.reveal()])?;
                Ok(Finding::new(Check::Passed, format!("{} names and passwords in {}", all.len(), path.display())))
            };
            inspect("the htpasswd file", path, judge).await
        })
    }
}

impl Extension for BasicAuth {
    fn services(&self) -> Services {
        let server_auth = self.server.clone().map(|server| server as _);
        Services { server_auth, ..Services::default() }
    }

    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            if let Some(server) = &self.server {
                server.load()?;
            }
            super::idle(host).await
        })
    }
}
