//! The components this binary is built with.

use pipelines::component::Registry;

/// Every component, receivers first.
pub(crate) fn registry() -> Registry {
    Registry::new()
        .with(receivers::ALL)
        .with(processors::ALL)
        .with(exporters::ALL)
        .with(crate::admin::ALL)
        .with(crate::extensions::ALL)
}
