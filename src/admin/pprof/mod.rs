//! Extension `pprof`: accepted so that public files run; the engine has no Go runtime to profile and says so.

use std::sync::Arc;

use pipelines::component::{
    About, BoxFuture, BuildContext, Extension, ExtensionFactory, ExtensionHost, Failure, Problems, Stability,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The extension.
pub(crate) struct Pprof;

/// What users write, as upstream; nothing of it has an effect.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address the Go profiler would listen on.
    pub(crate) endpoint: Option<String>,
    /// Share of blocking events the Go profiler would report.
    pub(crate) block_profile_fraction: Option<u64>,
    /// Share of mutex contention the Go profiler would report.
    pub(crate) mutex_profile_fraction: Option<u64>,
    /// File the Go profiler would write to.
    pub(crate) save_to_file: Option<String>,
}

impl ExtensionFactory for Pprof {
    const ABOUT: About = About {
        name: "pprof",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "accepted for public files; there is no Go runtime to profile, use perf(1)",
        example: "",
    };
    type Config = Config;

    fn build(_: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self))
    }
}

impl Extension for Pprof {
    fn run(self: Box<Self>, mut host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            host.ready.tell(Vec::new());
            host.stop.requested().await;
            Ok(())
        })
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        problems
            .warning("", "pprof profiles the Go runtime, which this engine does not have: nothing is started")
            .help("profile the process with perf(1)");
    }
}
