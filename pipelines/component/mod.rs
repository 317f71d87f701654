//! [`Component`]: the compile-time description of a kind of node, and the traits a component implements.
//!
//! A component is a type that implements one factory trait; a plain static slice of [`Component`] values is the
//! registry. Parsing, validation, schema, documentation and the dry run are all derived from the description.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pipelines::component::*;
//! use pipelines::{Batch, Signal, runtime::Output};
//!
//! /// Lets everything through.
//! struct Open;
//!
//! #[derive(Clone, Debug, Default, serde::Deserialize, schemars::JsonSchema)]
//! #[serde(default, deny_unknown_fields)]
//! struct Nothing {}
//!
//! impl Config for Nothing {}
//!
//! impl ProcessorFactory for Open {
//!     const ABOUT: About = About {
//!         name: "open",
//!         aliases: &[],
//!         signals: &Signal::ALL,
//!         stability: Stability::Alpha,
//!         summary: "lets everything through",
//!         example: "",
//!     };
//!     type Config = Nothing;
//!
//!     fn build(_: &Arc<Nothing>, _: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
//!         Ok(Box::new(Self))
//!     }
//! }
//!
//! impl Processor for Open {
//!     fn process(&self, batch: Batch, out: &Output) {
//!         out.send(batch);
//!     }
//! }
//!
//! static ALL: &[Component] = &[Component::processor::<Open>()];
//! assert!(Registry::new().with(ALL).find(Kind::Processor, "open").is_some());
//! ```

mod about;
mod build;
mod check;
mod config;
mod context;
mod exporter;
mod extension;
mod processor;
mod receiver;
mod registry;
mod service;

use std::future::Future;
use std::pin::Pin;

pub use self::about::{About, Kind, Stability};
pub use self::build::Component;
pub use self::check::{Check, CheckContext, Depth, Finding};
pub use self::config::{AnyConfig, Config, Problem, Problems};
pub use self::context::{BuildContext, ComponentId};
pub use self::exporter::{Encoded, ExportError, Exported, Exporter, ExporterFactory, Row};
pub use self::extension::{Extension, ExtensionFactory, ExtensionHost};
pub use self::processor::{ConnectorFactory, Processor, ProcessorFactory};
pub use self::receiver::{Outputs, Receiver, ReceiverFactory, ReceiverHost};
pub use self::registry::{Found, Registry};
pub use self::service::{ClientAuth, Credentials, Denied, Extensions, Reference, ServerAuth, Service, Services};

/// A boxed future, as the object-safe traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a component could not be built, started or kept running: one lowercase sentence without a final dot.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
