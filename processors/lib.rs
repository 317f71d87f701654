//! What happens to telemetry on its way; the list of processors.

pub mod ottl;

use pipelines::component::Component;

/// Every processor and connector, in the order they are shown.
pub static ALL: &[Component] = &[];
