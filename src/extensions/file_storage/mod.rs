//! Extension `file_storage`: a directory for queues that outlive the process.
//!
//! ```yaml
//! extensions:
//!   file_storage: { directory: /var/lib/tfo, create_directory: true }
//! exporters:
//!   otlp: { endpoint: "gateway:4317", sending_queue: { storage: file_storage } }
//! ```

mod check;
mod config;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Extension, ExtensionFactory, ExtensionHost, Failure, Finding,
    Service, Services, Stability,
};

pub(crate) use self::config::Config;

/// The extension.
pub(crate) struct FileStorage(Arc<Config>);

// === impl FileStorage ===

impl ExtensionFactory for FileStorage {
    const ABOUT: About = About {
        name: "file_storage",
        aliases: &[],
        signals: &[],
        stability: Stability::Beta,
        summary: "keeps queues on disk, so that they outlive the process",
        example: "directory: /var/lib/tfo\ncreate_directory: true\nmax_bytes: 10GiB",
    };
    const SERVES: &'static [Service] = &[Service::Storage];
    type Config = Config;

    fn build(config: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self(config.clone())))
    }

    fn check(config: Arc<Config>, _: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(async move { check::check(&config) })
    }
}

impl Extension for FileStorage {
    fn services(&self) -> Services {
        Services { storage: Some(Arc::new(self.0.options())), ..Services::default() }
    }

    /// The queues are opened by those who fill them.
    fn run(self: Box<Self>, host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(super::idle(host))
    }
}
