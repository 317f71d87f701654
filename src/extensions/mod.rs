//! Extensions that serve other components. This file is their list.

mod file_storage;
mod headers_setter;

use pipelines::component::Component;

/// Every extension, in the order they are shown.
pub(crate) static ALL: &[Component] =
    &[Component::extension::<file_storage::FileStorage>(), Component::extension::<headers_setter::HeadersSetter>()];
