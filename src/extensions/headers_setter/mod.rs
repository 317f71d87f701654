//! Extension `headers_setter`: headers of requests going out, from who sent the data or as written.
//!
//! ```yaml
//! receivers:
//!   otlp: { protocols: { http: { include_metadata: true } } }
//! processors:
//!   batch: { metadata_keys: [x-tenant] }
//! extensions:
//!   headers_setter:
//!     headers:
//!       - { action: upsert, key: X-Scope-OrgID, from_context: x-tenant, default_value: anonymous }
//!       - { action: delete, key: X-Debug }
//! exporters:
//!   otlp_http: { endpoint: "https://tempo", auth: { authenticator: headers_setter } }
//! ```
//!
//! A request carries what one batch holds. Batches that are joined on the way keep only what they share: what
//! `from_context` asks for must be among the `metadata_keys` of `batch`, and `sending_queue.batch` does not know of it.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::HeaderMap;
use pipelines::Context;
use pipelines::component::{
    About, BoxFuture, BuildContext, ClientAuth, ExportError, Extension, ExtensionFactory, ExtensionHost, Failure,
    Service, Services, Stability,
};

pub(crate) use self::config::Config;
use self::step::Step;

/// The extension.
pub(crate) struct HeadersSetter(Arc<Setter>);

/// What is done to the headers of each request, in order.
struct Setter {
    /// Another extension that adds its credentials first.
    additional: Option<Arc<dyn ClientAuth>>,
    steps: Vec<Step>,
}

// === impl HeadersSetter ===

impl ExtensionFactory for HeadersSetter {
    const ABOUT: About = About {
        name: "headers_setter",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "sets headers of requests going out, from who sent the data or as written",
        example: "headers:\n  - { action: upsert, key: X-Scope-OrgID, from_context: x-tenant }",
    };
    const SERVES: &'static [Service] = &[Service::ClientAuth];
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        let additional = match &config.additional_auth {
            Some(id) => Some(cx.extensions.client_auth(id)?),
            None => None,
        };
        let steps = config.headers.iter().filter_map(Step::new).collect();
        Ok(Box::new(Self(Arc::new(Setter { additional, steps }))))
    }
}

impl Extension for HeadersSetter {
    fn services(&self) -> Services {
        Services { client_auth: Some(self.0.clone()), ..Services::default() }
    }

    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(super::idle(host))
    }
}

// === impl Setter ===

impl ClientAuth for Setter {
    fn headers(&self, context: &Context, headers: &mut HeaderMap) -> Result<(), ExportError> {
        if let Some(additional) = &self.additional {
            additional.headers(context, headers)?;
        }
        self.steps.iter().try_for_each(|step| step.apply(context, headers))
    }
}
