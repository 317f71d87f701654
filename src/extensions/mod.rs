//! Extensions that serve other components. This file is their list.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod agents_api;
mod api_keys;
mod basicauth;
mod bearertokenauth;
mod file_storage;
mod headers_setter;
pub(crate) mod platform;

use pipelines::component::{Component, ExtensionHost, Failure};

/// Every extension, in the order they are shown.
pub(crate) static ALL: &[Component] = &[
    Component::extension::<file_storage::FileStorage>(),
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    Component::extension::<agents_api::AgentsApi>(),
    Component::extension::<api_keys::ApiKeys>(),
    Component::extension::<basicauth::BasicAuth>(),
    Component::extension::<bearertokenauth::BearerTokenAuth>(),
    Component::extension::<headers_setter::HeadersSetter>(),
    Component::extension::<platform::Platform>(),
];

/// Runs what only serves others: it is ready and waits for the stop.
async fn idle(mut host: ExtensionHost) -> Result<(), Failure> {
    host.ready.tell(Vec::new());
    host.stop.requested().await;
    Ok(())
}
