//! What happens to telemetry on its way.
//!
//! A processor is one folder here and one line in [`ALL`]; help, schema and documentation derive from its description.

pub mod actions;
pub mod attributes;
pub mod batch;
pub mod enrich;
pub mod filter;
pub mod forward;
pub mod matching;
pub mod memory_limiter;
pub mod ottl;
pub mod resource;
#[cfg(test)]
mod testing;

use pipelines::component::Component;

/// Every processor and connector, in the order they are shown.
pub static ALL: &[Component] = &[
    Component::processor::<attributes::Attributes>(),
    Component::processor::<batch::Batch>(),
    Component::processor::<enrich::Enrich>(),
    Component::processor::<enrich::ResourceDetection>(),
    Component::processor::<filter::Filter>(),
    Component::processor::<memory_limiter::MemoryLimiter>(),
    Component::processor::<resource::Resource>(),
    Component::connector::<forward::Forward>(),
];
