//! Extension `api_keys`: API keys that several receivers share.
//!
//! ```yaml
//! extensions:
//!   api_keys: { file: /etc/tfo/keys }
//! receivers:
//!   otlp: { protocols: { grpc: { auth: { authenticator: api_keys } } } }
//! ```

use std::sync::Arc;

use pipelines::auth::{Config, Keys};
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Service, Services, Stability,
};

/// The extension.
pub(crate) struct ApiKeys(Arc<Keys>);

// === impl ApiKeys ===

impl ExtensionFactory for ApiKeys {
    const ABOUT: About = About {
        name: "api_keys",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "lets in who shows an API key; keys stand in a file as hashes",
        example: "file: /etc/tfo/keys",
    };
    const SERVES: &'static [Service] = &[Service::ServerAuth];
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self(Arc::new(Keys::new(config, format!("extension {}", cx.id), &cx.renewals)?))))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move { config.check().await })
    }
}

impl Extension for ApiKeys {
    fn services(&self) -> Services {
        Services { server_auth: Some(self.0.clone()), ..Services::default() }
    }

    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            self.0.load()?;
            super::idle(host).await
        })
    }
}
