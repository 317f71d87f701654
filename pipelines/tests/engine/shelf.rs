//! An extension that offers a directory.

use std::path::PathBuf;
use std::sync::Arc;

use pipelines::component::*;
use pipelines::storage::Options;
use schemars::JsonSchema;
use serde::Deserialize;

/// Offers the directory of its configuration.
pub(crate) struct Shelf(Arc<ShelfConfig>);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ShelfConfig {
    directory: PathBuf,
}

impl Config for ShelfConfig {}

impl ExtensionFactory for Shelf {
    const ABOUT: About = About {
        name: "shelf",
        aliases: &[],
        signals: &[],
        stability: Stability::Alpha,
        summary: "for tests",
        example: "",
    };
    const SERVES: &'static [Service] = &[Service::Storage];
    type Config = ShelfConfig;

    fn build(config: &Arc<ShelfConfig>, _: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        Ok(Box::new(Self(config.clone())))
    }
}

impl Extension for Shelf {
    fn services(&self) -> Services {
        let options = Options { lock_timeout: std::time::Duration::ZERO, ..Options::new(self.0.directory.clone()) };
        Services { storage: Some(Arc::new(options)), ..Services::default() }
    }

    fn run(self: Box<Self>, mut host: ExtensionHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            host.ready.tell(Vec::new());
            host.stop.requested().await;
            Ok(())
        })
    }
}
