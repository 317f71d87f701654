//! Where telemetry comes from.
//!
//! A receiver is one folder here and one line in [`ALL`]; help, schema and documentation derive from its description.

pub mod catalogue;
mod kernel;
pub mod node;
pub mod otlp;
mod scrape;
mod series;
pub mod system;

use pipelines::component::Component;

pub use self::scrape::SHORTEST_INTERVAL;

/// Every receiver, in the order they are shown.
pub static ALL: &[Component] = &[
    Component::receiver::<node::Node>(),
    Component::receiver::<otlp::Otlp>(),
    Component::receiver::<system::System>(),
];
