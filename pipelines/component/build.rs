//! [`Component`]: a factory erased to plain function pointers, so that a registry is a static slice.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::about::{About, Kind};
use super::check::{CheckContext, Finding};
use super::config::{AnyConfig, Config, Problems};
use super::context::BuildContext;
use super::exporter::{Exporter, ExporterFactory};
use super::extension::{Extension, ExtensionFactory};
use super::processor::{ConnectorFactory, Processor, ProcessorFactory};
use super::receiver::{Receiver, ReceiverFactory};
use super::service::{Reference, Service};
use super::{BoxFuture, Failure};
use crate::config::{Diagnostics, Node, from_node_at};

/// The compile-time description of a kind of node.
#[derive(Clone, Copy)]
pub struct Component {
    /// Where it is declared.
    pub kind: Kind,
    /// What it says about itself.
    pub about: About,
    /// What it does for other components, for extensions.
    pub serves: &'static [Service],
    schema: fn() -> schemars::Schema,
    parse: fn(&Node, &str, &mut Diagnostics) -> Option<AnyConfig>,
    validate: fn(&AnyConfig, &mut Problems),
    references: fn(&AnyConfig) -> Vec<Reference>,
    check: fn(AnyConfig, CheckContext) -> BoxFuture<'static, Vec<Finding>>,
    build: Build,
}

#[derive(Clone, Copy)]
enum Build {
    Receiver(Make<Box<dyn Receiver>>),
    Processor(Make<Box<dyn Processor>>),
    Exporter(Make<Arc<dyn Exporter>>),
    Extension(Make<Box<dyn Extension>>),
}

type Make<T> = fn(&AnyConfig, &BuildContext) -> Result<T, Failure>;

// === impl Component ===

impl Component {
    /// Describes a receiver.
    #[must_use]
    pub const fn receiver<T: ReceiverFactory>() -> Self {
        Self::new::<T::Config>(
            Kind::Receiver,
            T::ABOUT,
            |config, cx| T::check(typed(config), cx),
            Build::Receiver(|config, cx| T::build(&typed(config.clone()), cx)),
        )
    }

    /// Describes a processor.
    #[must_use]
    pub const fn processor<T: ProcessorFactory>() -> Self {
        Self::new::<T::Config>(
            Kind::Processor,
            T::ABOUT,
            |config, cx| T::check(typed(config), cx),
            Build::Processor(|config, cx| T::build(&typed(config.clone()), cx)),
        )
    }

    /// Describes a connector.
    #[must_use]
    pub const fn connector<T: ConnectorFactory>() -> Self {
        Self::new::<T::Config>(
            Kind::Connector,
            T::ABOUT,
            |_, _| Box::pin(async { Vec::new() }),
            Build::Processor(|config, cx| T::build(&typed(config.clone()), cx)),
        )
    }

    /// Describes an exporter.
    #[must_use]
    pub const fn exporter<T: ExporterFactory>() -> Self {
        Self::new::<T::Config>(
            Kind::Exporter,
            T::ABOUT,
            |config, cx| T::check(typed(config), cx),
            Build::Exporter(|config, cx| T::build(&typed(config.clone()), cx)),
        )
    }

    /// Describes an extension.
    #[must_use]
    pub const fn extension<T: ExtensionFactory>() -> Self {
        let described = Self::new::<T::Config>(
            Kind::Extension,
            T::ABOUT,
            |config, cx| T::check(typed(config), cx),
            Build::Extension(|config, cx| T::build(&typed(config.clone()), cx)),
        );
        Self { serves: T::SERVES, ..described }
    }

    const fn new<C: Config>(
        kind: Kind,
        about: About,
        check: fn(AnyConfig, CheckContext) -> BoxFuture<'static, Vec<Finding>>,
        build: Build,
    ) -> Self {
        Self {
            kind,
            about,
            serves: &[],
            schema: || schemars::schema_for!(C),
            parse: |node, place, diagnostics| {
                from_node_at::<C>(node, place, diagnostics).map(|config| Arc::new(config) as AnyConfig)
            },
            validate: |config, problems| typed::<C>(config.clone()).validate(problems),
            references: |config| typed::<C>(config.clone()).references(),
            check,
            build,
        }
    }

    /// JSON schema of its configuration, draft 2020-12.
    #[must_use]
    pub fn schema(&self) -> schemars::Schema {
        (self.schema)()
    }

    /// Reads its configuration from `node`, reporting everything that is wrong with it; messages name `place`.
    pub fn parse(&self, node: &Node, place: &str, diagnostics: &mut Diagnostics) -> Option<AnyConfig> {
        (self.parse)(node, place, diagnostics)
    }

    /// Reports what types cannot say about a configuration.
    pub fn validate(&self, config: &AnyConfig, problems: &mut Problems) {
        (self.validate)(config, problems);
    }

    /// The extensions a configuration names.
    #[must_use]
    pub fn references(&self, config: &AnyConfig) -> Vec<Reference> {
        (self.references)(config)
    }

    /// Probes what the component will need; leaves no trace.
    #[must_use]
    pub fn check(&self, config: AnyConfig, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        (self.check)(config, cx)
    }

    pub(crate) fn build_receiver(&self, config: &AnyConfig, cx: &BuildContext) -> Result<Box<dyn Receiver>, Failure> {
        match self.build {
            Build::Receiver(build) => build(config, cx),
            _ => Err(self.not_a("receiver")),
        }
    }

    pub(crate) fn build_processor(&self, config: &AnyConfig, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        match self.build {
            Build::Processor(build) => build(config, cx),
            _ => Err(self.not_a("processor")),
        }
    }

    pub(crate) fn build_exporter(&self, config: &AnyConfig, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        match self.build {
            Build::Exporter(build) => build(config, cx),
            _ => Err(self.not_a("exporter")),
        }
    }

    pub(crate) fn build_extension(&self, config: &AnyConfig, cx: &BuildContext) -> Result<Box<dyn Extension>, Failure> {
        match self.build {
            Build::Extension(build) => build(config, cx),
            _ => Err(self.not_a("extension")),
        }
    }

    fn not_a(&self, kind: &str) -> Failure {
        Failure(format!("{} `{}` cannot be built as a {kind}", self.kind.name(), self.about.name))
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.section(), self.about.name)
    }
}

/// The engine pairs a component only with configurations its own `parse` made.
#[allow(clippy::expect_used)]
fn typed<C: Config>(config: AnyConfig) -> Arc<C> {
    (config as Arc<dyn Any + Send + Sync>).downcast().expect("a component gets the configuration it parsed")
}
