//! The contract of extensions: services beside the data path.

use std::sync::Arc;

use super::about::About;
use super::check::{CheckContext, Finding};
use super::config::Config;
use super::context::{BuildContext, ComponentId};
use super::service::{Service, Services};
use super::{BoxFuture, Failure};
use crate::net::Sockets;
use crate::runtime::{Ready, Status, Stop, Tasks};

/// A service that sees the engine's status but no telemetry.
pub trait Extension: Send + Sync {
    /// What it does for the components that name it; asked once, before it runs.
    fn services(&self) -> Services {
        Services::default()
    }

    /// Runs until `host.stop` is requested; tells `host.ready` once it works. Extensions start before anything else
    /// and stop after everything else.
    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>>;
}

/// What a running extension works with.
pub struct ExtensionHost {
    /// Its id, for messages.
    pub id: ComponentId,
    /// What the engine is doing.
    pub status: Status,
    /// Requested when it must end.
    pub stop: Stop,
    /// To be told once it works.
    pub ready: Ready,
    /// Where connections are spawned.
    pub tasks: Tasks,
    /// Where it gets what it listens on.
    pub sockets: Sockets,
}

/// What makes extensions of one type.
pub trait ExtensionFactory: 'static {
    /// What the component says about itself.
    const ABOUT: About;
    /// What its extensions do for other components, by what they give in [`Extension::services`].
    const SERVES: &'static [Service] = &[];
    /// What users write.
    type Config: Config;

    /// Makes an extension; no I/O, nothing spawned.
    ///
    /// # Errors
    /// Only for what [`Config::validate`] cannot see; the text reaches the user as it is.
    fn build(config: &Arc<Self::Config>, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure>;

    /// Probes what it will need; leaves no trace.
    fn check(config: Arc<Self::Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        let _ = (config, cx);
        Box::pin(async { Vec::new() })
    }
}
