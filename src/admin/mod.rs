//! Extensions: services beside the data path. This file is their list.

mod bounded;
mod health;
mod health_check;
mod pprof;
pub(crate) mod secured;
pub(crate) mod server;
mod zpages;

use pipelines::component::Component;

pub(crate) use self::health::{Condition, rfc3339};

/// Every extension, in the order they are shown.
pub(crate) static ALL: &[Component] = &[
    Component::extension::<health_check::HealthCheck>(),
    Component::extension::<zpages::Zpages>(),
    Component::extension::<pprof::Pprof>(),
];
