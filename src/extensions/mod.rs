//! Extensions that serve other components. This file is their list.

mod api_keys;
mod basicauth;
mod bearertokenauth;
mod file_storage;
mod headers_setter;

use pipelines::component::{Component, ExtensionHost, Failure};

/// Every extension, in the order they are shown.
pub(crate) static ALL: &[Component] = &[
    Component::extension::<file_storage::FileStorage>(),
    Component::extension::<api_keys::ApiKeys>(),
    Component::extension::<basicauth::BasicAuth>(),
    Component::extension::<bearertokenauth::BearerTokenAuth>(),
    Component::extension::<headers_setter::HeadersSetter>(),
];

/// Runs what only serves others: it is ready and waits for the stop.
async fn idle(mut host: ExtensionHost) -> Result<(), Failure> {
    host.ready.tell(Vec::new());
    host.stop.requested().await;
    Ok(())
}
