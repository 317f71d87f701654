//! Extension `zpages`: a page of every node and what it counted, the nearest thing to the Collector's zPages.
//!
//! ```yaml
//! extensions:
//!   zpages: { endpoint: "127.0.0.1:55679" }
//! ```

mod page;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use pipelines::component::{
    About, BoxFuture, BuildContext, Extension, ExtensionFactory, ExtensionHost, Failure, Problems, Stability,
};
use pipelines::runtime::Status;
use schemars::JsonSchema;
use serde::Deserialize;

use super::server;

/// The extension.
pub(crate) struct Zpages(Arc<Config>);

/// What users write.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address to listen on. Default 127.0.0.1:55679.
    pub(crate) endpoint: String,
    /// The Collector's expvar page. Not built.
    pub(crate) expvar: Option<Expvar>,
}

/// The Collector's expvar page.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expvar {
    /// Whether to serve it.
    pub(crate) enabled: bool,
}

async fn pipelinez(State(status): State<Status>) -> Html<String> {
    Html(page::render(&status))
}

impl ExtensionFactory for Zpages {
    const ABOUT: About = About {
        name: "zpages",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "serves /debug/pipelinez: every node and what it counted",
        example: "endpoint: 127.0.0.1:55679",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self(config.clone())))
    }
}

impl Extension for Zpages {
    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            let pages = Router::new().route("/", get(pipelinez)).route("/debug/pipelinez", get(pipelinez));
            let router = pages.with_state(host.status.clone());
            server::serve(&self.0.endpoint, None, router, host).await
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self { endpoint: "127.0.0.1:55679".to_owned(), expvar: None }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        server::validate(&self.endpoint, problems);
        problems.warning(
            "",
            "of the Collector's zPages only /debug/pipelinez is served: the engine traces nothing of its own",
        );
        if self.expvar.as_ref().is_some_and(|expvar| expvar.enabled) {
            problems.warning("expvar.enabled", "the expvar page is not served: it shows variables of a Go program");
        }
    }
}
